"""Damaged files of every format: each is read or refused with what to do, and none stops the service."""

import io
import json
import random
import re
import zipfile
from collections.abc import Callable

import pytest

from app.exchange.report import report_of
from tests.exchange.files import DEMANDS, HEADER, document, page, separated, sheet
from tests.exchange.reading.test_recognition import codes
from tests.exchange.test_batches import commit, demands, rows_of, upload
from tests.support.http import ok, wrong_fields
from tests.support.scenario.library_users import UserClient

_OBJECT = {"id": "1", "title": "泵体铸件打磨", "description": "粉尘大", "org": "甲公司", "budget_wan": 60.5}
_OAI = (
    '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
    '<identifier>a:1</identifier></header><metadata><dc xmlns:d="http://purl.org/dc/elements/1.1/">'
    "<d:title>柱塞泵涂层</d:title><d:date>2026-03</d:date></dc></metadata></record></ListRecords></OAI-PMH>"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 44>>stream\nBT /F 12 Tf 20 100 Td (Pump bearing wear) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R/Size 6>>\n"
)
FILES = {
    "xlsx": sheet(DEMANDS),
    "docx": document("附件", DEMANDS),
    "pdf": _PDF,
    "html": page(DEMANDS),
    "xml": _OAI.encode(),
    "json": json.dumps({"code": 200, "data": [_OBJECT]}).encode(),
    "jsonl": "\n".join([json.dumps(_OBJECT)] * 2).encode(),
    "csv": separated(DEMANDS),
}
_BAD = (b"-1", b"abc", b"99999999999", b"1e999", b"NaN", b"\x00", b'"', b"<", b"&x;", b"\xff", b"\\ud800")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with some damage; of an archive, one of its parts is damaged, so that the archive still opens."""
    if not data.startswith(b"PK"):
        return _damaged(data, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        hit = chance.choice(
            [name for name in old.namelist() if re.search(r"sheet|document\.|workbook|styles", name)]
        )
        for name in old.namelist():
            new.writestr(name, _damaged(old.read(name), chance) if name == hit else old.read(name))
    return out.getvalue()


def _damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 3))):
        at = chance.randrange(len(data) or 1)
        numbers = [found.span() for found in re.finditer(rb"\d+", data)] or [(at, at)]
        first, last = chance.choice(
            [(at, at + 1), (at, at + 30), (at, len(data)), *[chance.choice(numbers)] * 5]
        )
        data = data[:first] + chance.choice((b"", *_BAD)) + data[last:]
    return data


@pytest.mark.parametrize("form", FILES)
def test_a_damaged_file_is_read_or_refused_with_what_to_do(form: str) -> None:
    chance = random.Random(20261129)
    for _ in range(8):
        report = report_of(mutated(FILES[form], chance))
        json.dumps(report, ensure_ascii=False, allow_nan=False).encode()
        assert all(one["code"] and one["reason_zh"] and one["reason_en"] for one in report["refused"])


def _rewritten(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def _word(change: Callable[[bytes], bytes]) -> bytes:
    return _rewritten(FILES["docx"], "word/document.xml", change)


def _cell_at(place: str) -> bytes:
    row = f'<row r="2"><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
    return _rewritten(
        FILES["xlsx"], "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", row)
    )


def test_values_that_no_program_writes_are_damage() -> None:
    spans = _word(lambda data: data.replace(b"<w:tcPr>", b'<w:tcPr><w:gridSpan w:val="abc"/>'))
    without_body = _word(lambda data: re.sub(rb"<w:body>.*</w:body>", b"", data, flags=re.DOTALL))
    for data in (spans, without_body, b'[{"title": NaN}]', b'[{"title": 1e400}]', b"[" * 100_000):
        assert codes(data) == ["damaged"]
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><w:document'
    assert report_of(_word(lambda data: data.replace(b"<w:document", entity, 1)))["ignored"] is not None


def test_a_cell_far_away_is_refused_before_memory_is_taken_for_all_between() -> None:
    """It would end the process."""
    assert codes(_cell_at("XFD1048576")) == ["file_too_large"]
    assert codes(_cell_at("A999999999")) == ["file_too_large"]


def test_a_file_whose_damage_shows_late_leaves_no_batch(operator: UserClient) -> None:
    data = b"\n".join([b"a,b", *[b"1,2"] * 3, b"," * 600])
    assert wrong_fields(operator.upload("/v1/imports", data, name="a.csv")) == ["file"]
    assert ok(operator.get("/v1/imports"))["items"] == []


def test_a_list_without_owners_is_the_senders(enterprise: UserClient) -> None:
    rows = [tuple(cell for at, cell in enumerate(row) if HEADER[at] != "企业名称") for row in DEMANDS]
    batch = upload(enterprise, sheet(rows))
    row = rows_of(enterprise, batch)[0]
    assert row["entry"]["missing"] == ["region"]
    path = f"/v1/imports/{batch['id']}/rows/{row['id']}"
    foreign = enterprise.patch(path, {"values": {"owner_org": "济南别家泵业有限公司"}})
    assert wrong_fields(foreign) == ["owner_org"]
    commit(enterprise, batch, accept_derived=True)
    assert len(demands(enterprise)) == 2


def test_a_machine_without_memory_does_not_call_a_file_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender can mend nothing, and the same file may be read an hour later."""

    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    for form, library in {
        "xlsx": "app.exchange.readers.workbooks.CalamineWorkbook.from_filelike",
        "json": "app.exchange.readers.json_records.decode",
    }.items():
        with monkeypatch.context() as patch:
            patch.setattr(library, exhausted)
            with pytest.raises(MemoryError):
                report_of(FILES[form])
