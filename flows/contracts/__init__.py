"""The contracts: what each feed looks like, read from the ODCS files in `data_contracts/`.

Everything that has to know a feed asks here: the reader (headers, types, vocabularies), the lake
(schema), the gates (quality rules), dbt (sources) and the documentation pages.
"""

from flows.contracts.folding import fold
from flows.contracts.load import contract, load_contracts
from flows.contracts.matching import (
    explain_mismatch,
    map_headers,
    match_header,
    unknown_headers,
    utc_columns,
)
from flows.contracts.model import (
    Column,
    Contract,
    FileLayout,
    JsonField,
    JsonLayout,
    JsonSource,
    PersonalColumn,
    QualityRule,
    lake_columns,
    lake_schema,
)

__all__ = [
    "Column",
    "Contract",
    "FileLayout",
    "JsonField",
    "JsonLayout",
    "JsonSource",
    "PersonalColumn",
    "QualityRule",
    "contract",
    "explain_mismatch",
    "fold",
    "lake_columns",
    "lake_schema",
    "load_contracts",
    "map_headers",
    "match_header",
    "unknown_headers",
    "utc_columns",
]
