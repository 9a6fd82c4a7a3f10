"""What is kept of published numbers, and what is said when one of them changes."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.warehouse.scope import Scope
from tests.warehouse.restating import D1, D2, D3, PROJECT, Story

RUN1, RUN2, RUN3, RUN4 = (f"2026050{n}T080000Z-000000" for n in (1, 2, 3, 4))
EVENTS, ORDERS = "carriers/tracking_events", "seller_center/orders"
SHIPMENTS, INVENTORY = "third_party_logistics/shipments", "third_party_logistics/inventory"
LONG_AGO = date(2026, 1, 5)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def _editions(story: Story) -> list[tuple[Any, ...]]:
    return story.ask(
        "select shop_id, as_of_on, run_id, numerator from marts.kpi_editions order by all"
    )


def test_a_first_publication_adds_editions_and_restates_nothing(story: Story) -> None:
    story.publish({("a", D1): (4, 100), ("a", D2): (5, 100)})
    assert _editions(story) == [("a", D1, RUN1, 4), ("a", D2, RUN1, 5)]
    assert story.restatements("*") == []
    (edition,) = story.ask(f"select * from marts.kpi_editions where as_of_on = date '{D2}'")
    assert [str(cell) for cell in edition] == [
        *("a", "2026-04-02", "late_dispatch_rate", "platform", "week", RUN1),
        *("2026-05-01 08:00:00", "5", "100", "0.05", "ok", "P", "True"),
    ]


def test_what_did_not_change_adds_nothing_and_a_new_day_its_first_edition(story: Story) -> None:
    story.publish({("a", D1): (4, 100)})
    story.publish({("a", D1): (4, 100)})
    story.publish({("a", D1): (4, 100), ("a", D2): (5, 100)})
    assert _editions(story) == [("a", D1, RUN1, 4), ("a", D2, RUN3, 5)]
    assert story.restatements("*") == []


def test_a_changed_number_is_an_edition_and_a_restatement(story: Story) -> None:
    story.publish({("a", D1): (4, 100), ("a", D2): (5, 100, False)})
    story.publish({("a", D1): (7, 101), ("a", D2): (6, 100)}, statuses={("a", D1): "breach"})
    assert _editions(story) == [
        *(("a", D1, RUN1, 4), ("a", D1, RUN2, 7), ("a", D2, RUN1, 5), ("a", D2, RUN2, 6))
    ]
    assert story.restated == 2
    was = "was_numerator, was_denominator, was_value, was_status, was_complete"
    now = "is_numerator, is_denominator, is_value, is_status"
    assert story.restatements(f"as_of_on, run_id, previous_run_id, {was}, {now}") == [
        (D1, RUN2, RUN1, 4, 100, 0.04, "ok", True, 7, 101, 7 / 101, "breach"),
        (D2, RUN2, RUN1, 5, 100, 0.05, "ok", False, 6, 100, 0.06, "ok"),
    ]


def test_a_day_that_was_confirmed_in_between_counts_as_complete(story: Story) -> None:
    story.publish({("a", D1): (4, 100, False)})
    story.publish({("a", D1): (4, 100, True)})
    story.publish({("a", D1): (5, 100, True)})
    assert story.restatements("was_complete, previous_run_id") == [(True, RUN1)]


def test_the_same_publication_made_again_gives_the_same_ledgers(story: Story) -> None:
    story.publish({("a", D1): (4, 100)})
    story.publish({("a", D1): (5, 100), ("a", D2): (5, 100)}, repeats=2)
    assert _editions(story) == [("a", D1, RUN1, 4), ("a", D1, RUN2, 5), ("a", D2, RUN2, 5)]
    assert story.restatements("was_numerator, is_numerator") == [(4, 5)]


def test_a_shop_that_is_held_back_keeps_its_rows_and_gets_none(story: Story) -> None:
    story.publish({("a", D1): (4, 100), ("b", D1): (1, 100)})
    only_a = Scope((D1,), {"a": (D1,)}, frozenset("a"))
    story.publish({("a", D1): (5, 100), ("b", D1): (2, 100)}, only_a)
    assert _editions(story) == [("a", D1, RUN1, 4), ("a", D1, RUN2, 5), ("b", D1, RUN1, 1)]
    assert story.restatements("shop_id") == [("a",)]
    story.publish({("a", D1): (5, 100), ("b", D1): (2, 100)})
    assert story.restatements("shop_id, run_id, previous_run_id") == [
        *(("a", RUN2, RUN1), ("b", RUN3, RUN1))
    ]


def test_a_run_for_a_past_day_speaks_of_that_day_alone(story: Story) -> None:
    story.publish({("a", D1): (4, 100), ("a", D2): (4, 100), ("a", D3): (4, 100)})
    past = Scope((D2,), {"a": (D2,)}, frozenset())
    story.publish({("a", D1): (9, 100), ("a", D2): (9, 100)}, past)
    assert story.restatements("as_of_on, run_id") == [(D2, RUN2)]
    story.publish({("a", D1): (9, 100), ("a", D2): (9, 100), ("a", D3): (9, 100)})
    assert story.restatements("as_of_on, run_id") == [(D1, RUN3), (D2, RUN2), (D3, RUN3)]


def test_a_number_that_is_published_no_more_says_so(story: Story) -> None:
    story.publish({("a", D1): (4, 100), ("a", D2): (5, 100)})
    story.publish({("a", D2): (5, 100)})
    assert story.restatements("as_of_on, was_numerator, is_numerator, is_status") == [
        (D1, 4, None, None)
    ]
    story.publish({("a", D2): (5, 100)})
    assert len(_editions(story)) == 3


def test_a_warehouse_published_before_there_were_ledgers(story: Story) -> None:
    story.publish({("a", D1): (4, 100), ("a", D2): (5, 100)})
    with duckdb.connect(str(story.published)) as connection:
        connection.execute("drop table marts.kpi_editions; drop table marts.kpi_restatements")
        connection.execute(
            "insert into marts.row_accounting (run_id, shop_id, file) "
            f"values ('{RUN1}', 'a', 'old.csv')"
        )
    story.makings.clear()
    story.publish({("a", D1): (4, 100), ("a", D2): (6, 100)})
    assert _editions(story) == [("a", D1, RUN2, 4), ("a", D2, RUN2, 6)]
    assert story.restatements("as_of_on, previous_run_id, cause") == [(D2, None, "code")]


@pytest.mark.parametrize(
    ("project", "cause", "rules", "code"),
    [
        ({**PROJECT, "seeds": "s2"}, "rules", True, False),
        ({**PROJECT, "models": "m2"}, "code", False, True),
        ({**PROJECT, "seeds": "s2", "code": "c2"}, "rules", True, True),
        (PROJECT, "time", False, False),
    ],
)
def test_without_a_file_the_cause_is_what_else_changed(
    story: Story, project: dict[str, str], cause: str, rules: bool, code: bool
) -> None:
    story.publish({("a", D1): (4, 100)})
    story.publish({("a", D1): (5, 100)}, project=project)
    columns = "cause, is_rules_changed, is_code_changed, file_count, files"
    assert story.restatements(columns) == [(cause, rules, code, 0, None)]


def _order(story: Story, order: str, day: date, number: str = "") -> None:
    """An order of a day, dispatched that day; every later build and publication knows it."""
    key = len(story.rows.get("intermediate.int_orders", []))
    dates = {"created_on": day, "dispatch_due_on": day, "deliver_by_on": day}
    story.holds("intermediate.int_orders", order_key=key, order_id=order, **dates, rts_on=day)
    story.rows.setdefault("intermediate.int_order_states", []).append(
        {"order_key": key, "dispatched_on": day}
    )
    story.holds("marts.orders", order_id=order, **dates, dispatched_on=day)
    story.holds("marts.packages", package_key=order, order_id=order, shipped_on=day)
    number = number or f"N{order}"
    story.holds("intermediate.int_order_packages", order_id=order, tracking_number=number)


def _event(number: str, day: date, code: str = "accepted") -> dict[str, Any]:
    return {"tracking_number": number, "event_at": day, "event_on": day, "event_code": code}


def _row(order: str, day: date, **more: Any) -> dict[str, Any]:
    created = {"created_at": day, "created_on": day}
    return {"order_id": order, **created, "payment_method": "card", **more}


def _restated_by(story: Story) -> list[tuple[Any, ...]]:
    story.publish({("a", D2): (5, 100)})
    return story.restatements("cause, files, file_count")


def test_a_late_carrier_file_is_named_and_what_cannot_matter_is_not(story: Story) -> None:
    _order(story, "1", D2)
    _order(story, "2", LONG_AGO)
    story.read("events-1.csv", EVENTS, [_event("N1", D1, "label_created")])
    story.read("orders-1.csv", ORDERS, [_row("1", D2)])
    story.publish({("a", D2): (4, 100)})
    story.read("late.csv", EVENTS, [_event("N1", D2)])
    # Stock moves no rate; these rows repeat what was known, are of an order outside the window,
    # tell of a day after it, or of a delivery, which is no dispatch.
    story.read("inventory.csv", INVENTORY)
    story.read("repeats.csv", EVENTS, [_event("N1", D1, "label_created")])
    story.read("old parcel.csv", EVENTS, [_event("N2", LONG_AGO)])
    story.read("next day.csv", EVENTS, [_event("N1", D3, "delivered")])
    story.read("again.csv", ORDERS, [_row("1", D2)])
    story.read("delivered.csv", ORDERS, [_row("1", D2, delivered_at=D2, delivered_on=D2)])
    story.read("uploads.csv", SHIPMENTS, [{"order_id": "1", "tracking_uploaded_on": D2}])
    assert _restated_by(story) == [("files", "late.csv", 1)]


def test_an_order_that_comes_late_names_its_export(story: Story) -> None:
    story.read("orders-1.csv", ORDERS, [_row("1", D2)])
    story.publish({("a", D2): (4, 100)})
    _order(story, "7", D2)
    story.read("late orders.csv", ORDERS, [_row("7", D2)])
    story.read("b.csv", ORDERS, [_row("7", D2)])
    assert _restated_by(story) == [("files", "b.csv, late orders.csv", 2)]


def test_a_deadline_that_the_platform_changes_is_news(story: Story) -> None:
    _order(story, "1", D2)
    story.read("orders-1.csv", ORDERS, [_row("1", D2, tts_sla_at=D2)])
    story.publish({("a", D2): (4, 100)})
    story.read("longer.csv", ORDERS, [_row("1", D2, tts_sla_at=D3)])
    story.read("same.csv", ORDERS, [_row("1", D2, tts_sla_at=D2)])
    assert _restated_by(story) == [("files", "longer.csv", 1)]


def test_a_file_whose_rows_do_not_show_it_is_named_when_nothing_else_explains(
    story: Story,
) -> None:
    # From its first event on a feed can be held against every package, its own or not.
    story.publish({("a", D2): (4, 100)})
    story.read("first events.csv", EVENTS, [_event("OTHER", LONG_AGO)])
    assert _restated_by(story) == [("files", "first events.csv", 1)]


def test_changed_rules_explain_before_a_file_whose_rows_do_not(story: Story) -> None:
    story.publish({("a", D2): (4, 100)})
    story.read("other events.csv", EVENTS, [_event("OTHER", LONG_AGO)])
    story.publish({("a", D2): (5, 100)}, project={**PROJECT, "seeds": "s2"})
    assert story.restatements("cause, files") == [("rules", None)]


def test_a_declaration_of_the_shop_moves_everything(story: Story) -> None:
    story.publish({("a", D2): (4, 100)})
    story.read("shops.csv", "reference/shops")
    assert _restated_by(story) == [("files", "shops.csv", 1)]


def test_a_file_that_a_past_day_has_seen_is_still_news_to_the_other_days(story: Story) -> None:
    _order(story, "1", D2)
    story.publish({("a", D2): (4, 100), ("a", D3): (4, 100)})
    story.read("late.csv", EVENTS, [_event("N1", D2)])
    story.publish({("a", D2): (5, 100)}, Scope((D2,), {"a": (D2,)}, frozenset()))
    story.read("later.csv", EVENTS, [_event("N1", D2, "in_transit")])
    story.publish({("a", D2): (6, 100), ("a", D3): (5, 100)})
    # The window of the third day begins with it; the parcel of the second is not in it.
    assert story.restatements("as_of_on, run_id, files") == [
        (D2, RUN2, "late.csv"),
        (D2, RUN3, "later.csv"),
        (D3, RUN3, "late.csv, later.csv"),
    ]


def test_of_many_files_ten_are_named(story: Story) -> None:
    _order(story, "1", D2)
    story.publish({("a", D2): (4, 100)})
    for number in range(12):
        story.read(f"{number:02}.csv", EVENTS, [_event("N1", D2, f"code {number}")])
    ((cause, files, count),) = _restated_by(story)
    assert (cause, count) == ("files", 12)
    assert files == ", ".join(f"{number:02}.csv" for number in range(10)) + " and 2 more"


_NUMBERS = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from((D1, D2, D3))),
    st.tuples(st.integers(0, 2), st.just(2)),
    min_size=1,
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(_NUMBERS, st.sampled_from((None, D1, D2))), min_size=2, max_size=4))
def test_replaying_the_editions_gives_what_is_published(
    publications: list[tuple[dict[tuple[str, date], tuple[int, int]], date | None]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder))
        for numbers, past in publications:
            by_day = Scope((past,), {"a": (past,)}, frozenset()) if past and story.runs else None
            story.publish(numbers, by_day)
        _check_replay(story)


def _check_replay(story: Story) -> None:
    key = "shop_id, as_of_on"
    newest = (
        f"select {key}, numerator, denominator, status from (select * from marts.kpi_editions "
        f"qualify row_number() over (partition by {key} order by published_at desc) = 1) "
        "where status is not null order by all"
    )
    published = f"select {key}, numerator, denominator, status from marts.kpi_daily order by all"
    assert story.ask(newest) == story.ask(published)
    # Every change goes from one edition to the next, and no edition repeats the one before.
    following = (
        f"select {key}, run_id, numerator, lag(numerator) over w as was, "
        "lag(status) over w as was_status, lag(run_id) over w as previous from marts.kpi_editions "
        f"window w as (partition by {key} order by published_at)"
    )
    assert story.restatements(f"{key}, run_id, previous_run_id, was_numerator, is_numerator") == (
        story.ask(
            f"select {key}, run_id, previous, was, numerator from ({following}) "
            "where previous is not null and was_status is not null order by all"
        )
    )
    repeated = f"select * from ({following}) where previous is not null and was = numerator"
    assert story.ask(repeated) == []


def test_files_that_were_withdrawn_or_restored_are_the_cause(story: Story) -> None:
    story.withdrawn = set()
    story.read("a.csv", "seller_center/orders")
    story.read("b.csv", "seller_center/orders")
    story.publish({("a", D1): (4, 100)})
    story.withdrawn = {"b.csv"}
    story.publish({("a", D1): (3, 90)}, project={**PROJECT, "code": "c2"})
    story.publish({("a", D1): (3, 91)})
    story.withdrawn = set()
    story.publish({("a", D1): (4, 100)}, project={**PROJECT, "seeds": "s2"})
    assert story.restatements("run_id, cause, file_count, files") == [
        (RUN2, "decision", 1, "b.csv"),
        (RUN3, "code", 0, None),
        (RUN4, "decision", 1, "b.csv"),
    ]
