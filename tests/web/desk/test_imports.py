"""Imports as pages: a file is previewed, confirmed, stored, given back with results, and undone."""

import io
import re
from typing import Any

import openpyxl

from app.accounts.models import Organisation, Role
from app.database import Database
from app.observability import Metrics
from app.settings import Settings
from tests.engagements.files.clamd import MARK, scanner
from tests.exchange.files import DEMANDS, HEADER, sheet, workbook
from tests.exchange.test_questions import VAGUE
from tests.web.html import faults_of, filled_fields, text_of
from tests.web.readers import ReaderOf


def _file(name: str) -> bytes:
    """Two demands of the organisation, one of another, one without a name, and a column that nobody knows."""
    own = [(*row[:1], name, *row[2:]) for row in DEMANDS[1:]]
    own.append((5, name, "不知何时的需求", *DEMANDS[1][3:7], "长期", *DEMANDS[1][8:]))
    foreign = (3, "济南别家有限公司", *DEMANDS[1][2:])
    unnamed = (4, name, "", *DEMANDS[1][3:])
    rows = [(*HEADER, "内部口径"), *((*row, "甲") for row in (*own, foreign, unnamed))]
    return sheet(rows)


def test_a_file_is_previewed_stored_and_undone(reader: ReaderOf, app: Any) -> None:
    owner, stranger, operator = (
        reader(Role.ENTERPRISE),
        reader(Role.ENTERPRISE),
        reader(Role.OPERATOR),
    )
    with app.state.services[Database].reading() as session:
        name = session.get_one(Organisation, owner.organisation_id).name
    page = owner.get("/desk/import")
    assert faults_of(page.text) == []
    template = owner.get("/desk/import/templates/demand")
    assert openpyxl.load_workbook(io.BytesIO(template.content)).sheetnames[0] == "填报"
    assert owner.get("/desk/import/templates/contract").status_code == 404

    assert owner.post("/desk/import", data={}).status_code == 422
    broken = owner.post("/desk/import", files={"file": ("需求.xlsx", b"PK broken")})
    assert broken.status_code == 422
    assert "文件已损坏" in broken.text
    services = app.state.services
    held: list[float | None] = []

    def watch() -> None:
        working = services[Metrics].registry.get_sample_value("sanku_turns", {"state": "working"})
        held.append(working)

    with scanner(watch) as address:
        services[Settings] = services[Settings].model_copy(update={"clamd": address})
        infected = owner.post("/desk/import", files={"file": ("需求.csv", "需求名称\n".encode() + MARK)})
        services[Settings] = services[Settings].model_copy(update={"clamd": None})
    assert infected.status_code == 422 and "文件中发现病毒或恶意代码" in infected.text
    assert held in ([0], [None]), "a turn is held during the scan"
    data = _file(name)
    uploaded = owner.post("/desk/import", files={"file": ("需求.xlsx", data)})
    assert uploaded.status_code == 303, text_of(uploaded.text)
    address = uploaded.headers["location"]
    preview = owner.get(address)
    assert faults_of(preview.text) == []
    shown = text_of(preview.text)
    assert all(
        word in shown
        for word in ("泵体铸件自动打磨技术", "不能导入", "所填单位不是本单位", "2027年3月", "内部口径")
    )
    assert "泵体铸件" not in text_of(owner.get("/desk/demands").text), "no record is touched"
    for other in (
        stranger.get(address),
        stranger.post(f"{address}/commit"),
        stranger.post(f"{address}/undo"),
    ):
        assert other.status_code == 404
    assert owner.post(f"{address}/undo").status_code == 409
    assert operator.get(address).status_code == 200

    form = re.search(r'<form class="import-deductions".*?</form>', preview.text, re.DOTALL)
    assert form
    chosen = filled_fields(form[0]) | {"accepted": ["deadline"]}
    assert owner.post(f"{address}/row", data=chosen).status_code == 303
    assert re.search(r'value="deadline" checked', owner.get(address).text)
    assert owner.post(f"{address}/row", data=chosen | {"row": "none"}).status_code == 404

    late = re.search(r'<form class="small-form" id="correct-\d+".*?</form>', preview.text, re.DOTALL)
    assert late, "a row whose field was not understood can be corrected"
    correction = filled_fields(late[0]) | {"deadline": "昨天"}
    refused = owner.post(f"{address}/row", data=correction)
    assert refused.status_code == 422
    assert 'value="昨天"' in refused.text
    assert faults_of(refused.text) == []
    assert owner.post(f"{address}/row", data=correction | {"deadline": "2027-09-30"}).status_code == 303
    committed = owner.post(f"{address}/commit", data={"accept_derived": "1"})
    assert committed.status_code == 303, text_of(committed.text)
    result = owner.get(address).text
    assert "泵体铸件自动打磨技术" in text_of(owner.get("/desk/demands").text)
    assert "新增的记录已存为草稿，尚未发布" in result
    (linked,) = set(re.findall(r'<p class="list-title"><a href="(/desk/demands/[A-Z0-9-]+)"', result)[:1])
    assert owner.get(linked).status_code == 200
    assert re.search(r"第 \d+ 行", result)
    marked = owner.post(f"{address}/marked", files={"file": ("需求.xlsx", data)})
    cells = [
        cell.value for row in openpyxl.load_workbook(io.BytesIO(marked.content)).worksheets[0] for cell in row
    ]
    assert "导入结果" in cells
    other_file = owner.post(f"{address}/marked", files={"file": ("需求.xlsx", sheet(DEMANDS))})
    assert other_file.status_code == 422
    assert owner.post(f"{address}/undo").status_code == 303
    assert "泵体铸件" not in text_of(owner.get("/desk/demands").text)
    assert owner.post(f"{address}/commit").status_code == 409
    listed = operator.get("/desk/import").text
    assert name in listed and str(owner.organisation_id) not in listed, "whose list it is, by name"


