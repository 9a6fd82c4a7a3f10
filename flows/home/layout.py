"""The layout of a home folder, as the public interface names it."""

import os
from dataclasses import dataclass
from pathlib import Path

from flows.home.files import make_folder


@dataclass(frozen=True)
class Home:
    """Paths under one home folder. `root` need not exist until `create` is called."""

    root: Path

    @property
    def landing(self) -> Path:
        """Exports as dropped: `landing/<shop_id>/…`."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """Typed Parquet by feed and shop, without personal data."""
        return self.root / "lake"

    @property
    def ledger(self) -> Path:
        """What was read into the lake: the one list of its live files."""
        return self.lake / "_ledger.json"

    @property
    def quarantine(self) -> Path:
        """Refused rows and the record of refused files, one folder a run."""
        return self.root / "quarantine"

    @property
    def warehouse(self) -> Path:
        """The published DuckDB file; whatever else is in there is private."""
        return self.root / "warehouse"

    @property
    def published(self) -> Path:
        """The published warehouse, schema `marts` alone."""
        return self.warehouse / "greenzone.duckdb"

    @property
    def private(self) -> Path:
        """Databases that no reader opens."""
        return self.warehouse / "private"

    @property
    def publications(self) -> Path:
        """Earlier publications, and the present one: a folder for the run of each."""
        return self.private / "publications"

    @property
    def reports(self) -> Path:
        """Published reports, daily and weekly."""
        return self.root / "reports"

    def what_if(self, policy_version: str) -> Path:
        """What days would have been under another policy version; never part of the publication."""
        return self.root / "what_if" / policy_version

    @property
    def alerts(self) -> Path:
        """Published alert files, one folder a day."""
        return self.root / "alerts"

    @property
    def alert_state(self) -> Path:
        """Which alerts of each shop are open, published with the alerts."""
        return self.private / "alerts.json"

    @property
    def alert_rules(self) -> Path:
        """The shop's own alert rules, and its changes of the project's; people write it."""
        return self.root / "alert_rules.yaml"

    @property
    def outbox(self) -> Path:
        """What was sent to webhooks, and what is being sent."""
        return self.root / "outbox.json"

    @property
    def pulse(self) -> Path:
        """The newest look at the open orders of each shop: `<shop_id>.json` and `.csv`."""
        return self.root / "pulse"

    @property
    def interventions(self) -> Path:
        """What people decided: files withdrawn, failed checks accepted, roll-backs."""
        return self.root / "interventions.json"

    @property
    def runs(self) -> Path:
        """Run records: `<run_id>.json`."""
        return self.root / "runs"

    @property
    def work(self) -> Path:
        """Scratch space of the running run, emptied when the next one starts."""
        return self.root / ".work"

    @property
    def staging(self) -> Path:
        """What is about to be published, and the journal of a publication under way."""
        return self.root / ".staging"

    @property
    def logs(self) -> Path:
        """Tracebacks of failed runs and the logs of services."""
        return self.root / ".logs"

    @property
    def hash_key(self) -> Path:
        """The key of personal values that are kept as a hash; its owner alone may read it."""
        return self.root / ".secrets" / "hash.key"

    @property
    def forgotten(self) -> Path:
        """Buyers who are forgotten, as keyed digests; its owner alone may read it."""
        return self.root / ".secrets" / "forgotten.json"

    @property
    def lock_file(self) -> Path:
        """The lock that one writer holds."""
        return self.root / ".lock"

    def create(self) -> "Home":
        """Make the folders that are missing; those that no reader opens are their owner's alone.

        A landing folder that is made here can be looked into by its owner and group alone; one
        that is there is left as it is, since others may drop exports into it.
        """
        make_folder(self.landing, 0o750)
        for folder in (
            self.lake,
            self.quarantine,
            self.reports,
            self.alerts,
            self.runs,
        ):
            make_folder(folder)
        for folder in (self.private, self.work, self.staging, self.logs):
            _make_private(folder)
        return self


def _make_private(folder: Path) -> None:
    """Make a folder that its owner alone may look into; close one that others may."""
    make_folder(folder, 0o700)
    mode = folder.stat().st_mode
    if mode & 0o077 and folder.stat().st_uid == os.geteuid():
        folder.chmod(mode & 0o700)
