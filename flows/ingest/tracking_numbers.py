"""Which couriers' number formats a tracking number fits: pattern and check digit, vectorised.

The specifications are data (`tracking_specs.json`). A courier has several kinds of number, a kind
has forms (one per layout and length) that are tried in order: the first whose pattern matches is
the one whose check digit counts. That a number fits says nothing about who carries it; which
courier counts is for the models to say. What fits a courier by its length alone (plain digits, no
check digit) is marked, since any other number of that length would fit as well.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

_SPECS = Path(__file__).with_name("tracking_specs.json")
_UNTIDY = r"[\sa-z]"
BY_LENGTH_ALONE = "~"
"""Follows the code of a courier that a number fits by nothing but its length."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """How a check digit follows from the serial.

    `mod10`: digits at even and odd positions weighted, the sum's complement to ten. `weighted`:
    the weighted sum modulo `modulo1` modulo `modulo2`. `mod7`: the serial's remainder by seven.
    """

    name: str
    evens: int = 1
    odds: int = 1
    reverse: bool = False
    weights: tuple[int, ...] = ()
    modulo1: int = 1
    modulo2: int = 1


@dataclass(frozen=True, slots=True)
class Form:
    """One layout: an anchored pattern, and where serial and check digit stand in it."""

    pattern: str
    serial: tuple[int, int] | None
    check: int | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of number of a courier, for one length: its forms in the order they are tried."""

    code: int
    forms: tuple[Form, ...]
    checksum: Checksum | None
    prepend: str


@cache
def couriers() -> tuple[str, ...]:
    """Codes of the couriers with a specification, sorted."""
    return tuple(sorted(_specs()["couriers"]))


def _is_by_length_alone(spec: dict[str, Any]) -> bool:
    """Whether a kind of number is plain digits without a check digit."""
    has_letters = any(re.search("[A-Z]", form["pattern"]) for form in spec["forms"])
    return "checksum" not in spec and not has_letters


@cache
def _codes() -> tuple[str, ...]:
    """What a number can be said to fit: couriers, and couriers by its length alone; sorted."""
    weak = {
        code + BY_LENGTH_ALONE
        for code, specs in _specs()["couriers"].items()
        if any(map(_is_by_length_alone, specs))
    }
    return tuple(sorted({*couriers(), *weak}))


@cache
def _specs() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_SPECS.read_text(encoding="utf-8"))
    return loaded


@cache
def _kinds_by_length() -> dict[int, tuple[Kind, ...]]:
    found: dict[int, list[Kind]] = {}
    for code in couriers():
        for spec in _specs()["couriers"][code]:
            said = code + BY_LENGTH_ALONE if _is_by_length_alone(spec) else code
            checksum = Checksum(**_frozen(spec["checksum"])) if "checksum" in spec else None
            by_length: dict[int, list[Form]] = {}
            for form in spec["forms"]:
                serial = form.get("serial")
                made = Form(
                    f"^(?:{form['pattern']})$",
                    (serial[0], serial[1]) if serial else None,
                    form.get("check"),
                )
                for length in form["lengths"]:
                    by_length.setdefault(length, []).append(made)
            for length, forms in by_length.items():
                kind = Kind(_codes().index(said), tuple(forms), checksum, spec.get("prepend", ""))
                found.setdefault(length, []).append(kind)
    return {length: tuple(kinds) for length, kinds in found.items()}


def _frozen(values: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(value) if isinstance(value, list) else value for k, value in values.items()}


@cache
def _texts() -> pl.Series:
    """The comma-separated codes of every set of them, indexed by the set's bits."""
    codes = _codes()
    return pl.Series(
        [
            ",".join(code for bit, code in enumerate(codes) if bits >> bit & 1)
            for bits in range(1 << len(codes))
        ],
        dtype=pl.String,
    )


def tidy(numbers: pl.Series) -> pl.Series:
    """The numbers without white space and in upper case; an empty one is null."""
    if numbers.str.contains(_UNTIDY).any():
        numbers = numbers.str.replace_all(r"\s+", "").str.to_uppercase()
        return numbers.replace("", None)
    return numbers


