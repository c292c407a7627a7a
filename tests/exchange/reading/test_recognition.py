"""What a file is, by its bytes; and files that are refused, each with what the sender can do."""

import io
import json
import zipfile
import zlib

import pytest

from app.exchange.report import report_of
from tests.exchange.files import DEMANDS, document, page, separated, sheet


def codes(data: bytes) -> list[str]:
    """The codes of the refusals of a whole file; each speaks both languages."""
    report = report_of(data)
    assert not report["records"]
    assert all(one["ref"] == "file" and one["reason_zh"] and one["reason_en"] for one in report["refused"])
    return [one["code"] for one in report["refused"]]


def fields(data: bytes) -> list[dict[str, object]]:
    """The fields of the records of a file."""
    return [record["fields"] for record in report_of(data)["records"]]


@pytest.mark.parametrize(
    "data",
    [
        separated(DEMANDS),
        separated(DEMANDS, "utf-8"),
        separated(DEMANDS, "gb18030"),
        separated(DEMANDS, "utf-16"),
        page(DEMANDS),
        document("附件", DEMANDS),
    ],
    ids=["bom", "utf-8", "gb18030", "utf-16", "html", "docx"],
)
def test_the_same_list_is_the_same_in_every_format(data: bytes) -> None:
    assert fields(data) == fields(sheet(DEMANDS))


def test_objects_of_json_and_json_lines_are_read_alike() -> None:
    found = [
        {
            "id": "1867001234567890123",
            "title": "泵体铸件打磨",
            "description": "粉尘大",
            "org": "甲公司",
            "budget_wan": 60,
        }
    ]
    lines = "\n".join(json.dumps(one) for one in [*found, {**found[0], "id": "2", "title": "叶轮涂层"}])
    envelope = json.dumps({"code": 200, "data": {"total": 1, "records": found}})
    assert fields(envelope.encode())[0]["source_ref"] == "1867001234567890123"
    assert fields(lines.encode())[0] == fields(envelope.encode())[0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"  \n", "empty_file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "old_word"),
        (b"PK\x03\x04 not really an archive", "damaged"),
        (b"%PDF-1.7 cut off", "damaged"),
        (b"\xff\xfe\xff\xff\xff", "unknown_encoding"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 40, "unknown_format"),
        (b'{"a": ', "damaged"),
        (b"<?xml version='1.0'?><other/>", "unknown_format"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def _with_rows(rows: bytes) -> bytes:
    """A workbook whose sheet holds these rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(DEMANDS))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = data.partition(b"<sheetData>")[0] + b"<sheetData>" + rows + b"</sheetData></worksheet>"
            target.writestr(name, data)
    return out.getvalue()


def test_a_workbook_of_empty_cells_is_refused_before_it_is_held() -> None:
    assert codes(_with_rows(b"<row>" + b"<c/>" * 300_001 + b"</row>")) == ["file_too_large"]


def test_damaged_values_are_damage() -> None:
    assert codes(_with_rows(b'<row r="zz" hidden="1"/>')) == ["damaged"]
    assert codes(b'[{"title": ' + b"1" * 5000 + b"}]") == ["damaged"]
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le")
    assert codes(old) == ["damaged"]


def test_an_archive_that_expands_without_end_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 40_000_000)
    assert codes(out.getvalue()) == ["archive_bomb"]


def test_a_document_that_takes_much_more_than_its_parts_are_long_is_refused() -> None:
    """A packed stream of a packed stream: two kilobytes of PDF are a gigabyte and a half of blanks."""
    block = zlib.compressobj(9, wbits=-15)
    blanks = block.compress(b" " * 1_000_000) + block.flush(zlib.Z_FULL_FLUSH)
    twice = zlib.compress(b"\x78\xda" + blanks * 1500, 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>"
    stream = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(twice), twice)
    objects = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream)
    pdf = b"%PDF-1.5\n" + b"".join(b"%d 0 obj %s endobj\n" % (at, one) for at, one in enumerate(objects, 1))
    assert codes(pdf + b"trailer<</Root 1 0 R/Size 5>>\n") == ["archive_bomb"]


def test_a_document_of_millions_of_elements_is_refused_before_it_is_held() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document("附件", DEMANDS))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                many = b"".join(b"<w:p/>" * (at % 97 + 1) + b"<w:r/>" for at in range(85_000))
                content = content.replace(b"<w:body>", b"<w:body>" + many, 1)
            new.writestr(name, content)
    assert codes(out.getvalue()) == ["archive_bomb"]


def test_a_shared_string_that_costs_its_length_in_every_cell_is_refused() -> None:
    """A string of a megabyte that a thousand cells show would take a gigabyte."""
    data = sheet([["x" * 32_000] * 100 for _ in range(4)])
    out = io.BytesIO()
    cell = '<c r="A{0}" t="s"><v>0</v></c>'
    rows = "".join(f'<row r="{number}">{cell.format(number) * 9}</row>' for number in range(1, 2000))
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                content = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()
            new.writestr(name, content)
    assert codes(out.getvalue()) == ["archive_bomb"]


def test_entities_of_a_workbook_are_not_expanded() -> None:
    out = io.BytesIO()
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(sheet(DEMANDS))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<worksheet", bomb.encode() + b"<worksheet", 1)
            new.writestr(name, content)
    assert codes(out.getvalue()) == ["damaged"]
