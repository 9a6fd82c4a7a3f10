"""The help desk's export: its words are understood, and nothing that people wrote is kept."""

from __future__ import annotations

import pytest

from flows.home import Home
from tests.ingest.builders import drop, lake, only, refused, run
from tests.ingest.test_privacy import everything_outside_landing

FEED = "reference/support_tickets"
HEADER = "ticket_id,created_at,order_id,kind,topic,channel,closed_at"
GOOD = "T-1,2026-04-10T09:00:00,576461413038780001,ticket,tracking,email,"


def _read(home: Home, *rows: str, header: str = HEADER) -> None:
    drop(home, "reference/support_tickets.csv", "\n".join([header, *rows]) + "\n")
    run(home)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("WISMO", "shipping_status"),
        ("Where is my order?", "shipping_status"),
        ("Item not received", "delivery"),
        ("Tracking number", "tracking"),
        ("Missing parts", "wrong_item"),
        ("Defective", "damaged"),
        ("Item not as described", "not_as_described"),
        ("Return/Refund", "refund"),
        ("shipping_status", "shipping_status"),
    ],
)
def test_the_words_of_help_desks_are_understood(home: Home, said: str, topic: str) -> None:
    _read(home, f"T-1,2026-04-10T09:00:00,,Question,{said},TikTok Shop,2026-04-11T10:00:00")
    (row,) = lake(home, FEED).to_dicts()
    assert (row["kind"], row["topic"], row["channel"]) == ("ticket", topic, "platform")
    # Times without an offset are in the shop's zone: Pacific daylight time here.
    assert (str(row["created_at"]), str(row["created_on"])) == ("2026-04-10 16:00:00", "2026-04-10")


def test_a_column_with_what_was_written_never_leaves_landing(home: Home) -> None:
    header = f"{HEADER},subject,requester"
    bad = "T-2,2026-04-10T09:00:00,,ticket,CANARY where is it,email,,CANARY text,CANARY Jane"
    _read(home, f"{GOOD},CANARY my parcel,CANARY jane@example.com", bad, header=header)
    assert lake(home, FEED)["ticket_id"].to_list() == ["T-1"]
    (row,) = refused(home)
    assert (row["row_number"], row["column"]) == ("3", "topic")
    assert b"CANARY" not in everything_outside_landing(home)


@pytest.mark.parametrize(
    "row",
    [
        "jane@example.com,2026-04-10T09:00:00,,ticket,tracking,email,",
        "T-1,2026-04-10T09:00:00,Jane Doe CANARY,ticket,tracking,email,",
        "T-1,2026-04-10T09:00:00,,ticket,tracking,jane@example.com,",
        "T-1,,,ticket,tracking,email,",
        "T-1,2026-04-10T09:00:00,,shout,tracking,email,",
    ],
)
def test_what_may_be_a_name_or_says_nothing_is_refused(home: Home, row: str) -> None:
    _read(home, GOOD, row)
    assert len(lake(home, FEED)) == 1
    assert len(refused(home)) == 1
    found = everything_outside_landing(home)
    assert b"jane" not in found and b"CANARY" not in found


def test_a_new_export_under_the_same_name_takes_the_place_of_the_old_one(home: Home) -> None:
    _read(home, GOOD, GOOD.replace("T-1", "T-2"))
    drop(home, "reference/support_tickets.csv", f"{HEADER}\n{GOOD}2026-04-12T09:00:00\n")
    record = only(run(home, "run2"))
    assert record.rows_accepted == 1
    (row,) = lake(home, FEED).to_dicts()
    assert str(row["closed_on"]) == "2026-04-12"
