"""Opening of a file of any format. Readers are imported when they are needed, because their libraries are large."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import TypeVar

from app.exchange.readers.content import FileContent, Grid
from app.exchange.readers.recognition import Format, recognise
from app.exchange.readers.refusals import damage_refused

T = TypeVar("T")

_READERS: dict[Format, tuple[str, str]] = {
    "xlsx": ("workbooks", "read_workbook"),
    "xls": ("old_workbooks", "read_old_workbook"),
    "docx": ("word_documents", "read_word_document"),
    "pdf": ("portable_documents", "read_portable_document"),
    "html": ("markup", "read_html"),
    "xml": ("markup", "read_oai"),
    "json": ("json_records", "read_json"),
    "jsonl": ("json_records", "read_json_lines"),
    "csv": ("separated_values", "read_separated_values"),
}


def read_content(data: bytes) -> FileContent:
    """The content of a file, recognised by its bytes. Its rows and entries are read later, and refuse damage then.

    Raises:
        Invalid: the file cannot be read; the error says what the sender can do.
    """
    with damage_refused("unknown"):
        form = recognise(data)
    module, function = _READERS[form]
    with damage_refused(form):
        content: FileContent = getattr(import_module(f"app.exchange.readers.{module}"), function)(data)
    parts = tuple(
        replace(part, rows=_guarded(part.rows, form)) if isinstance(part, Grid) else part
        for part in content.parts
    )
    entries = None if content.entries is None else _guarded(content.entries, form)
    return replace(content, parts=parts, entries=entries)


def _guarded(opened: Callable[[], Iterator[T]], form: str) -> Callable[[], Iterator[T]]:
    def read() -> Iterator[T]:
        with damage_refused(form):
            yield from opened()

    return read
