"""`greenzone pulse`: the open orders at a moment, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flows.alerts.pulse_words import spike_sentence, stale_line, strongest
from flows.report.formats import local, zone_label

_SHOWN = 10
_LABELS = {"tomorrow": "due tomorrow", "no_deadline": "without a deadline"}


def lines(shop: dict[str, Any]) -> list[str]:
    """What to print of one shop's pulse."""
    zone = shop["timezone"]
    at = datetime.fromisoformat(shop["at"])
    found = [f"{shop['shop_id']}, {_clock(at, zone)} {zone_label(zone, at)}: "
             f"{shop['open_orders']:,} open orders"]  # fmt: skip
    counts = [f"{_LABELS.get(key, key)} {count:,}" for key, count in shop["buckets"].items()]
    found.append(f"  due         {', '.join(counts) or 'nothing'}")
    steps = [f"{key.replace('_', ' ')} {count:,}" for key, count in shop["waiting_for"].items()]
    found.append(f"  wait for    {', '.join(steps) or 'nothing'}")
    found.append(f"  unscanned   {shop['prepared_unscanned']:,} prepared and not scanned")
    found.append(f"  late soon   {shop['likely_late']:,} more likely late than not")
    found += [f"  each day    {_capacity(line)}" for line in shop["handling_capacity"]]
    found += [f"  spike       {line}" for line in _spike(shop)]
    found += [f"  stale       {stale_line(feed, zone)}" for feed in shop["stale_feeds"]]
    urgent = shop["buckets"].get("T-4", 0)
    if urgent:
        found.append("  T-4         order, due, hours left, waits for, chance of being late")
        found += [f"              {_order(row, zone)}" for row in shop["lists"]["T-4"][:_SHOWN]]
    if urgent > _SHOWN:
        found.append(f"              and {urgent - _SHOWN:,} more")
    found += [f"  note        {note}" for note in shop["notes"]]
    found += [f"  file        {shop[kind]}" for kind in ("csv", "json")]
    return found


def told_lines(told: dict[str, Any] | None) -> list[str]:
    """What to print of the alerts of a pulse; nothing where it was not to tell any."""
    if told is None:
        return []
    found = [f"alert       {path}" for path in told["files"]] or ["alert       none"]
    found += [f"sent        {key}" for key in told["sent"]]
    found += [f"waits       {key}, in quiet hours" for key in told["waiting"]]
    return found + [f"warning     {warning}" for warning in told["warnings"]]


def _spike(shop: dict[str, Any]) -> list[str]:
    window = strongest(shop["pace"])
    return [spike_sentence(shop, window)] if window else []


def _clock(moment: datetime, zone: str) -> str:
    return local(moment, zone).strftime("%Y-%m-%d %H:%M")


def _order(row: dict[str, Any], zone: str) -> str:
    due = datetime.fromisoformat(row["dispatch_due_at"])
    chance = "unknown" if row["late_chance"] is None else f"{row['late_chance']:.0%}"
    return (
        f"{row['order_id']}  {_clock(due, zone)}  {row['time_left_hours']:.1f} h  "
        f"{row['waiting_for'].replace('_', ' ')}  {chance}"
    )


def _capacity(line: dict[str, Any]) -> str:
    rate = f"{line['rate_line']:.0%}"
    if line["allowed_late_left"] < 0:
        need = f"{line['overdue_orders']:,} orders are overdue, more than {rate} of the open ones"
    elif not line["needed_per_day"]:
        return f"nothing more has to leave for {rate}"
    else:
        need = f"{line['needed_per_day']:,} orders by {line['due_on']} to stay within {rate}"
    if line["stated_capacity"] is not None:
        return f"{need}; stated capacity {line['stated_capacity']:,}"
    if line["demonstrated_peak"] is not None:
        return f"{need}; most in a day so far {line['demonstrated_peak']:,}"
    return need
