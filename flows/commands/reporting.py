"""`greenzone report`: where a published report is, and what can be made from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from flows.calendar import parse_day, parse_week
from flows.commands.console import Console, Result, command
from flows.commands.root import cli
from flows.errors import UsageError
from flows.home.files import files_under, write_bytes
from flows.home.layout import Home
from flows.home.publications import EDITIONS
from flows.progress import say
from flows.report.published import PublishedReport, find_report, with_pages
from flows.report.reading.model import PublishedPage


@command("report", cli)
@click.option("--date", "day", metavar="D", help="The daily report of this day, as 2026-11-23.")
@click.option("--week", metavar="WEEK", help="The weekly review of this ISO week, as 2026-W15.")
@click.option("--shop", metavar="ID", help="One shop's page alone.")
@click.option("--run", metavar="RUN", help="An earlier edition, by the run that made it.")
@click.option("--pdf", is_flag=True, help="Typeset it as a PDF.")
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    default="a4",
    show_default=True,
    help="The paper of the PDF.",
)
@click.option("--email", is_flag=True, help="Write it as a message; with --pdf the PDF is in it.")
@click.option("--out", metavar="FILE", help="What to write. Default: a name in this folder.")
def report(
    home: Home,
    console: Console,
    debug: bool,
    day: str | None,
    week: str | None,
    shop: str | None,
    run: str | None,
    pdf: bool,
    paper: str,
    email: bool,
    out: str | None,
) -> None:
    """Say where a published report is, or make a PDF or an e-mail of it.

    Without --date and --week: the newest daily report. What is made says what the published page
    says; nothing is built and nothing is sent.
    """
    del debug
    if out and not (pdf or email):
        raise UsageError("There is nothing to write to --out.", "Add --pdf or --email.")
    found = find_report(
        home, parse_day(day) if day else None, parse_week(week) if week else None, run
    )
    target = _target(home, found, shop, out, ".eml" if email else ".pdf") if pdf or email else None
    found, pages = with_pages(found, shop)
    made: Result = {}
    if target:
        say(f"Making {target.name} of the {found.kind} report of {found.name}.")
        made = _write(target, found, pages, paper if pdf else None, email)
    console.show({**_described(found, shop), **made}, lambda shown: console.lines(_lines(shown)))


def _write(
    target: Path,
    found: PublishedReport,
    pages: Sequence[PublishedPage],
    paper: str | None,
    is_email: bool,
) -> Result:
    """Write the PDF, or the message with the PDF in it; paper: of the PDF, None without one."""
    made: Result = {}
    content = b""
    if paper:
        from flows.report.pdf.typeset import typeset

        document = typeset(pages, paper)
        content = document.content
        made["pdf"] = {
            "paper": paper,
            "bytes": len(content),
            "is_accessible": document.is_accessible,
            "replaced_signs": document.replaced,
        }
    if is_email:
        from flows.report.email.message import message

        mail = message(found, pages, content, f"{target.stem}.pdf")
        beside = target.with_suffix(".mail.html")
        write_bytes(beside, mail.html.encode())
        made["email"] = {
            "subject": mail.subject,
            "html": str(beside),
            "html_bytes": len(mail.html.encode()),
        }
        content = mail.content
    write_bytes(target, content)
    return {**made, "out": str(target)}


def _target(
    home: Home, found: PublishedReport, shop: str | None, out: str | None, end: str
) -> Path:
    """The file to write: what people name, or a name of its own in the working folder."""
    of_shop = f"-{shop}" if shop else ""
    name = f"greenzone-{found.kind}-{found.name}{of_shop}{end}"
    target = Path(out or ".").expanduser().resolve()
    if target.is_dir():
        target /= name
    # What lies there is read, replaced or removed by runs.
    inside = next((f for f in _folders(home) if target.is_relative_to(f.resolve())), None)
    if inside or not target.parent.is_dir() or target.is_dir():
        raise UsageError(
            f"A report cannot be written to {target}.",
            "Name a file in a folder that exists, outside what Greenzone keeps.",
        )
    if target.suffix.lower() != end:
        what = "message" if end == ".eml" else "PDF"
        raise UsageError(f"{target.name} is no name for a {what}.", f"Let the name end in `{end}`.")
    return target


def _folders(home: Home) -> tuple[Path, ...]:
    return (
        home.landing,
        home.lake,
        home.quarantine,
        home.warehouse,
        home.reports,
        home.alerts,
        home.runs,
        home.work,
        home.staging,
    )


def _described(found: PublishedReport, shop: str | None) -> Result:
    """A report as `--json` gives it; paths are absolute."""
    folder = found.folder.resolve()
    files = [
        path
        for path in files_under(folder)
        if path.relative_to(folder).parts[0] != EDITIONS and path.suffix == ".csv"
    ]
    return {
        "kind": found.kind,
        "name": found.name,
        "as_of_on": found.facts["as_of_on"],
        "run_id": found.run_id,
        "generated": found.generated,
        "verdicts": found.verdicts(shop),
        "folder": str(folder),
        "pages": [str(folder / name) for name in found.page_names(shop)],
        "numbers": str(folder / "report.json"),
        "worklists": [str(path) for path in files],
        "earlier_editions": found.earlier,
        "later_editions": found.later,
    }


def _lines(shown: dict[str, Any]) -> list[str]:
    if "out" in shown:
        return _made_lines(shown)
    said = [f"The {shown['kind']} report of {shown['name']}, run {shown['run_id']}."]
    said += [f"{shop}: {verdict}" for shop, verdict in shown["verdicts"].items()]
    said += [f"page      {path}" for path in shown["pages"]]
    said.append(f"numbers   {shown['numbers']}")
    said.append(f"worklists {len(shown['worklists'])} CSV files in {shown['folder']}")
    for kind, why in (("earlier", ""), ("later", "rolled back, ")):
        if runs := shown[f"{kind}_editions"]:
            said.append(f"{kind:9} {', '.join(runs)} ({why}read with --run)")
    return said


def _made_lines(shown: dict[str, Any]) -> list[str]:
    said = [f"Written: {shown['out']}"]
    pdf, mail = shown.get("pdf"), shown.get("email")
    if pdf and not pdf["is_accessible"]:
        said.append("The PDF could not be checked for readers of screens; the page can be read so.")
    if pdf and pdf["replaced_signs"]:
        said.append(
            f"The fonts of the PDF lack {pdf['replaced_signs']} signs; it shows a box for each."
        )
    if mail:
        said.append(f"Its HTML alone: {mail['html']}")
    return said
