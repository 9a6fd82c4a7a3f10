"""Ingest: exports as dropped in landing become typed Parquet in the lake.

`ingest` reads what is new, `check_file` says what would come of a file, `read_ledger` lists what
was read, `resolve_shops` gives each shop's market, zone and currency.
"""

from flows.ingest.check import CheckReport, MemberCheck, check_file
from flows.ingest.ledger import FileRecord, Ledger, read_ledger
from flows.ingest.run import IngestResult, ingest, resolve_shops
from flows.ingest.shops import Shop

__all__ = [
    "CheckReport",
    "FileRecord",
    "IngestResult",
    "Ledger",
    "MemberCheck",
    "Shop",
    "check_file",
    "ingest",
    "read_ledger",
    "resolve_shops",
]
