"""Paths into a vendor's JSON: `orders[].packages[0].trackingNumber`, `_embedded.'a.b'[]`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import polars as pl

_STEP = re.compile(r"(?:'(?P<quoted>[^']+)'|(?P<plain>[^.'\[\]]+))(?P<list>\[0?\])?(?:\.|$)")
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path. `each` steps into every element of its list, `first` into the first."""

    name: str
    mode: Literal["value", "each", "first"]


@cache
def parse_path(path: str) -> tuple[Step, ...]:
    """The steps of a path; none for the empty path. Raises `ValueError` when it is not one."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"not a path: {path!r}")
        mode: Literal["value", "each", "first"] = "value"
        if match["list"]:
            mode = "first" if match["list"] == "[0]" else "each"
        steps.append(Step(match["quoted"] or match["plain"], mode))
        position = match.end()
    return tuple(steps)


def split_levels(steps: Iterable[Step]) -> list[list[Step]]:
    """The steps cut after each `each`: what leads from one level of records to the next."""
    levels: list[list[Step]] = [[]]
    for step in steps:
        levels[-1].append(step)
        if step.mode == "each":
            levels.append([])
    return levels


def path_exists(document: Any, steps: tuple[Step, ...]) -> bool:
    """Whether the path is there in the document, null values included.

    Of a list, the first elements are looked at: a layout shows in each of them.
    """
    if isinstance(document, list):
        return any(path_exists(item, steps) for item in document[:_LOOKED_AT])
    if not steps:
        return True
    step = steps[0]
    if not isinstance(document, dict) or step.name not in document:
        return False
    value = document[step.name]
    if step.mode != "value" and not isinstance(value, list):
        return False
    return len(steps) == 1 or path_exists(value, steps[1:])


def reach(node: pl.Expr, steps: Iterable[Step]) -> pl.Expr:
    """The expression that follows the steps from a struct; the last list stays a list."""
    for step in steps:
        node = node.struct.field(step.name)
        if step.mode == "first":
            node = node.list.get(0, null_on_oob=True)
    return node


def document_type(paths: Iterable[str], counted: Iterable[str]) -> pl.Struct:
    """The Polars type of a document in which only these paths are read, every value as text.

    `counted` paths lead to lists of which only the length is wanted.
    Raises `ValueError` when a path goes through a value that another path reads.
    """
    tree: dict[str, Any] = {}
    for path in paths:
        _plant(tree, parse_path(path), path)
    for path in counted:
        *before, last = parse_path(path)
        marked = Step(last.name, "each")
        _plant(tree, (*before, marked), path)
    return _struct(tree)


def _plant(tree: dict[str, Any], steps: tuple[Step, ...], path: str) -> None:
    for position, step in enumerate(steps):
        is_last = position == len(steps) - 1
        kind = "list" if step.mode != "value" else "text" if is_last else "struct"
        known, children = tree.setdefault(step.name, (kind, {}))
        if known != kind:
            raise ValueError(f"{path}: {step.name} is both a {known} and a {kind}")
        tree = children


def _struct(tree: dict[str, Any]) -> pl.Struct:
    return pl.Struct(dict(_fields(tree)))


def _fields(tree: dict[str, Any]) -> Iterator[tuple[str, pl.DataType]]:
    for name, (kind, children) in tree.items():
        inner: pl.DataType = _struct(children) if children else pl.String()
        yield name, pl.List(inner) if kind == "list" else inner
