"""Opening of a file of any format. Readers are imported when they are needed, because their libraries are large."""

from importlib import import_module

from app.exchange.readers.content import FileContent
from app.exchange.readers.recognition import Format, recognise

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
    """The content of a file, recognised by its bytes.

    Raises:
        Invalid: the file cannot be read; the error says what the sender can do.
    """
    module, function = _READERS[recognise(data)]
    content: FileContent = getattr(import_module(f"app.exchange.readers.{module}"), function)(data)
    return content
