"""The sections of returns, costs, coverage, stock, routes and settlement, and their lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from flows.report.charts.svg import Ids
from flows.report.charts.tiles import PLACES, Site, state_tiles
from flows.report.marts.costs import CostMarts
from flows.report.marts.coverage import CoverageMarts
from flows.report.marts.returns import ReturnMarts
from flows.report.marts.settlement import SettlementMarts
from flows.report.marts.stock import StockMarts
from tests.report.conftest import DEMO, SUNDAY, Rendered, context, daily, weekly
from tests.report.marts_fixture import DAY, HOSTILE, add_shop, create, run
from tests.report.pages import Page
from tests.report.reading import facts, section, table, text
from tests.report.rules_fixture import add_rules, create_rules
from tests.report.subjects_fixture import add_subjects
from tests.report.test_daily import read_csv

MODELS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"
DAILY = ("returns-due", "traps", "stock", "settlement")
WEEKLY = (
    "traps",
    "returns-cost",
    "grades",
    "suppliers",
    "coverage",
    "network",
    "stock",
    "routes",
    "settlement",
)


def make(folder: Path, *changes: str) -> Rendered:
    """A daily report of the hand-made marts after some changes."""
    path = folder / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=DAY)
        create_rules(connection)
        add_rules(connection, "demo")
        add_subjects(connection, "demo")
        for change in changes:
            run(connection, change)
    return daily(folder / "out", path, context(DEMO))


def anchors(made: Rendered, page: str = "index.html") -> list[str]:
    """The sections of a page in their order."""
    return re.findall(r'<section id="([^"]+)"', made.html(page))


def test_the_daily_page_stays_short(demo: Rendered) -> None:
    assert [name for name in anchors(demo) if name in DAILY] == list(DAILY)
    for name in DAILY:
        shown = re.sub(r"<details.*?</details>", "", section(demo, name), flags=re.DOTALL)
        assert shown.count("<table") <= 1, name
        assert shown.count("<figure") <= 1, name
        assert shown.count('class="answer"') == 1, name
    for name in ("returns-cost", "network", "routes", "grades", "suppliers"):
        assert f'id="{name}"' not in demo.html()


def test_the_weekly_page_has_every_subject(week: Rendered) -> None:
    assert [name for name in anchors(week) if name in WEEKLY] == list(WEEKLY)


@pytest.mark.parametrize("kind", ["demo", "week"])
def test_every_section_has_its_definition(kind: str, request: pytest.FixtureRequest) -> None:
    made: Rendered = request.getfixturevalue(kind)
    for name in DAILY if kind == "demo" else WEEKLY:
        if name in anchors(made):
            assert "How this is counted" in section(made, name), name


def test_an_older_warehouse_has_none_of_them(older: Rendered) -> None:
    for name in {*DAILY, *WEEKLY} - {"coverage"}:
        assert f'id="{name}"' not in older.html()
    assert not (older.folder / "returns_due.csv").exists()
    shop = facts(older)
    assert shop["margin_traps"] == {"total": 0, "rows": []}
    assert shop["settlement"]["states"] == {}


def test_a_mart_without_a_column_is_left_out(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        "alter table marts.margin_traps drop column compared_with",
        "alter table marts.settlement_orders drop column age_days",
    )
    assert "traps" not in anchors(made)
    assert "settlement" not in anchors(made)
    assert "stock" in anchors(made)
    assert not (made.folder / "settlement_missing.csv").exists()


def test_a_shop_without_rows_raises_nothing(several: Rendered) -> None:
    page = anchors(several, "east.html")
    assert "returns-due" not in page
    assert "stock" not in page
    assert "settlement" not in page
    traps = section(several, "traps", "east.html")
    assert "returns surely more than the rest" in traps
    assert "<table" not in traps


def test_the_map_marks_the_sites(demo: Rendered, week: Rendered) -> None:
    for made in (demo, week):
        shown = section(made, "coverage")
        (first, *_) = re.findall(r"<svg.*?</svg>", shown, re.DOTALL)
        assert "Warehouses: NJ-1, NJ-2 in NJ, LA-2 &lt;b&gt; in CA." in first
        assert "Proposed: Scranton, ZIP 188 in PA, Las Vegas, ZIP 891 in NV." in first
        assert first.count("<circle") == 2 * 4, "on the map and in its key"
        assert "An outlined mark is a proposed site." in shown
    said = text(section(week, "coverage"))
    assert "5 states hold 60% of 2,500 orders, 7 hold 70%; CA, TX and NY lead." in said
    assert "TX was not expected among them; WA is expected and not among them." in said
    assert table(section(week, "coverage"), "coverage-f1-t1")[1][-1] == "Not expected"


def test_a_site_on_the_map_stays_on_it() -> None:
    sites = [Site(state, "A site with a very long name " * 4) for state in PLACES if state != "??"]
    made = state_tiles(Ids(), "T", {"CA": 0.5}, {"CA": 9}, "", [*sites, Site("XX", "nowhere")])
    for picture in made.pictures:
        height = float(re.findall(r'height="(\d+)"', picture.markup)[0])
        marks = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="(\d+)"', picture.markup)
        assert len(marks) == 2 * len(sites)
        for x, y, radius in marks:
            assert float(radius) <= float(x) <= picture.width - float(radius)
            assert float(radius) <= float(y) <= height - float(radius)
    crowd = state_tiles(Ids(), "T", {}, {}, "", [Site("KS", str(n)) for n in range(4)])
    places = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', crowd.pictures[0].markup)
    assert len(set(places)) == 8, "four corners, four lines of the key"


def test_where_stock_should_stand(week: Rendered) -> None:
    shown = section(week, "network")
    said = text(shown)
    assert (
        "The present 2 sites reach 57.0% of orders within two days; 2 sites could reach 63.0%, "
        "which is materially better." in said
    )
    assert "Central + south reaches 39.0%, east + west 58.0%." in said
    rows = {row[0]: row for row in table(shown, "network-t1")}
    assert len(rows) == 6
    assert rows["Best 2 sites"][1:4] == ["188, 891", "63.0%", "16.0 points"]
    assert rows["Best 2 sites"][-2:] == ["Assumed", "Recommended"]
    assert rows["Present"][3] == "–"
    assert table(shown, "network-f1-t1")[1][3] == "0.40 days"
    assert table(shown, "network-f2-t1")[1][3] == "$1,204"
    assert len(read_csv(week.folder / "network.csv")) == 18
    assert "network" not in anchors_of_past_day(week)


def anchors_of_past_day(week: Rendered) -> list[str]:
    """The network is solved for the newest day alone: its marts are empty for another one."""
    path = week.folder.parent / "past.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=SUNDAY)
        add_subjects(connection, "demo", day=SUNDAY)
        run(connection, "delete from marts.network_options;\ndelete from marts.network_sites")
    made = weekly(week.folder.parent / "past", path, context(DEMO, day=SUNDAY))
    assert "filled mark" not in section(made, "coverage")
    return anchors(made)


def test_stock_where_content_goes_live(demo: Rendered) -> None:
    shown = section(demo, "stock")
    said = text(shown)
    assert (
        "1 of 2 SKUs that go live in the next 14 days is short of stock, the first on "
        "Wed Nov 25, 18:00 PT." in said
    )
    assert "1 of 2 hero SKUs is missing at an active site: SKU-101 at LA-2." in said
    assert "1 of 2 SKUs in TikTok's warehouse needs a shipment now, SKU-101 first" in said
    assert "The hero list is 45 days old" in said
    assert "1 SKU of the long tail lies in more than one site." in said
    assert table(shown, "stock-t1")[0][3:] == ["LA-2", "400", "180", "0", "Short"]
    assert table(shown, "stock-f1-t2")[0][:3] == ["SKU-101", HOSTILE, "Thu Oct 1"]
    assert len(read_csv(demo.folder / "content_stock.csv")) == 3
    assert len(read_csv(demo.folder / "hero_stock.csv")) == 5


def test_routes(week: Rendered) -> None:
    shown = section(week, "routes")
    said = text(shown)
    assert "Of 3 routes, 1 costs 10% more than another that keeps the promise" in said
    assert "30 of 500 parcels did not take the preferred route." in said
    rows = table(shown, "routes-t1")
    assert rows[0][4:] == [
        f"{HOSTILE} Ground", "UniUni Standard", "$1.20", "Assumed", "Dearer",
    ]  # fmt: skip
    assert rows[-1][-1] == "Too few"
    assert len(read_csv(week.folder / "route_choices.csv")) == 4
    assert len(read_csv(week.folder / "route_deviations.csv")) == 2


def test_the_settlement_ties_out_or_not(demo: Rendered, week: Rendered) -> None:
    shown = section(demo, "settlement")
    said = "Of 100 orders to settle, 97 tie out, 2 differ and 1 delivered one is in no statement."
    assert said in text(shown)
    assert table(shown, "settlement-t1") == [
        ["576461234569000003", "Thu Oct 1, 11:00 PT", "53", "$40.00"]
    ]
    assert [row[5] for row in table(shown, "settlement-f1-t1")] == ["−$4.50", "−$1.00"]
    (missing,) = read_csv(demo.folder / "settlement_missing.csv")
    assert missing["order_id"] == "576461234569000003\t"
    assert len(read_csv(demo.folder / "settlement_differences.csv")) == 2
    review = section(week, "settlement")
    more = text(review)
    assert "Unexplained: −$5.50 of 2 orders (15 to 30 days)." in more
    assert "1 order is not settled yet." in more
    assert "1 fee is not what its rate gives." in more
    assert "1 row of the statements belongs to no known order." in more
    assert table(review, "settlement-f2-t1") == [
        ["Sales", "$2,000.00", "$2,000.00", "$0.00"],
        ["Referral fee", "−$120.00", "−$125.50", "−$5.50"],
    ]


def test_a_shop_without_statements_has_one_line(tmp_path: Path) -> None:
    made = make(
        tmp_path,
        "delete from marts.settlement_orders",
        "insert into marts.not_judged values ('demo', date '2026-11-23', 'settlement', "
        "'There is no settlement statement, so no payout is tied out.', "
        "'seller_center/settlements', 4000)",
    )
    shown = section(made, "settlement")
    assert "Add <code>seller_center/settlements</code>." in shown
    assert shown.count("<p") == 1
    assert "<details" not in shown


def test_details_are_folded_into_their_sections(demo: Rendered) -> None:
    assert table(section(demo, "dispatch"), "dispatch-f1-t1")[0] == [
        "Mon Nov 23", "140", "130", "128", "3.0%", "2",
    ]  # fmt: skip
    assert len(table(section(demo, "dispatch"), "dispatch-f1-t1")) == 14
    assert table(section(demo, "ahead"), "ahead-f1-t1")[0][0] == "Tue Nov 24"
    assert [row[0] for row in table(section(demo, "causes"), "causes-f1-t1")] == [
        "Confirmation",
        "First scan",
    ]
    tracking = section(demo, "tracking")
    assert "Slowest: USPS after a hand-over at 18-24 h" in text(tracking)
    assert table(tracking, "tracking-f1-t2")[1] == ["24 to 48", "300", "15", "5.0"]
    indicators = section(demo, "indicators")
    assert table(indicators, "indicators-f1-t1") == [
        ["Orders past their deadline", "12", "4.5"],
        ["Points lost", "–", "–"],
    ]
    assert table(indicators, "indicators-f2-t1")[0][0] == "Late delivery"
    assert table(section(demo, "cancellations"), "cancellations-f1-t1")[0][3:] == ["9", "4"]


def test_decisions_follow_from_traps_network_and_payouts(week: Rendered) -> None:
    asked = [decision["ask"] for decision in facts(week)["decisions"]][-3:]
    assert asked == [
        "Decide whether to keep selling SKU-104 as it is.",
        "Decide whether to stock the ZIP areas 188, 891 instead.",
        "Decide who claims the payout of 1 delivered order.",
    ]


def test_a_calm_week_asks_for_no_such_decision(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with create(path) as connection:
        add_shop(connection, "demo", day=SUNDAY)
        add_subjects(connection, "demo", day=SUNDAY)
        run(
            connection,
            "delete from marts.margin_traps;\n"
            "update marts.network_options set is_recommended = false, "
            "is_materially_better = false;\n"
            "update marts.settlement_orders set state = 'tied'",
        )
    made = weekly(tmp_path / "out", path, context(DEMO, day=SUNDAY))
    asked = [decision["ask"] for decision in facts(made)["decisions"]]
    assert not [ask for ask in asked if "SKU" in ask or "ZIP" in ask or "payout" in ask]
    said = text(section(made, "settlement"))
    assert "All 101 settled orders tie out to the payout." in said
    assert "no network of up to five sites is materially better" in text(section(made, "network"))
    assert "proposed" not in section(made, "coverage")


def test_the_json_says_what_the_page_says(demo: Rendered) -> None:
    shop = facts(demo)
    page = " ".join("".join(Page(demo.html()).text).split())
    for said in shop["sentences"].values():
        assert all(" ".join(text.replace("`", "").split()) in page for text in said)
    assert shop["returns_due"]["tally"]["past_due"] == 1
    assert shop["margin_traps"]["rows"][0]["segment"] == "SKU-104"
    assert shop["settlement"]["states"]["tied"] == 96
    assert shop["network"][0]["plan"] == "present"


def test_nothing_foreign_becomes_markup(week: Rendered) -> None:
    assert Page(week.html()).count("script") == 1
    for name in ("traps", "suppliers", "routes", "stock", "returns-cost"):
        assert "&lt;script&gt;" in section(week, name), name


@pytest.mark.parametrize(
    "subject", [ReturnMarts, CostMarts, CoverageMarts, StockMarts, SettlementMarts]
)
def test_the_columns_that_the_report_reads_are_in_the_marts(subject: type[ReturnMarts]) -> None:
    declared = {
        model["name"]: {column["name"] for column in model["columns"]}
        for path in MODELS.rglob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or []
    }
    for mart, columns in subject.NEEDED.items():
        assert set(columns) <= declared.get(mart, set()), mart


def test_on_paper_folds_are_open_and_keep_their_names(week: Rendered) -> None:
    style = week.html().split("@media print{", 1)[1].split("</style>", 1)[0]
    assert "details:not(.fold)>summary{display:none}" in style
    assert "details::details-content{content-visibility:visible;display:block}" in style
    assert '<details class="fold"><summary>By component</summary>' in week.html()
