"""Opening of a file of any format."""

from collections.abc import Callable, Mapping

from app.exchange.readers.content import FileContent
from app.exchange.readers.json_records import read_json, read_json_lines
from app.exchange.readers.markup import read_html, read_oai
from app.exchange.readers.old_workbooks import read_old_workbook
from app.exchange.readers.portable_documents import read_portable_document
from app.exchange.readers.recognition import Format, recognise
from app.exchange.readers.separated_values import read_separated_values
from app.exchange.readers.word_documents import read_word_document
from app.exchange.readers.workbooks import read_workbook

_READERS: Mapping[Format, Callable[[bytes], FileContent]] = {
    "xlsx": read_workbook,
    "xls": read_old_workbook,
    "docx": read_word_document,
    "pdf": read_portable_document,
    "html": read_html,
    "xml": read_oai,
    "json": read_json,
    "jsonl": read_json_lines,
    "csv": read_separated_values,
}


def read_content(data: bytes) -> FileContent:
    """The content of a file, recognised by its bytes.

    Raises:
        Invalid: the file cannot be read; the error says what the sender can do.
    """
    return _READERS[recognise(data)](data)
