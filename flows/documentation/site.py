"""dbt's own documentation of every model, column and test, as one page: `make docs-site`.

`python -m flows.documentation.site [FOLDER]` writes `index.html` into the folder (default
`build/docs`). The page is a few megabytes, needs no server and asks for nothing outside: a policy
in its head forbids it. No build is needed; the types are those of the contracts of the marts.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from flows.errors import StageError
from flows.paths import DBT_DIR, PROJECT_ROOT

DEFAULT = PROJECT_ROOT / "build" / "docs"
# The page is one file with its script, style and fonts inside. Its framework compiles templates.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
_HEAD = "<head>"


def parse(folder: Path) -> Path:
    """Let dbt read the project into `folder`; the path of its manifest. Raises `StageError`."""
    _dbt(folder, "parse")
    return folder / "manifest.json"


def write_site(folder: Path, scratch: Path) -> Path:
    """Write the page into `folder`; its path. dbt works in `scratch`. Raises `StageError`."""
    parse(scratch)
    _dbt(scratch, "docs", "generate", "--static", "--empty-catalog", "--no-compile")
    text = (scratch / "static_index.html").read_text(encoding="utf-8")
    before, head, after = text.partition(_HEAD)
    if not head:
        raise StageError(
            "dbt wrote a page without a head.", "Look at what changed in dbt's documentation."
        )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(f"{before}{head}{meta}{after}", encoding="utf-8")
    return path


def _dbt(target: Path, *arguments: str) -> None:
    from dbt.cli.main import dbtRunner

    os.environ["GREENZONE_BUILD_DB"] = str(target / "nothing.duckdb")
    folders = ("--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR))
    places = ("--target-path", str(target), "--log-path", str(target))
    done = dbtRunner().invoke(["--quiet", *arguments, *folders, *places])
    if not done.success:
        raise StageError(
            f"dbt {arguments[0]} failed: {done.exception or 'see its messages'}.",
            "Mend the model that it names.",
        )


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    with tempfile.TemporaryDirectory() as scratch:
        path = write_site(Path(given[0]) if given else DEFAULT, Path(scratch))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, open it in a browser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
