"""Reader of JSON and JSON Lines: the list of objects, wherever the envelope holds it, with dotted keys.

Numbers keep their digits: an id of 19 digits stays exact, and amounts are decimals.
"""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from app.exchange.columns.tables import COLUMNS, MARK, row_of
from app.exchange.headers.dictionary import Kind
from app.exchange.readers.content import Entry, FileContent
from app.exchange.readers.recognition import decode
from app.exchange.readers.refusals import refusal

MAX_DEPTH = 6
_MAX_EXPONENT = 30
_ID_KEY = re.compile(r"^[a-z]+(?:Id|_id|ID)$|^(?:需求|成果|项目|记录|经理人|合同)(?:编号|ID|id)$")
_IDS = ("id", "number", "code", "uuid", "编号", "序号")


def _number(text: str) -> Decimal:
    """A number that can be an amount; 1e400 has 400 digits, and 1e999999999 would fill the memory."""
    number = Decimal(text)
    if abs(number.adjusted()) > _MAX_EXPONENT:
        raise ValueError(text)
    return number


def _no_number(text: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_no_number)


def read_json(data: bytes) -> FileContent:
    """The objects of a JSON document. Code tables of the envelope replace the codes.

    Raises:
        Invalid: it is no JSON, or holds no list of objects.
    """
    document = _DECODER.decode(decode(data))
    found = max(_lists(document, 0), key=len, default=[])
    if not found:
        raise refusal("unknown_format")
    tables = _code_tables(document, 0)
    return FileContent(
        "json", entries=lambda: (_entry(one, index, tables) for index, one in enumerate(found, 1))
    )


def read_json_lines(data: bytes) -> FileContent:
    """The objects of JSON Lines, one a line.

    Raises:
        Invalid: a line is no JSON object; the field names it.
    """
    text = decode(data)
    return FileContent("jsonl", entries=lambda: _lines(text))


def _lines(text: str) -> Iterator[Entry]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found = _DECODER.decode(line.strip())
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, Mapping):
            yield _entry(found, number, {})
        else:
            yield Entry(f"line {number}", {}, status="damaged")


def _lists(value: Any, depth: int) -> Iterator[list[Mapping[str, Any]]]:
    """The lists of objects that are no values of a record themselves, outermost first."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        objects = [one for one in value if isinstance(one, Mapping)]
        if objects and len(objects) == len(value):
            yield objects
    elif isinstance(value, Mapping):
        lists = [found for one in value.values() for found in _lists(one, depth + 1)]
        if lists:
            yield from lists
        elif depth == 0:
            yield [value]


def _code_tables(value: Any, depth: int) -> dict[str, Mapping[str, str]]:
    """Objects of code → label, by the key that they explain."""
    tables: dict[str, Mapping[str, str]] = {}
    if depth > MAX_DEPTH or not isinstance(value, Mapping):
        return tables
    for key, one in value.items():
        if isinstance(one, Mapping):
            if one and all(len(str(code)) <= 6 and isinstance(label, str) for code, label in one.items()):
                tables[str(key)] = {str(code): str(label) for code, label in one.items()}
            tables |= _code_tables(one, depth + 1)
    return tables


def _entry(found: Mapping[str, Any], number: int, tables: Mapping[str, Mapping[str, str]]) -> Entry:
    if found.get(MARK) in set(Kind):
        # A line that this service has exported: its cells are those of the list.
        kind = Kind(str(found[MARK]))
        cells = dict(zip((one.header for one in COLUMNS[kind]), row_of(kind, found), strict=True))
        return Entry(str(found.get("number") or f"line {number}"), cells, kind_hint=kind.value)
    values = dict(_flat(found, "", 0))
    for key, value in values.items():
        table = tables.get(key)
        if table and value is not None:
            codes = [part.strip() for part in str(value).split(",") if part.strip()]
            if codes and all(code in table for code in codes):
                values[key] = "、".join(table[code] for code in codes)
    ids = (*_IDS, *(key for key in values if _ID_KEY.search(key)))
    named = next((values[key] for key in ids if values.get(key) not in (None, "")), None)
    return Entry(str(named) if named is not None else f"line {number}", values)


def _flat(value: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, one in value.items():
        path = f"{prefix}{key}"
        if isinstance(one, Mapping) and depth < MAX_DEPTH:
            yield from _flat(one, f"{path}.", depth + 1)
        else:
            yield path, one
