"""The daily report says what the marts hold, in HTML, JSON and CSV."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows.report.context import ReportContext
from flows.report.daily import render_daily
from flows.report.sentences.rates import verdict
from tests.report.conftest import DEMO, Rendered, context, daily
from tests.report.marts_fixture import DAY, FORMULA, add_shop, create
from tests.report.pages import Page

LISTS = {
    "cancellations.csv",
    "coverage.csv",
    "due_later.csv",
    "due_tomorrow.csv",
    "overdue.csv",
    "returns_by_creator.csv",
    "returns_by_sku.csv",
    "row_accounting.csv",
    "tracking_defects.csv",
}
"""The lists of a warehouse that was published before the rule book."""

RULE_LISTS = {
    "account_health.csv",
    "appeal_pack.csv",
    "indicators.csv",
    "late_causes.csv",
    "late_segments.csv",
    "outlook.csv",
    "prepared_unscanned.csv",
    "product_cancellations.csv",
    "restatements.csv",
    "tracking_by.csv",
}


SUBJECT_LISTS = {
    "content_stock.csv",
    "fbt_replenishment.csv",
    "hero_stock.csv",
    "margin_traps.csv",
    "return_rates.csv",
    "returns_due.csv",
    "settlement_differences.csv",
    "settlement_missing.csv",
}


def query(path: Path, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return pl.DataFrame(connection.sql(sql)).to_dicts()


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", " ".join(Page(html).text))


def test_files_of_one_shop(demo: Rendered) -> None:
    names = {path.relative_to(demo.folder).as_posix() for path in demo.written}
    assert names == {"index.html", "report.json", *LISTS, *RULE_LISTS, *SUBJECT_LISTS}
    assert all(path.is_file() for path in demo.written)


def test_first_screen(demo: Rendered) -> None:
    text = text_of(demo.html())
    assert "One of four rates is in breach: seller-fault cancellation, 2.9%" in text
    assert "Data reach Nov 23, 23:10, 50 min short of the day: this can change." in text
    assert "12 orders passed their dispatch deadline, 7 at NJ-1." in text
    assert "With them late dispatch is 4.9%, not 3.8% (target 4.0%)." in text
    assert "31 orders are due by Tue Nov 24, 23:59 PT, not yet dispatched." in text
    tasks = re.search(r'<ol class="tasks">(.*?)</ol>', demo.html(), re.DOTALL)
    assert tasks
    assert re.findall(r'<a href="#[a-z-]+">(.*?)</a>', tasks.group(1)) == [
        "Ship 12 overdue orders",
        "Ship 31 orders",
        "Get 13 prepared parcels scanned",
        "Answer or refund 3 returns",
        "Correct 19 tracking numbers",
    ]


def test_every_section_is_there(demo: Rendered) -> None:
    html = demo.html()
    questions = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    assert questions == [
        "What to do today?",
        "What will hurt next?",
        "Are we in the green zone?",
        "How long until a line breaks?",
        "Which of the seven indicators got worse?",
        "Is the account healthy?",
        "Are we dispatching on time?",
        "Which orders ship first?",
        "Why was it late?",
        "Are tracking numbers valid?",
        "Are cancellations our fault?",
        "Do parcels arrive on time?",
        "What comes back, and why?",
        "Which returns need an answer?",
        "What loses money through returns?",
        "Is stock where it will sell?",
        "Where do we deliver slowly?",
        "Does the payout add up?",
        "Can these numbers be trusted?",
    ]
    for section in re.findall(r'<section id="([a-z-]+)"', html)[3:]:
        part = html.split(f'<section id="{section}"', 1)[1].split("</section>", 1)[0]
        assert "<details>" in part
        assert "<table" in part
        assert ".csv" in part or section in ("dispatch", "delivery")


def test_rows_are_worst_first_and_orders_by_deadline(demo: Rendered) -> None:
    html = demo.html()
    rates = html.split('id="rates-t"', 1)[1].split("</table>", 1)[0]
    assert re.findall(r'<th scope="row"><a href="#(\w+)"', rates) == [
        "cancellations",
        "dispatch",
        "delivery",
        "tracking",
    ]
    ship = html.split('id="ship-first-t2"', 1)[1].split("</table>", 1)[0]
    deadlines = re.findall(r'<time datetime="([^"]+)"', ship)
    assert deadlines == sorted(deadlines)
    assert len(deadlines) == 88
    assert ">3 days<" in ship


def test_json_holds_the_numbers_of_the_marts(demo: Rendered) -> None:
    data = json.loads((demo.folder / "report.json").read_text(encoding="utf-8"))
    assert data["kind"] == "daily"
    assert data["as_of_on"] == "2026-11-23"
    (shop,) = data["shops"]
    rates = query(
        demo.warehouse,
        f"select * from marts.kpi_daily where shop_id = 'demo' and as_of_on = '{DAY}' "
        "order by metric, basis, window_name",
    )
    columns = ("metric", "basis", "window_name", "numerator", "denominator", "value", "status")
    assert [tuple(row[c] for c in columns) for row in shop["rates"]] == [
        tuple(row[c] for c in columns) for row in rates
    ]
    headline = [r for r in rates if r["basis"] == "platform" and r["window_name"] == "week"]
    assert shop["verdict"] == verdict(headline)
    assert shop["open_orders"] == {"overdue": 12, "due_tomorrow": 31, "due_later": 45}
    for key, mart in (
        ("tracking_defects", "tracking_defects"),
        ("cancellation_reasons", "cancellation_reasons"),
        ("dispatch_by_warehouse", "dispatch_by_warehouse"),
        ("delivery_by_carrier", "delivery_by_carrier"),
        ("zone_coverage", "zone_coverage"),
        ("data_quality_issues", "data_quality_issues"),
        ("not_judged", "not_judged"),
    ):
        (count,) = query(
            demo.warehouse,
            f"select count(*) as n from marts.{mart} where shop_id = 'demo' and as_of_on = '{DAY}'",
        )
        assert len(shop[key]) == count["n"], key
    (total,) = query(
        demo.warehouse,
        "select sum(refund_amount)::text as s from marts.return_rate_by_sku where shop_id = 'demo'",
    )
    assert (
        str(
            sum(
                pl.Series([r["refund_amount"] for r in shop["returns_by_sku"]["rows"]])
                .str.to_decimal(scale=2)
                .to_list()
            )
        )
        == total["s"]
    )
    assert [gate["passed"] for gate in shop["gates"]] == [False, True]


def test_page_shows_the_numbers_of_the_json(demo: Rendered) -> None:
    (shop,) = json.loads((demo.folder / "report.json").read_text(encoding="utf-8"))["shops"]
    text = text_of(demo.html())
    for row in shop["rates"]:
        if row["basis"] == "platform" and row["window_name"] == "week":
            assert row["sentence"] in text
    for line in (*shop["outlook"], *shop["notes"]):
        assert line in text


def test_worklists_are_complete_and_safe(demo: Rendered) -> None:
    overdue = read_csv(demo.folder / "overdue.csv")
    assert len(overdue) == 12
    assert all(row["order_id"].endswith("\t") for row in overdue)
    due = [row["dispatch_due_at"] for row in overdue]
    assert due == sorted(due)
    assert due[0] == "2026-11-20T23:59:59-08:00"
    assert len(read_csv(demo.folder / "due_tomorrow.csv")) == 31
    assert len(read_csv(demo.folder / "due_later.csv")) == 45
    creators = {row["creator_handle"] for row in read_csv(demo.folder / "returns_by_creator.csv")}
    assert f"'{FORMULA}" in creators
    assert FORMULA not in creators
    assert "<script>alert(1)</script>" in creators
    numbers = {row["tracking_number"] for row in read_csv(demo.folder / "tracking_defects.csv")}
    assert "'-1+cmd" in numbers
    assert len(read_csv(demo.folder / "row_accounting.csv")) == 5
    for name in LISTS | RULE_LISTS:
        for row in read_csv(demo.folder / name):
            for column, cell in row.items():
                signs = ("=", "+", "@", "\t", "\r") if _is_number(cell) else (*"=+@-", "\t", "\r")
                assert not cell.startswith(signs), (name, column, cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_row_accounting_adds_up_on_the_page(demo: Rendered) -> None:
    trust = demo.html().split('<section id="trust"', 1)[1]
    assert "48,210" in trust
    assert "48,205" in trust
    assert "@notes&lt;b&gt;.xlsx" in trust
    assert "1 file was refused and not read" in trust
    assert "1 of 2 data checks passed." in trust
    assert "Add <code>third_party_logistics/shipments</code>." in trust


def test_the_new_files_are_those_read_since_the_last_publication(
    demo: Rendered, tmp_path: Path
) -> None:
    first = daily(tmp_path / "first", demo.warehouse, context(DEMO)).html()
    told = replace(context(DEMO), published_run={"demo": "r-0"})
    second = daily(tmp_path / "second", demo.warehouse, told).html()
    third = replace(context(DEMO), published_run={"demo": "r-1"})
    last = daily(tmp_path / "last", demo.warehouse, third).html()
    assert "<code>orders/2026-10.csv</code>" in first
    assert "<code>orders/2026-10.csv</code>" not in second
    assert "events.csv</code>" in second and "events.csv</code>" not in last
    # What has trouble stays in sight.
    assert "<code>orders/2026-11-23.csv</code>" in last and "@notes&lt;b&gt;.xlsx" in last


def test_decisions_of_people_are_shown_and_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "greenzone.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo")
        connection.execute(
            "create table marts.interventions (intervention_id text, made_at timestamp, "
            "action text, shop_id text, subject text, reason text, made_by text, run_id text)"
        )
        at = "timestamp '2026-11-24 08:00:00'"
        connection.execute(
            f"insert into marts.interventions values "
            f"('000001', {at}, 'rollback', 'demo', 'run-1', 'bad day', 'kim', 'run-1'), "
            f"('000002', {at}, 'withdraw', 'demo', 'x<b>.csv', 'wrong <i>shop</i>', 'kim', null), "
            f"('000003', {at}, 'withdraw', 'other', 'hidden.csv', 'hidden', 'kim', null)"
        )
        connection.execute(
            "insert into marts.row_accounting values ('r-0', 'demo', 'x`<b>.csv', "
            "'seller_center/orders', 46900, 46899, 0, 1, repeat('34', 32), null, 'withdrawn', "
            "null, null, true)"
        )
    failed = {
        **context(DEMO).gate_results[0],
        "shop_id": "demo",
        "passed": False,
        "severity": "critical",
        "observed": "3 rows",
        "accepted": "accepted by kim on 2026-11-24: counted <u>twice</u>",
    }
    told = replace(context(DEMO), gate_results=[failed])
    page = daily(tmp_path / "out", path, told).html()
    trust = page.split('<section id="trust"', 1)[1]
    assert "1 file is withdrawn and in no number" in trust
    assert "Published over a failed check, accepted by kim on 2026-11-24: counted" in trust
    assert "The publication was last rolled back on Tue Nov 24 by kim: bad day." in trust
    assert "Failed, accepted" in trust
    assert "File withdrawn" in trust
    assert "wrong &lt;i&gt;shop&lt;/i&gt;" in trust
    assert "hidden" not in trust.split("</section>", 1)[0]
    for markup in ("<b>.csv", "<i>shop", "<u>twice"):
        assert markup not in page
    assert "48,210" in trust, "what is withdrawn is in no sum"


def test_same_input_gives_the_same_bytes(demo: Rendered, tmp_path: Path) -> None:
    again = daily(tmp_path, demo.warehouse, demo.context)
    for path in demo.written:
        other = again.folder / path.relative_to(demo.folder)
        assert other.read_bytes() == path.read_bytes(), path.name


def test_several_shops_get_an_overview_and_a_page_each(several: Rendered) -> None:
    names = {path.relative_to(several.folder).as_posix() for path in several.written}
    assert {"index.html", "demo.html", "east.html", "void.html", "report.json"} < names
    assert {f"demo/{name}" for name in LISTS} < names
    html = several.html()
    assert "2 of 3 shops have a rate in breach." in html
    assert [link for link in Page(html).links if link.endswith(".html")] == [
        "demo.html",
        "east.html",
        "void.html",
    ]
    assert 'href="demo/overdue.csv"' in several.html("demo.html")
    shops = json.loads((several.folder / "report.json").read_text(encoding="utf-8"))["shops"]
    assert [shop["shop_id"] for shop in shops] == ["demo", "east", "void"]


def test_undeclared_shop_names_its_defaults(several: Rendered) -> None:
    text = text_of(several.html("east.html"))
    assert "defaults stand: market US, time zone America/New_York, currency USD." in text


def test_empty_states_differ(several: Rendered, warehouse: Path, tmp_path: Path) -> None:
    text = text_of(several.html("void.html"))
    assert "No order export of this shop has been read yet." in text
    assert "Add seller_center/orders" in text
    assert "Nothing overdue as of Nov 23." in text_of(several.html("east.html"))
    early = daily(tmp_path, warehouse, context(DEMO, day=date(2026, 6, 1)))
    assert "No order is known by Mon Jun 1, 2026." in text_of(early.html())
    assert "Ship 12 overdue orders" not in early.html()


def test_past_day_without_lists_says_where_they_are(warehouse: Path, tmp_path: Path) -> None:
    told = context(DEMO, day=date(2026, 10, 5), has_order_lists=False)
    past = daily(tmp_path, warehouse, told)
    assert not (tmp_path / "overdue.csv").exists()
    assert "greenzone snapshot --date 2026-10-05" in text_of(past.html())
    text = text_of(past.html())
    assert "Ship 12 overdue" not in text
    assert "Only the rates of this day are held: rebuild it with greenzone daily" in text
    for claim in ("No unit ordered", "No order of the last 30 days", "No package of the last"):
        assert claim not in text


def test_statuses_without_judgement_are_not_shown_as_good(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", overdue=0, tomorrow=0, later=0)
        connection.execute(
            "update marts.kpi_daily set status = 'no_data', numerator = 0, denominator = 0, "
            "value = null, headroom = 0"
        )
    html = daily(tmp_path / "out", path, context(DEMO)).html()
    assert "None of four rates can be judged: no data this week." in html
    assert "No package was shipped this week, so valid tracking has no value." in text_of(html)
    assert "On target" not in html.split('class="meanings"', 1)[0]


@pytest.mark.parametrize("shop_id", ["index", "a b&c"])
def test_odd_shop_names_stay_apart_from_the_overview(
    shop_id: str, warehouse: Path, tmp_path: Path
) -> None:
    from flows.report.context import Shop

    odd = Shop(shop_id, "Odd", "US", "America/Los_Angeles", "USD", True)
    made = daily(tmp_path, warehouse, context(odd, DEMO))
    assert "2 shops" in text_of(made.html())
    assert len(list(tmp_path.glob("*.html"))) == 3
    for link in Page(made.html()).links:
        assert " " not in link


def test_a_report_needs_a_shop(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one shop"):
        render_daily(warehouse, tmp_path, ReportContext("r", DAY, ()))


def test_page_of_a_big_shop_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", overdue=4000, tomorrow=4000, later=2000)
    made = daily(tmp_path / "out", path, context(DEMO))
    size = (made.folder / "index.html").stat().st_size
    assert size < 2_000_000
    assert "The first 1,000 of 10,000 open orders" in made.html()
    assert len(read_csv(made.folder / "overdue.csv")) == 4000
