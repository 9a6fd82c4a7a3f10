"""The declarations of account health: points with their sign, promotions with their score."""

from __future__ import annotations

from datetime import date

from flows.home import Home
from tests.ingest.builders import drop, lake, only, run

PROMOTIONS = """promotion_id,name,starts_on,ends_on,min_score
spring,Spring sale,2026-03-20,2026-03-22,220
flash,Flash sale,2026-04-01,,
late,No such day,2026-02-30,,200
,Nameless,2026-04-02,,200
"""


def test_promotions_are_read_and_bad_rows_refused(home: Home) -> None:
    drop(home, "promotions.csv", PROMOTIONS)
    record = only(run(home))
    assert (record.feed, record.rows_accepted, record.rows_quarantined) == (
        "reference/promotions",
        2,
        2,
    )
    rows = lake(home, "reference/promotions").sort("promotion_id")
    assert rows.select("promotion_id", "starts_on", "ends_on", "min_score").rows() == [
        ("flash", date(2026, 4, 1), None, None),
        ("spring", date(2026, 3, 20), date(2026, 3, 22), 220),
    ]


def test_account_health_points_keep_their_sign(home: Home) -> None:
    drop(
        home,
        "health.csv",
        "recorded_at,event_id,kind,points,score_after,reason,order_id\n"
        "2026-03-20T23:30:00,1,Violation,-8,192,Late dispatch,576461413038780001\n"
        "2026-03-21T09:00:00,2,snapshot,,192,,\n"
        "2026-03-21T09:00:00,3,fine,-8,,,\n",
    )
    record = only(run(home))
    assert (record.rows_accepted, record.rows_quarantined) == (2, 1)
    rows = lake(home, "reference/account_health").sort("event_id")
    assert rows.select("recorded_on", "kind", "points", "score_after").rows() == [
        (date(2026, 3, 20), "violation", -8, 192),
        (date(2026, 3, 21), "snapshot", None, 192),
    ]