def tracking_fits(numbers: pl.Series) -> pl.Series:
    """Couriers whose pattern and check digit each number fits.

    `numbers`: text as `tidy` gives it, one value a row. Returns text of the same length: codes
    sorted and comma separated, empty where none fits, null where there is no number. A code ends in
    `BY_LENGTH_ALONE` where only digits of the right length speak for the courier.
    """
    lengths = numbers.str.len_bytes()
    bits = np.zeros(len(numbers), dtype=np.uint32)
    for length in lengths.drop_nulls().unique().to_list():
        kinds = _kinds_by_length().get(length)
        if kinds is None:
            continue
        places = (lengths == length).arg_true()
        of_length = numbers.gather(places)
        found = np.zeros(len(of_length), dtype=np.uint32)
        for kind in kinds:
            found |= _fits(of_length, kind).astype(np.uint32) << np.uint32(kind.code)
        bits[places.to_numpy()] = found
    texts = _texts().gather(pl.Series(bits))
    return texts.zip_with(numbers.is_not_null(), pl.Series([None], dtype=pl.String)).alias(
        numbers.name
    )


def _fits(numbers: pl.Series, kind: Kind) -> NDArray[np.bool_]:
    """Whether each number (all of one length) fits one kind of number."""
    fits = np.zeros(len(numbers), dtype=np.bool_)
    undecided = np.ones(len(numbers), dtype=np.bool_)
    for form in kind.forms:
        matches = numbers.str.contains(form.pattern).to_numpy() & undecided
        if not matches.any():
            continue
        undecided &= ~matches
        if kind.checksum is None or form.serial is None or form.check is None:
            fits |= matches
            continue
        # A match is ASCII (the patterns hold nothing else), so a byte is a character.
        text = numbers.filter(pl.Series(matches)).str.join("").item()
        characters = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
        table = characters.reshape(int(matches.sum()), -1)
        fits[matches] = _check_digit_holds(table, form, kind)
    return fits


def _check_digit_holds(table: NDArray[np.uint8], form: Form, kind: Kind) -> NDArray[np.bool_]:
    assert kind.checksum is not None and form.serial is not None and form.check is not None
    values = table.astype(np.int64)
    # Letters count as (code - 3) modulo 10, as the couriers that use them define it.
    values = np.where(values >= ord("A"), (values - 3) % 10, values - ord("0"))
    check = values[:, form.check]
    serial = values[:, form.serial[0] : form.serial[1]]
    if not kind.prepend:
        return np.equal(_expected(serial, kind.checksum), check)
    prefix = np.array([int(digit) for digit in kind.prepend], dtype=np.int64)
    has_prefix = (serial[:, : len(prefix)] == prefix).all(axis=1)
    longer = np.hstack([np.broadcast_to(prefix, (len(serial), len(prefix))), serial])
    expected = np.where(
        has_prefix, _expected(serial, kind.checksum), _expected(longer, kind.checksum)
    )
    return np.equal(expected, check)


def _expected(serial: NDArray[np.int64], checksum: Checksum) -> NDArray[np.int64]:
    """The check digit that each row of serial digits asks for."""
    if checksum.name == "mod7":
        powers = 10 ** np.arange(serial.shape[1] - 1, -1, -1, dtype=np.int64)
        return np.asarray((serial @ powers) % 7, dtype=np.int64)
    if checksum.name == "weighted":
        weights = np.array(checksum.weights, dtype=np.int64)
        sums = (serial @ weights) % checksum.modulo1 % checksum.modulo2
        return np.asarray(sums, dtype=np.int64)
    ordered = serial[:, ::-1] if checksum.reverse else serial
    total = ordered[:, ::2].sum(axis=1) * checksum.evens
    total = total + ordered[:, 1::2].sum(axis=1) * checksum.odds
    return np.asarray((10 - total % 10) % 10, dtype=np.int64)