def test_rows_of_a_text_file_are_called_rows_in_the_language_of_the_page(reader: ReaderOf) -> None:
    owner = reader(Role.ENTERPRISE)
    text = "需求名称,主要问题\n铸件缩松检测,铸件内部缩松目前全靠人工抽检。\n".encode("utf-8-sig")
    uploaded = owner.post("/desk/import", files={"file": ("需求.csv", text)})
    page = text_of(owner.get(uploaded.headers["location"]).text)
    assert "第 2 行" in page and "line 2" not in page


def test_columns_are_explained_once_for_a_sender(reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    rows = [(*HEADER, "内部口径"), *((*row, "用于清水离心泵的叶轮") for row in DEMANDS[1:])]
    send = {"file": ("清单.xlsx", sheet(rows))}, {"sender": "历城区科学技术局"}
    address = operator.post("/desk/import", files=send[0], data=send[1]).headers["location"]
    page = operator.get(address).text
    assert faults_of(page) == []
    assert "没有认出的列" in page
    assert "用于清水离心泵的叶轮" in page, "a sample of its values"
    meaning = {"header.1": "内部口径", "field.1": "scenario"}
    assert operator.post(f"{address}/columns", data=meaning | {"field.1": "nothing"}).status_code == 422
    assert operator.post(f"{address}/columns", data=meaning).status_code == 303
    again = operator.post("/desk/import", files=send[0], data=send[1]).headers["location"]
    assert "没有认出的列" not in operator.get(again).text


def test_a_list_of_unknown_kind_is_explained_and_read_in_one_step(reader: ReaderOf) -> None:
    operator, enterprise = reader(Role.OPERATOR), reader(Role.ENTERPRISE)
    data = workbook(("Sheet1", VAGUE))
    sent = {"sender": "市中区工信局"}
    address = operator.post("/desk/import", files={"file": ("单子.xlsx", data)}, data=sent).headers[
        "location"
    ]
    page = operator.get(address).text
    assert faults_of(page) == []
    assert "待说明清单类别" in page and "看不出它是哪一类记录" in page
    assert "磨削烧伤识别" in page
    other = operator.get(f"{address}?as=contract").text
    assert faults_of(other) == []
    assert 'value="seller"' in other and "合同成交额" in other
    assert operator.get(f"{address}?as=nothing").status_code == 200

    form = re.search(
        r'<form class="pad stack" method="post" action="[^"]+/columns".*?</form>', page, re.DOTALL
    )
    assert form
    answer = filled_fields(form[0])
    headers = {value: name.partition(".")[2] for name, value in answer.items() if name.startswith("header.")}
    assert answer[f"field.{headers['丙栏']}"] == "contact_phone", "the likeliest field is chosen beforehand"
    answer |= {"kind": "demand", f"field.{headers['甲栏']}": "owner_org", f"field.{headers['乙栏']}": "title"}
    answer.pop("file", None)
    done = operator.post(f"{address}/columns", data=answer, files={"file": ("单子.xlsx", data)})
    assert done.status_code == 303, text_of(done.text)
    read = operator.get(done.headers["location"]).text
    assert faults_of(read) == []
    assert "看不出它是哪一类记录" not in read
    assert operator.post(f"{done.headers['location']}/commit").status_code == 303
    assert "磨削烧伤识别" in operator.get(done.headers["location"]).text
    assert enterprise.post(f"{address}/columns", data=answer).status_code == 404


def test_deductions_of_several_values_read_as_a_person_writes_them(reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    header = ("序号", "姓名", "工作单位", "服务领域", "促成交易/笔数", "促成交易/金额（万元）")
    data = sheet([header, (1, "许晴", "济南泺水技术转移有限公司", "新材料", 12, 860)])
    address = operator.post("/desk/import", files={"file": ("名册.xlsx", data)}).headers["location"]
    page = text_of(operator.get(address).text)
    assert "12 项，860 万元" in page
    assert "amount_wan" not in page


def test_a_column_without_a_header_is_named_on_the_page(reader: ReaderOf, app: Any) -> None:
    owner = reader(Role.ENTERPRISE)
    with app.state.services[Database].reading() as session:
        name = session.get_one(Organisation, owner.organisation_id).name
    rows = [(*HEADER, ""), *((row[0], name, *row[2:], "另附图纸") for row in DEMANDS[1:])]
    uploaded = owner.post("/desk/import", files={"file": ("需求.xlsx", sheet(rows))})
    shown = text_of(owner.get(uploaded.headers["location"]).text)
    assert "需求!K 列没有表头，其中 2 个值没有读取" in shown
