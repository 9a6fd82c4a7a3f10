"""Reads a home folder's own `alert_rules.yaml`, as far as it is the same for every kind of rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from flows.errors import UsageError

# The safe loader in C reads it six times as fast; not every build of PyYAML has it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def own_document(path: Path) -> object:
    """What the file holds. Raises `UsageError` when it cannot be read as YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"{path} cannot be read as YAML{place}.", "Mend it there.") from error


def own_items(document: object, source: str) -> list[Mapping[str, Any]]:
    """The rules and changes in it, in order. Raises `UsageError` when it is no list of such."""
    if document is None:
        return []
    items = document.get("rules") if isinstance(document, dict) else None
    is_whole = isinstance(document, dict) and set(document) == {"rules"}
    if not is_whole or not isinstance(items, list):
        raise UsageError(f"{source} is no list of rules.", "Write `rules:` and under it the rules.")
    if not all(isinstance(item, dict) and item.get("name") for item in items):
        raise UsageError(f"{source} has a rule without a name.", "Begin each with `- name:`.")
    return items


def is_enabled(item: Mapping[str, Any], source: str) -> bool:
    """Whether a rule is in force. Raises `UsageError` for what is neither true nor false."""
    enabled = item.get("enabled", True)
    if not isinstance(enabled, bool):
        name = f"Alert rule {item.get('name')}"
        raise wrong(f"{name}: enabled is neither true nor false.", "Mend it", source)
    return enabled


def wrong(message: str, mend: str, source: str) -> UsageError:
    """An error that names the file that has to be mended."""
    return UsageError(message, f"{mend} in {source}.")
