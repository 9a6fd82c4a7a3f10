"""What is missing or misconfigured on this machine, each with its mend."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.commands import doctor_services
from flows.commands.findings import Finding
from flows.errors import UsageError
from flows.home.forgotten import coming_back, read_forgotten
from flows.home.hash_key import VARIABLE, hash_key
from flows.home.layout import Home
from flows.home.limits import Limits
from flows.paths import CONTRACTS_DIR, DBT_DIR, PROJECT_ROOT

_NEEDED_GB = 2.0
_MEMORY_GB = 3.0
_LIBRARIES = ("polars", "duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "prefect")


def examine(home: Home) -> list[Finding]:
    """Look at everything a run needs; changes nothing."""
    looks: list[Callable[[Home], Finding]] = [
        _python,
        _libraries,
        _project,
        _home_folder,
        _disk,
        _memory,
        _clock,
        _time_zone,
        _landing,
        _openness,
        _hash_key,
        _forgotten,
        _limits,
        _alert_rules,
        _alerts,
        _policies,
        *doctor_services.looks(),
    ]
    return [look(home) for look in looks]


def _python(_: Home) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python", sys.version_info >= (3, 11), version, "Python 3.11 or later is needed."
    )


def _libraries(_: Home) -> Finding:
    missing, found = [], []
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            missing.append(library)
    observed = f"missing {', '.join(missing)}" if missing else ", ".join(found)
    return Finding("libraries", not missing, observed, "Run `make setup`.")


def _project(_: Home) -> Finding:
    missing = [
        str(path.relative_to(PROJECT_ROOT))
        for path in (CONTRACTS_DIR, DBT_DIR / "dbt_project.yml")
        if not path.exists()
    ]
    observed = f"missing {', '.join(missing)}" if missing else str(PROJECT_ROOT)
    return Finding(
        "contracts and models", not missing, observed, "Run from a whole checkout of the project."
    )


def _home_folder(home: Home) -> Finding:
    root = home.root
    place = root if root.exists() else _existing_parent(root)
    if root.exists() and not root.is_dir():
        return Finding("home folder", False, f"{root} is a file", "Name a folder with --home.")
    writable = os.access(place, os.W_OK | os.X_OK)
    observed = f"{root}" + ("" if root.exists() else " (will be made)")
    return Finding(
        "home folder",
        writable,
        observed if writable else f"{place} cannot be written to",
        "Give this user the right to write there, or name another folder with --home.",
    )


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(_existing_parent(home.root)).free / 1e9
    landing = sum(path.stat().st_size for path in _files(home.landing)) / 1e9
    wanted = max(_NEEDED_GB, 3 * landing)
    return Finding(
        "disk",
        free >= wanted,
        f"{free:.1f} GB free, {wanted:.1f} GB wanted",
        "Free some space, or move the home folder to another disk.",
    )


def _memory(_: Home) -> Finding:
    available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            available = min(available, int(Path(limit).read_text()) / 1e9)
        except (OSError, ValueError):
            continue
    return Finding(
        "memory",
        available >= _MEMORY_GB,
        f"{available:.1f} GB",
        f"{_MEMORY_GB:.0f} GB are enough for most shops; set GREENZONE_MEMORY_LIMIT=1GB for less.",
    )


def _clock(_: Home) -> Finding:
    now = datetime.now().astimezone()
    return Finding(
        "clock", now.year >= 2026, f"{now:%Y-%m-%d %H:%M %Z}", "Set the machine's clock."
    )


def _time_zone(_: Home) -> Finding:
    zone = os.environ.get("GREENZONE_TIMEZONE") or "America/Los_Angeles"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return Finding(
            "GREENZONE_TIMEZONE",
            False,
            f"{zone!r} is no time zone",
            "Name one such as America/Los_Angeles: the schedules of `make up` use it.",
        )
    return Finding("GREENZONE_TIMEZONE", True, zone)


def _landing(home: Home) -> Finding:
    loose = [path for path in _files(home.landing) if path.parent == home.landing]
    shops = sorted({path.relative_to(home.landing).parts[0] for path in _files(home.landing)})
    visible = [path for path in loose if not path.name.startswith(".")]
    if visible:
        return Finding(
            "landing",
            False,
            f"{len(visible)} files lie directly in {home.landing}",
            f"Move each into its shop's folder: {home.landing}/<shop>/.",
        )
    return Finding(
        "landing",
        bool(shops) or home.ledger.exists(),
        f"{len(shops)} shops in {home.landing}",
        f"Put a shop's exports into {home.landing}/<shop>/, or run `make daily` for a demo.",
    )


def _openness(home: Home) -> Finding:
    subject = "names in landing"
    if not home.landing.is_dir():
        return Finding(subject, True, "nothing there yet")
    # A closed folder above it closes it, too.
    way = [home.landing, *home.landing.parents]
    is_closed = any(not folder.stat().st_mode & 0o001 for folder in way)
    observed = "closed to others" if is_closed else "every user of this machine may read them"
    mend = f"Run `chmod o-rwx {home.landing}`, unless others drop exports there."
    return Finding(subject, is_closed, observed, mend, is_warning=True)


def _hash_key(home: Home) -> Finding:
    path = home.hash_key
    if os.environ.get("GREENZONE_HASH_KEY"):
        return Finding("key of hashes", True, "from GREENZONE_HASH_KEY")
    if not path.exists():
        return Finding("key of hashes", True, "none yet, the first run makes one")
    is_private = not path.stat().st_mode & 0o077
    observed = f"{path}" + ("" if is_private else " may be read by others")
    return Finding("key of hashes", is_private, observed, f"Run `chmod 600 {path}`.")


def _forgotten(home: Home) -> Finding:
    try:
        entries = read_forgotten(home).values()
        # Asking for a key makes one where there is none.
        has_key = bool(os.environ.get(VARIABLE)) or home.hash_key.exists()
        mark = hash_key(home).mark if has_key else ""
        coming = len(coming_back(home, mark))
    except UsageError as error:
        return Finding("forgotten buyers", False, error.message.removesuffix("."), error.mend)
    begun = sum(not entry.is_finished for entry in entries)
    if begun:
        return Finding(
            "forgotten buyers",
            False,
            f"{begun} of {len(entries)} not finished",
            "Run the `greenzone forget` again that was interrupted.",
        )
    return Finding(
        "forgotten buyers",
        not coming,
        f"{coming} would come back: list or key are not what they were"
        if coming
        else f"{len(entries)}",
        f"Bring {home.forgotten.parent} back from a backup, or forget each of them again: "
        "`greenzone forget --buyer-name --again`.",
    )


def _limits(_: Home) -> Finding:
    try:
        limits = Limits.of_environment()
    except UsageError as error:
        return Finding("limits", False, error.message.removesuffix("."), error.mend)
    return Finding("limits", True, limits.sentence())


def _alert_rules(home: Home) -> Finding:
    from flows.alerts.checking import check_own
    from flows.alerts.links import report_url
    from flows.alerts.pulse_rules import load_pulse_rules
    from flows.alerts.rules import PULSE_RULES, load_book

    try:
        book = load_book(home)
        check_own(book)
        pulse_rules = load_pulse_rules(home)
        report_url()
    except UsageError as error:
        return Finding("alert rules", False, error.message.rstrip("."), error.mend)
    own = sum(rule.source == str(home.alert_rules) for rule in book.rules)
    observed = f"{len(book.rules)} rules in force"
    observed += f", {own} of them given or changed by {home.alert_rules.name}" if own else ""
    off = [*book.disabled, *(name for name in PULSE_RULES if name not in pulse_rules)]
    observed += f"; switched off: {', '.join(off)}" if off else ""
    return Finding("alert rules", True, observed)


def _alerts(home: Home) -> Finding:
    from flows.alerts.pulse_rules import load_pulse_rules
    from flows.alerts.rules import load_rules
    from flows.alerts.webhooks import resolve

    try:
        wanted = {rule.channel for rule in load_rules(home)}
        wanted |= {rule.channel for rule in load_pulse_rules(home).values()}
        webhooks = resolve(wanted, None)
    except UsageError as error:
        return Finding("alerts", False, error.message.rstrip("."), error.mend)
    if not webhooks:
        observed = "files alone: no webhook in the environment"
        if home.outbox.exists():
            observed = "no webhook in the environment; one was used, perhaps a Prefect block's"
        return Finding("alerts", True, observed)
    shown = sorted({f"{webhook} from {webhook.source}" for webhook in webhooks.values()})
    missing = sorted(wanted - set(webhooks))
    observed = "; ".join(shown) + (f"; no webhook for {', '.join(missing)}" if missing else "")
    return Finding(
        "alerts",
        not missing,
        observed,
        "Set GREENZONE_SLACK_WEBHOOK for all channels, or save a Prefect block for each.",
        is_warning=True,
    )


def _policies(home: Home) -> Finding:
    try:
        from flows.commands.policy import VERIFY, stale_rules
    except ImportError as error:
        missing = f"not read: {error.name} is missing"
        return Finding("rules", False, missing, "Run `make setup`.", is_warning=True)
    names, stale = stale_rules(home)
    observed = f"{', '.join(names)} in force"
    if stale:
        observed += f"; {'; '.join(stale)}"
    return Finding("rules", not stale, observed, VERIFY, is_warning=True)


def _existing_parent(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
