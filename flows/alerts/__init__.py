"""Alerts: one Slack message for each rule that fired, as a file ready for an incoming webhook.

`build_alerts` says what fires and `write_alerts` writes it; `gate_blocked_alert` needs no
warehouse. The rules are data (`rules.yaml`, and a home folder's own
`alert_rules.yaml`); the sentences are the report's.
"""

from flows.alerts.build import build_alerts, gate_blocked_alert, judge, write_alerts
from flows.alerts.context import AlertContext
from flows.alerts.message import Alert, Bad, Judgement, MessageTooLarge
from flows.alerts.rules import Rule, load_book, load_rules

__all__ = [
    "Alert",
    "AlertContext",
    "Bad",
    "Judgement",
    "MessageTooLarge",
    "Rule",
    "build_alerts",
    "gate_blocked_alert",
    "judge",
    "load_book",
    "load_rules",
    "write_alerts",
]
