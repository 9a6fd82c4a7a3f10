"""Gate 1's questions about files: was every row accounted for, and how much was refused."""

from typing import Any

from flows.quality.copies import round_limits
from flows.quality.model import Expectation, TableSuite
from flows.quality.volume_drift import vanished

FILES = "inputs.files"
_REFUSED_SHARE = 0.01
# A refused file that was taken away, or mended under its own name, asks nothing of anybody.
_REFUSED = "status = 'refused' and is_present"
_IDENTITY = (
    "coalesce(rows_read, 0) <> coalesce(rows_accepted, 0) + coalesce(rows_quarantined, 0) "
    "+ coalesce(rows_skipped, 0)"
)


def sources_of(sources: str) -> str:
    """A SELECT of `shop_id` and file name, for a SELECT of `shop_id` and the lake's `source_id`."""
    return (
        f"select f.shop_id, f.file from {FILES} as f inner join ({sources}) as s "
        "on s.shop_id = f.shop_id and s.source_id = left(sha256(f.sha256), 16)"
    )


def files_suite() -> TableSuite:
    """The expectations on the ledger of files."""
    return TableSuite(
        FILES,
        (
            _expect(
                name="nothing_lost",
                severity="critical",
                description="Rows read are accepted, quarantined or skipped, for every file",
                fails_when=_IDENTITY,
                counted="files",
                files=f"select shop_id, file from {FILES} where {_IDENTITY}",
            ),
            _expect(
                name="files_refused",
                severity="warning",
                topic="refusals",
                description="Every file in landing meets a contract",
                fails_when=_REFUSED,
                counted="files",
                files=f"select shop_id, file from {FILES} where {_REFUSED}",
            ),
            _expect(
                name="rows_refused",
                severity="warning",
                description=f"At most {_REFUSED_SHARE:.0%} of the rows of a feed are refused",
                query="select shop_id, sum(refused) as failures, printf('%d of %d rows', "
                "sum(refused)::bigint, sum(total)::bigint) as note from (select shop_id, feed, "
                "sum(rows_quarantined) as refused, sum(rows_read) as total "
                f"from {FILES} where status = 'loaded' group by all) "
                f"where refused > total * {_REFUSED_SHARE} group by 1",
                files=f"select shop_id, file from {FILES} where status = 'loaded' "
                f"and rows_quarantined > rows_read * {_REFUSED_SHARE}",
            ),
            vanished(),
            round_limits(),
        ),
    )


def _expect(**fields: Any) -> Expectation:
    return Expectation(table=FILES, **fields)
