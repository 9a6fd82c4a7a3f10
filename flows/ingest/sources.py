"""The table in a file: delimited text, a workbook or JSON, told apart by its bytes."""

from __future__ import annotations

import re
from pathlib import Path

from flows.contracts.json_layouts import JsonLayoutError, flatten, match_json, parse_json
from flows.ingest.decompress import is_workbook
from flows.ingest.delimited import CsvSource
from flows.ingest.encodings import encoding_of, transcode
from flows.ingest.reasons import DOWNLOAD_AGAIN, Refusal, foreseen
from flows.ingest.sniff import HEAD, ByteFacts, Magic, magic_of, no_contract, text_layout
from flows.ingest.tables import FrameSource, Source
from flows.ingest.workbooks import open_workbook

MAX_JSON = 256 << 20


def open_source(path: Path, facts: ByteFacts, scratch: Path) -> Source:
    """The table in a plain file. Raises `Refusal` when there is none that a contract knows.

    `scratch`: a path for a copy in UTF-8, if one has to be made; the caller removes it.
    """
    with foreseen():
        return _open(path, facts, scratch)


def _open(path: Path, facts: ByteFacts, scratch: Path) -> Source:
    magic = magic_of(facts.head)
    if magic is Magic.EMPTY and facts.size <= len(facts.head):
        raise Refusal("The file is empty.", "Export it again.")
    if magic is Magic.ZIP:
        if is_workbook(path):
            return open_workbook(path, scratch.with_suffix(".sheet"))
        raise Refusal("The workbook or archive is damaged.", DOWNLOAD_AGAIN)
    if magic is Magic.OLE:
        raise Refusal(
            "The file is an old or a password-protected workbook.",
            "Save it as .xlsx without a password, or export it as CSV.",
        )
    if magic is Magic.HTML:
        raise _web_page()
    if magic in (Magic.OTHER_ARCHIVE, Magic.GZIP):
        raise Refusal("The file is packed in a way that is not read.", "Use .zip or .gz, once.")
    if magic is Magic.DOCUMENT:
        raise Refusal("The file is a document and not a table.", "Export it as CSV, XLSX or JSON.")
    encoding = encoding_of(facts)
    if encoding not in ("utf-8", "utf-8-sig"):
        transcode(path, scratch, encoding)
        path, facts = scratch, _facts_of(scratch)
        magic = magic_of(facts.head)
        if magic is Magic.HTML:
            raise _web_page()
    if magic is Magic.JSON:
        found = _open_json(path, facts, encoding)
        if found is not None:
            return found
    return _open_csv(path, facts, encoding, scratch)


def _web_page() -> Refusal:
    return Refusal(
        "The file is a web page and not an export (often a login page saved as CSV).",
        "Log in and export it again.",
    )


def _facts_of(path: Path) -> ByteFacts:
    facts = ByteFacts()
    with path.open("rb") as handle:
        facts.take(handle.read(HEAD))
        handle.seek(0, 2)
        facts.size = handle.tell()
        handle.seek(max(0, facts.size - 1))
        facts.last_byte = handle.read(1)
    return facts


def _open_csv(path: Path, facts: ByteFacts, encoding: str, scratch: Path) -> CsvSource:
    if b"\n" not in facts.head and b"\r" in facts.head:
        copy = scratch.with_suffix(".lines")
        with path.open("rb") as reader, copy.open("wb") as writer:
            while block := reader.read(1 << 20):
                writer.write(block.replace(b"\r", b"\n"))
        copy.replace(scratch)
        path, facts = scratch, _facts_of(scratch)
    layout = text_layout(facts.head, facts.size <= len(facts.head))
    return CsvSource(
        contract=layout.contract,
        encoding=encoding,
        delimiter=layout.delimiter,
        header=layout.header,
        header_row=layout.header_row,
        skipped_before=layout.header_row - 1,
        path=path,
        data_offset=layout.data_offset,
        ends_with_newline=facts.last_byte in (b"\n", b""),
    )


def _open_json(path: Path, facts: ByteFacts, encoding: str) -> FrameSource | None:
    """The table in a JSON document or in JSON lines; None when the text is no JSON at all."""
    if facts.size > MAX_JSON:
        raise Refusal("The JSON file is too large to be read whole.", "Split it into smaller ones.")
    text = path.read_text(encoding="utf-8-sig")
    try:
        document = parse_json(text)
    except JsonLayoutError as error:
        raise _other_json(error) from error
    except (ValueError, RecursionError) as error:
        if re.match(r"\s*[\[{]\s*[\]}\"{\[0-9]", text):
            raise Refusal("The JSON is damaged or cut off.", DOWNLOAD_AGAIN) from error
        return None
    del text
    try:
        match = match_json(document)
        if match is None and _is_mixed(document):
            raise JsonLayoutError("something else stands among the records of its list")
        if match is None:
            raise no_contract([_keys(document)])
        contract, layout = match
        cells = flatten(document, layout)
    except JsonLayoutError as error:
        raise _other_json(error) from error
    header = tuple(cells.columns)
    return FrameSource(contract, encoding, "", header, 0, 0, cells, None)


def _other_json(error: JsonLayoutError) -> Refusal:
    return Refusal("The JSON is not as its vendor writes it.", f"Export it again: {error}.")


def _is_mixed(document: object) -> bool:
    return isinstance(document, list) and 0 < sum(isinstance(d, dict) for d in document) < len(
        document
    )


def _keys(document: object) -> tuple[str, ...]:
    first = document[0] if isinstance(document, list) and document else document
    return tuple(first) if isinstance(first, dict) else ()
