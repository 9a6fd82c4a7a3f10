"""Which contract a header line meets, and why none does."""

from collections.abc import Sequence

from flows.contracts.folding import fold
from flows.contracts.load import load_contracts
from flows.contracts.model import Column, Contract

_SHOWN_COLUMNS = 6
_UTC_ENDING = "(utc)"


def map_headers(contract: Contract, headers: Sequence[str]) -> dict[str, int]:
    """Position in `headers` of each lake column that the file has.

    Of several spellings the contract's first wins; of a header that stands twice, the first.
    """
    positions = _positions(headers)
    found: dict[str, int] = {}
    for column in contract.columns:
        position = _position_of(column.headers, positions)
        if position is not None:
            found[column.name] = position
    return found


def utc_columns(contract: Contract, headers: Sequence[str]) -> frozenset[str]:
    """The time stamps whose header in this file says that they are UTC: it ends in `(UTC)`."""
    return frozenset(
        name
        for name, position in map_headers(contract, headers).items()
        if contract.column(name).kind == "timestamp"
        and fold(headers[position]).endswith(_UTC_ENDING)
    )


def unknown_headers(contract: Contract, headers: Sequence[str]) -> tuple[str, ...]:
    """The headers that the contract does not know, as the file spells them, blank ones left out."""
    known = known_folded(contract)
    return tuple(header for header in headers if fold(header) and fold(header) not in known)


def match_header(headers: Sequence[str]) -> Contract | None:
    """The contract that a header line meets: it has every required column, and most of the rest.

    None when no contract has all of its required columns in the line.
    """
    positions = _positions(headers)
    best: Contract | None = None
    best_score = 0
    for contract in load_contracts():
        if _missing(contract, positions):
            continue
        score = len(known_folded(contract) & positions.keys())
        if score > best_score:
            best, best_score = contract, score
    return best


def explain_mismatch(headers: Sequence[str]) -> str:
    """One sentence for people: the nearest contract and what it misses in the header line."""
    positions = _positions(headers)
    ranked = sorted(
        load_contracts(),
        key=lambda item: (_share_present(item, positions), _overlap(item, positions)),
        reverse=True,
    )
    nearest = ranked[0]
    if not _share_present(nearest, positions):
        return (
            "No column of any known export is in the header line. Drop the export as the platform "
            "gives it, with its header line; docs/feeds lists what is accepted."
        )
    missing = [column.headers[0] for column in _missing(nearest, positions)]
    if not missing:
        return f"The header line meets the contract {nearest.feed}."
    shown = ", ".join(f"`{name.strip()}`" for name in missing[:_SHOWN_COLUMNS])
    more = len(missing) - _SHOWN_COLUMNS
    rest = f" and {more} more" if more > 0 else ""
    noun = "column" if len(missing) == 1 else "columns"
    return f"Nearest contract: {nearest.feed} ({nearest.title}). Missing {noun}: {shown}{rest}."


def known_folded(contract: Contract) -> frozenset[str]:
    """Every folded header that the contract names: lake, personal and ignored columns."""
    return frozenset(
        fold(header)
        for group in (
            *(column.headers for column in contract.columns),
            contract.personal_headers,
            contract.known_headers,
        )
        for header in group
    )


def _positions(headers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, header in enumerate(headers):
        found.setdefault(fold(header), position)
    found.pop("", None)
    return found


def _position_of(spellings: Sequence[str], positions: dict[str, int]) -> int | None:
    return next((positions[fold(s)] for s in spellings if fold(s) in positions), None)


def _missing(contract: Contract, positions: dict[str, int]) -> list[Column]:
    return [
        column
        for column in contract.columns
        if column.required_header and _position_of(column.headers, positions) is None
    ]


def _share_present(contract: Contract, positions: dict[str, int]) -> float:
    required = sum(column.required_header for column in contract.columns)
    return 1 - len(_missing(contract, positions)) / required


def _overlap(contract: Contract, positions: dict[str, int]) -> int:
    return len(known_folded(contract) & positions.keys())
