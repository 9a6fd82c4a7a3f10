"""One batch of text cells becomes typed rows of the lake and a list of refused rows.

A row is refused for the first column, in the contract's order, that cannot be read or breaks the
contract.
"""

from __future__ import annotations

from flows.ingest.batch import RawBatch, Setting, TypedBatch, Work
from flows.ingest.checks import check_limits
from flows.ingest.columns import complete, read_odd, read_plain, read_stamps
from flows.ingest.refusing import split


def type_batch(raw: RawBatch, setting: Setting) -> TypedBatch:
    """Type, check and split one batch."""
    work = Work(raw, setting)
    read_stamps(work)
    read_plain(work)
    read_odd(work)
    frame = complete(work)
    check_limits(work, frame)
    return split(work, frame)
