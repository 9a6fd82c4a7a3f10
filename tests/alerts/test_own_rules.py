"""A home folder's own rules: what they may say, what is refused, and a fortnight of one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.alerts import Alert, build_alerts, judge
from flows.alerts.checking import check_own, check_rules
from flows.alerts.delivery import pending
from flows.alerts.links import report_url
from flows.alerts.notices import resolved_message
from flows.alerts.open import RESOLVED, ResolvedAlert, advance, read_open, write_open
from flows.alerts.rules import RuleBook, load_book, project_book, read_rule
from flows.commands import doctor
from flows.errors import UsageError
from flows.home.layout import Home
from flows.paths import PROJECT_ROOT
from flows.report.marts.judged import mart_columns
from flows.running.reading import check_alerts
from flows.warehouse.database import connect
from tests.alerts.conftest import RULE, SHOP, ContextMaker
from tests.alerts.test_alerts import WEEK, rate, texts
from tests.alerts.test_life import HOOKS, Channel, say
from tests.alerts.test_messages import HOSTILE, inert, valid
from tests.quality.builders import AS_OF, change

OWN: dict[str, Any] = {
    "name": "slipping",
    "about": "Valid tracking of the week is below the shop's own line.",
    "mart": "kpi_daily",
    "where": "metric = 'valid_tracking_rate' and is_evaluated and value < $line",
    "clear": "metric = 'valid_tracking_rate' and is_evaluated and status = 'ok'",
    "count": "max(denominator - numerator)",
    "unit": ["invalid package", "invalid packages"],
    "parameters": {"line": 0.97},
    "grade": "case when value < 0.9 then 1 else 0 end",
    "list": {"mart": "packages", "where": "not is_valid_tracking", "item": "order_id"},
    "severity": {"act_now": "value < 0.9", "check": True},
    "title": "tracking slips to {value:rate}",
    "says": "{count} of {denominator} {denominator:package|packages} by {day}.",
    "act": "look at the newest.",
    "owner": "Kim",
    "resolved": "tracking holds",
    "channel": "warehouse",
    "remind_after_days": 2,
    "worse_at": [4, 8],
}


def home_with(tmp_path: Path, *rules: dict[str, Any]) -> Home:
    """A home folder with rules of its own."""
    home = Home(tmp_path / "home").create()
    home.alert_rules.write_text(yaml.safe_dump({"rules": list(rules)}), encoding="utf-8")
    return home


def alone(home: Home) -> RuleBook:
    """The own rules alone."""
    book = load_book(home)
    return replace(book, rules=tuple(r for r in book.rules if r.source == str(home.alert_rules)))


def test_without_a_file_the_rules_are_the_projects(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert load_book(home) is project_book()
    home.alert_rules.write_text("# nothing yet\n", encoding="utf-8")
    assert load_book(home) == project_book()
    check_alerts(home)


def test_a_rule_of_the_project_is_changed_by_name(tmp_path: Path) -> None:
    changes = {
        "severity": "act_now",
        "owner": "Kim",
        "channel": "night_shift",
        "quiet_hours": "21:00-07:00",
        "remind_after_days": 1,
        "worse_at": [2],
        "parameters": {"chance": 0.9},
        "act": "run.",
        "runbook": "https://wiki.example/late",
    }
    home = home_with(
        tmp_path, {"name": "due_soon", **changes}, {"name": "gate_warning", "enabled": False}
    )
    book = load_book(home)
    check_own(book)
    rule, plain = book.named("due_soon"), project_book().named("due_soon")
    assert rule is not None and plain is not None
    assert rule.levels == (("act_now", "true"),)
    assert (rule.owner, rule.channel, rule.remind_after_days) == ("Kim", "night_shift", 1)
    assert rule.parameters == {"chance": 0.9, "least_orders": 20}
    assert (book.step(3, rule), book.step(3, plain)) == (1, 0)
    assert rule.where == plain.where
    assert book.disabled == ("gate_warning",) and book.named("gate_warning") is None
    assert [r.name for r in book.rules] == [
        r.name for r in project_book().rules if r.name != "gate_warning"
    ]
    finding = doctor._alert_rules(home)
    assert finding.is_good
    assert finding.observed == (
        f"{len(book.rules)} rules in force, 1 of them given or changed by alert_rules.yaml; "
        "switched off: gate_warning"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [", "cannot be read as YAML"),
        ("- name: x", "is no list of rules"),
        ("rules: {a: b}", "is no list of rules"),
        ("rules: [1]", "a rule without a name"),
        ("rules: []\nworse_at: [5]", "is no list of rules"),
        ("rules: [{name: due_soon, where: 'true'}]", "whose where cannot be changed"),
        ("rules: [{name: due_soon, owner: }]", "due_soon has no owner"),
        ("rules: [{name: due_soon, severity: loud}]", "unknown severity"),
        ("rules: [{name: due_soon, enabled: perhaps}]", "neither true nor false"),
        ("rules: [{name: due_soon, parameters: {luck: 1}}]", "no parameter luck"),
        (
            "rules: [{name: due_soon, parameters: {chance: often}}]",
            "parameter chance is no number",
        ),
        ("rules: [{name: due_soon, worse_at: [3, 2]}]", "rising counts"),
        ("rules: [{name: due_soon, quiet_hours: [1]}]", "quiet_hours is no text"),
        ("rules: [{name: due_soon}, {name: due_soon}]", "same name"),
        ("rules: [{name: mine}]", "mine has no about"),
        ("rules: [{name: due_son}]", "or write `due_soon` if you meant that rule"),
        ("rules: [{name: due_soon, act: }]", "due_soon has no act"),
        ("rules: [{name: due_soon, act: ' '}]", "due_soon has no act"),
        ("rules: [{name: due_soon, channel: }]", "due_soon has no channel"),
        ("rules: [{name: due_soon, runbook: }]", "due_soon has no runbook"),
        ("rules: [{name: due_soon, worse_at: }]", "due_soon has no worse_at"),
    ],
)
def test_a_file_that_is_wrong_ends_a_run_before_it_begins(
    tmp_path: Path, text: str, said: str
) -> None:
    home = Home(tmp_path)
    home.alert_rules.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said) as caught:
        check_alerts(home)
    assert caught.value.exit_code == 2 and str(home.alert_rules) in str(caught.value)
    assert not doctor._alert_rules(home).is_good


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            {"where": "is_overdue"},
            r"where names is_overdue, which orders does not have .it has is_o",
        ),
        ({"where": "order_id"}, "cannot be asked of orders"),
        ({"where": "true) from rows; drop table x; select (true"}, "where is no SQL expression"),
        ({"where": "true), (true"}, "more than one expression"),
        ({"where": "true) from rows where (true"}, "no SQL expression"),
        ({"where": "true) from secrets -- "}, "no SQL expression"),
        ({"order_by": "order_id) from secrets -- "}, "no SQL expression"),
        ({"where": "true) from rows union all select (true"}, "no SQL expression|more than one"),
        ({"where": "1 in (select 1)"}, "has a subquery"),
        ({"where": "exists (select * from read_csv('/etc/passwd'))"}, "has a subquery"),
        ({"where": "created_at < now()"}, "calls now"),
        ({"where": "created_at < current_timestamp"}, "which is no function|does not have"),
        ({"where": "random() < 0.5"}, "calls random"),
        ({"where": "nextval('s') > 1"}, "calls nextval"),
        ({"where": "row_number() over () = 1"}, "has a window"),
        ({"where": "creator_handle = $chance"}, "knows no .chance"),
        ({"where": "packages.order_id is null"}, "no column of orders"),
        ({"where": "is_overdue_open -- perhaps"}, ""),
        ({"where": "count(*) > 1"}, "cannot be asked"),
        ({"count": "order_id"}, "cannot be asked"),
        ({"severity": {"act_now": "nothing_here"}}, "severity act_now names nothing_here"),
        ({"grade": "units ^"}, "grade is no SQL expression"),
        ({"clear": "order_id"}, "cannot be asked"),
        ({"order_by": "order_id; drop table x"}, "order_by is no SQL expression"),
        ({"order_by": "order_id limit 1"}, "order_by is more than one"),
        ({"compare_within": "week"}, "orders has no week"),
        ({"values": {"most": "max(unit)"}}, "value most names unit"),
        ({"mart": "order"}, "there is no mart order"),
        ({"mart": "information_schema.tables"}, "no name of a mart"),
        ({"mart": "run.secrets"}, "there is no mart run.secrets"),
        ({"list": {"item": "order"}}, "list.item: orders has no order"),
        ({"list": {"item": "creator_handle"}}, "its list names creator_handle"),
        ({"list": {"mart": "packages", "item": "order_id"}}, "of another mart"),
        ({"list": {"say": ["{creator_handle}"]}}, "names creator_handle"),
        ({"says": "{unit}"}, "says knows no unit"),
        ({"says": "{units:loud}"}, "no format loud"),
        ({"says": "{ units }"}, "a brace that holds no name"),
        ({"says": "{sentence:poem}"}, "names no sentence poem"),
        ({"says": "{sentence:rate}"}, "the sentence rate needs metric"),
        ({"title": "{creator_handle}"}, "title names creator_handle"),
        ({"silenced_by": ["seller_center/order"]}, "there is no feed seller_center/order"),
        ({"message": ["{says}", "{lists}"]}, "message knows no lists"),
        ({"says": "{carrier:number}"}, "says writes carrier as number, which is no number"),
        ({"says": "{carrier:rate}"}, "says writes carrier as rate"),
        ({"title": "{carrier:money}"}, "title writes carrier as money"),
        ({"says": "{is_overdue_open:number}"}, "says writes is_overdue_open as number"),
        ({"act": "{carrier:day}"}, "act writes carrier as day, which is no day or moment"),
        ({"says": "{units:moment}"}, "says writes units as moment"),
        ({"message": ["{day:moment}"]}, "message writes day as moment"),
        ({"list": {"item": "order_id", "say": ["{carrier:rate}"]}}, "list.say writes carrier"),
        ({"values": {"x": "max(carrier)"}, "says": "{x:rate}"}, "says writes x as rate"),
        ({"parameters": {"x": "a"}, "says": "{x:number}"}, "says writes x as number"),
        ({"grade": "carrier"}, "its grade is no number"),
        ({"count": "max(carrier)"}, "its count is no number"),
        ({"says": "{created_at:day} {created_at:moment} {units:rate} {count:number}"}, ""),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused(broken: dict[str, Any], said: str) -> None:
    if not said:
        check_rules([read_rule(RULE | broken)])
        return
    with pytest.raises(UsageError, match=said) as caught:
        check_rules([read_rule(RULE | broken)])
    assert str(caught.value).startswith("Alert rule x") and caught.value.mend


def test_the_rules_of_the_project_can_be_asked() -> None:
    check_rules(project_book().rules)


def test_the_example_of_the_documentation_is_a_rule(tmp_path: Path) -> None:
    text = (PROJECT_ROOT / "docs/operations.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(rules:\n.*?)```", text, re.DOTALL)
    assert example is not None
    home = Home(tmp_path)
    home.alert_rules.write_text(example[1], encoding="utf-8")
    check_alerts(home)
    assert load_book(home).named("slow_carrier") is not None


def test_an_own_rule_speaks_and_its_severity_is_a_columns(
    tmp_path: Path, warehouse: Path, context: ContextMaker
) -> None:
    book = alone(home_with(tmp_path, OWN))
    change(
        warehouse,
        rate("valid_tracking_rate", 89, "breach"),
        "update marts.packages set is_valid_tracking = order_id not like '%7' "
        "where shop_id = 'north'",
    )
    [alert] = build_alerts(warehouse, context(book=book))
    assert alert.file_name == "slipping.north.json" and alert.level == "act_now"
    header, says, since, orders, act, foot = texts(alert)
    assert header == "Act now: tracking slips to 89.0%, Demo Shop"
    assert says == "11 invalid packages of 100 packages by Mon Nov 23."
    assert since.startswith("New.")
    assert orders.startswith("`5764600000000") and " (+ " in orders
    assert (act, foot) == ("Do now: look at the newest.", "Owner: Kim.")
    assert len(alert.to_json()) < 2_500
    valid(alert.message)
    change(warehouse, rate("valid_tracking_rate", 96, "ok"))
    [alert] = build_alerts(warehouse, context(book=book))
    assert alert.level == "check"


def test_sql_that_breaks_on_the_rows_is_a_warning_and_no_crash(
    tmp_path: Path, warehouse: Path, context: ContextMaker
) -> None:
    broken = {**RULE, "name": "odd", "where": "cast(carrier as integer) > 1"}
    book = alone(home_with(tmp_path, broken, OWN))
    check_own(book)
    odd, own = judge(warehouse, context(book=book))
    assert odd.alert is None and not odd.is_judged and "Conversion Error" in odd.problem
    assert own.is_judged and not own.problem


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ({"says": "{carrier:number}"}, "a value does not fit what its sentences make of it (Value"),
        ({"says": "{carrier:money}"}, "a value does not fit what its sentences make of it (Inval"),
        ({"says": "{carrier:moment}"}, "a value does not fit what its sentences make of it (Attr"),
        ({"grade": "carrier"}, "a value does not fit what its sentences make of it (ValueError)"),
        ({"message": ["x" * 3_001]}, "its message is too long: 3001 characters, 3000 at most"),
    ],
)
def test_sentences_that_break_on_the_rows_are_a_warning_and_no_crash(
    warehouse: Path, context: ContextMaker, broken: dict[str, Any], problem: str
) -> None:
    """What no check before the run sees; the other rules are judged."""
    change(warehouse, "update marts.orders set is_overdue_open = true, carrier = 'Foreign'")
    rules = tuple(read_rule({**RULE, **item}) for item in (broken, {"name": "sound"}))
    odd, sound = judge(warehouse, context(book=RuleBook(rules, (5,))))
    assert odd.alert is None and not odd.is_judged and odd.problem.startswith(problem)
    assert "Foreign" not in odd.problem
    assert sound.alert is not None


def test_words_of_a_rule_that_no_message_holds_are_refused() -> None:
    with pytest.raises(UsageError, match="says is longer than 1,000 characters"):
        read_rule(RULE | {"says": "x" * 1_001})
    with pytest.raises(UsageError, match="resolved is longer than 200 characters"):
        read_rule(RULE | {"resolved": "x" * 201})


@pytest.mark.parametrize("hostile", HOSTILE[::2], ids=range(len(HOSTILE[::2])))
def test_hostile_text_of_an_own_rule_ends_inert(
    tmp_path: Path, warehouse: Path, context: ContextMaker, hostile: str
) -> None:
    foreign = hostile.replace("\x00", "").replace("'", "''")
    change(
        warehouse,
        f"update marts.orders set is_overdue_open = true, carrier = '{foreign}' "
        f"where order_id = (select min(order_id) from marts.orders where shop_id = 'north')",
    )
    rule = {
        **RULE,
        "name": "mine",
        "says": "<!channel> @here {carrier} & {carrier:words} {carrier:code}.",
        "owner": "<@U1>",
        "resolved": "<!here> over",
        "runbook": "https://wiki.example/<b>",
        "list": {"item": "carrier", "say": ["{carrier:name}"]},
    }
    book = alone(home_with(tmp_path, rule))
    [alert] = build_alerts(warehouse, context(book=book))
    over = ResolvedAlert("2026-11-02", "2026-11-05", alert.bad.measure)
    message = resolved_message(book.rules[0], hostile, over)
    for made in (alert, Alert("mine", "north", "check", message)):
        valid(made.message)
        inert(made)


def test_the_rules_are_tried_on_what_is_published(
    tmp_path: Path, warehouse: Path, context: ContextMaker
) -> None:
    home = home_with(tmp_path, OWN)
    change(warehouse, rate("valid_tracking_rate", 89, "breach"))
    home.published.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(warehouse, home.published)
    known = advance(None, [], AS_OF, SHOP.timezone, SHOP.name)
    write_open(home.alert_state, {"north": known})
    before = tree(home)

    def tried(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flows", "alerts", "--home", str(home.root), *more]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    done = tried("--json", "--rule", "slipping")
    [found] = json.loads(done.stdout)["rules"]
    [alert] = build_alerts(warehouse, context(book=alone(home), report_shops=1))
    assert (found["finds"], found["message"]) == ("fires", alert.message)
    done = tried("--rule", "sliping")
    assert done.returncode == 2 and "There is slipping." in done.stderr
    assert tree(home) == before


def tree(home: Home) -> dict[str, int]:
    """The files of a home folder with the moment of their last change."""
    return {str(path): path.stat().st_mtime_ns for path in home.root.rglob("*") if path.is_file()}


def test_reports_that_are_served_are_linked(
    warehouse: Path, context: ContextMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(warehouse, rate("valid_tracking_rate", 90, "breach"))
    monkeypatch.setenv("GREENZONE_REPORT_URL", "https://files.example/reports/")
    [alert] = build_alerts(warehouse, context(report_url=report_url()))
    assert (
        "List: <https://files.example/reports/daily/2026-11-23/tracking_defects.csv"
        "|tracking_defects.csv>. Report: <https://files.example/reports/daily/2026-11-23/"
        "index.html#tracking|index.html#tracking>. Runbook:"
    ) in texts(alert)[-1]
    valid(alert.message)


@pytest.mark.parametrize(
    "text",
    ["reports", "file:///reports", "https://", "https://a:b@c/", "https://a/<x>", "https://[::1",
     "https://a/|b", "https://a b/"],
)  # fmt: skip
def test_a_report_address_that_is_none_ends_a_run_before_it_begins(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENZONE_REPORT_URL", text)
    with pytest.raises(UsageError, match="GREENZONE_REPORT_URL holds no web address"):
        check_alerts(Home(tmp_path))
    assert not doctor._alert_rules(Home(tmp_path)).is_good


def judge_day(home: Home, warehouse: Path, context: ContextMaker, day: date) -> None:
    """What the daily run of a day leaves of the own rules: alert files and the state."""
    book = alone(home)
    found = judge(warehouse, context(book=book, as_of_on=day))
    folder = home.alerts / day.isoformat()
    (folder / RESOLVED).mkdir(parents=True, exist_ok=True)
    shops = read_open(home)
    names = [rule.name for rule in book.rules]
    known = advance(shops.get("north"), found, day, SHOP.timezone, SHOP.name, names)
    for item in found:
        if item.alert is not None:
            (folder / item.alert.file_name).write_text(item.alert.to_json(), encoding="utf-8")
    for rule in book.rules:
        over = known.resolved.get(rule.name)
        if over is not None and over.as_of_on == day.isoformat() and rule.has_end:
            alert = Alert(rule.name, "north", "check", resolved_message(rule, "x", over))
            (folder / RESOLVED / alert.file_name).write_text(alert.to_json(), encoding="utf-8")
    write_open(home.alert_state, {"north": known})


# By day how many of 100 packages are valid, its status, and how the messages of that day begin.
FORTNIGHT: list[tuple[int | None, str, str | None]] = [
    (99, "ok", None),
    (96, "ok", "New. 4 invalid packages of 100"),
    (96, "ok", None),
    (95, "approaching", "Worse: 5 invalid packages; was 4 invalid packages on "),
    (93, "breach", None),
    (92, "breach", "Still open, day 5: 8 invalid packages, was 5 invalid packages. 8 invalid"),
    (91, "breach", "Worse: 9 invalid packages; was 8 invalid packages on "),
    (88, "breach", "Worse: 12 invalid packages; was 9 invalid packages on "),
    (96, "ok", None),
    (97, "insufficient_volume", None),  # neither bad nor good: it cannot be judged
    (98, "ok", "Resolved as of "),
    (98, "ok", None),
    (95, "approaching", "New. 5 invalid packages"),
    (None, "", None),  # the rule is switched off
]


def test_a_fortnight_of_an_own_rule(tmp_path: Path, warehouse: Path, context: ContextMaker) -> None:
    home = home_with(tmp_path, OWN)
    channel = Channel()
    first = AS_OF - timedelta(len(FORTNIGHT) - 1)
    hooks = {**HOOKS}
    for number, (valid_packages, status, expected) in enumerate(FORTNIGHT):
        day = first + timedelta(number)
        if valid_packages is None:
            off = {"name": "slipping", **{k: v for k, v in OWN.items() if k != "name"}}
            home.alert_rules.write_text(yaml.safe_dump({"rules": [{**off, "enabled": False}]}))
        else:
            when = WEEK.replace(str(AS_OF), str(day))
            change(warehouse, rate("valid_tracking_rate", valid_packages, status, when))
        judge_day(home, warehouse, context, day)
        said = say(home, channel, hooks) + say(home, channel, hooks)
        assert [text[: len(expected or "")] for text in said] == ([expected] if expected else [])
    assert read_open(home)["north"].open == {}
    assert pending(home) == []


def test_the_run_knows_which_marts_there_are() -> None:
    """The columns that rules are checked against are those of the marts that are built."""
    from flows.alerts.relations import declared

    columns = declared("kpi_daily")
    assert columns is not None and columns["as_of_on"] == "date" and columns["value"] == "double"
    assert declared("no_such_mart") is None
    with connect(None, Path()) as connection:
        assert mart_columns(connection) == {}
