"""From a text or a file to a draft, over HTTP; on an embedder without a model."""

import io
from typing import Any

import docx
import pytest

from tests.support.http import ok, refused, wrong_fields
from tests.support.scenario.library_users import UserClient

TEXT = (
    "铝合金压铸件气孔控制\n"
    "济南市历城区某厂生产汽车壳体，目前气孔废品率12%。希望高校帮助将气孔率降到≤3%，抗拉强度≥260MPa。"
    "预算80万元，2027年6月30日前完成，拟委托开发。联系人身份证370102199003074515。"
)


def suggestions(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Field → its first suggestion."""
    found: dict[str, dict[str, Any]] = {}
    for one in answer["suggestions"]:
        found.setdefault(one["field"], one)
    return found


def test_a_text_gives_fields_with_their_places_and_saves_nothing(enterprise: UserClient) -> None:
    answer = ok(enterprise.post("/v1/drafts/text", {"text": TEXT}))
    fields = answer["fields"]
    assert fields["title"] == "铝合金压铸件气孔控制"
    assert (fields["budget_min_wan"], fields["budget_max_wan"]) == ("80", "80")
    assert (fields["deadline"], fields["region"]) == ("2027-06-30", "370112")
    assert fields["cooperation_modes"] == ["commissioned_development"]
    assert [(one["op"], one["value"]) for one in fields["indicators"]] == [("≤", "3"), ("≥", "260")]
    assert "370102199003074515" not in str(answer)
    for one in answer["suggestions"]:
        place = one["place"]
        assert answer["text"][place["start"] : place["end"]][:200] == place["quote"]
    first = suggestions(answer)
    assert first["fields"]["how"] == "nearest"
    assert first["budget_max_wan"]["place"]["quote"] == "预算80万元"
    scores = [one["score"] for one in answer["suggestions"] if one["field"] == "industries"]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert ok(enterprise.get("/v1/demands", mine=True))["items"] == []

    made = ok(enterprise.post("/v1/demands", fields | {"draft": True}), 201)
    assert (made["title"], made["state"]) == (fields["title"], "draft")


@pytest.mark.parametrize(
    "text",
    [
        "企业技术需求：{}。目前靠人工巡检，希望在线监测，预算80万元。",
        "企业技术需求\n{}\n目前靠人工巡检，去年发生两次啃轨。",
        "【重大技术难题】\n难题名称：{}\n目前靠人工巡检，去年发生两次啃轨。",
        "一、技术需求名称：{}；目前靠人工巡检，去年发生两次啃轨。",
        "{}\n我公司码头有12台岸桥，目前靠人工巡检。",
    ],
)
def test_a_heading_is_no_name(enterprise: UserClient, text: str) -> None:
    title = "港口岸桥大车轨道压板松动在线监测"
    answer = ok(enterprise.post("/v1/drafts/text", {"text": text.format(title)}))
    assert answer["fields"]["title"] == title


def test_a_form_in_a_document_is_read_by_its_labels(enterprise: UserClient) -> None:
    file, out = docx.Document(), io.BytesIO()
    rows = (
        ("技术需求名称", "泵体铸件打磨"),
        ("主要问题", "人工打磨粉尘大。"),
        ("拟投入资金总额（万元）", "50"),
    )
    table = file.add_table(len(rows), 2)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    file.save(out)
    answer = ok(enterprise.upload("/v1/drafts/file", out.getvalue(), name="需求.docx"))
    first = suggestions(answer)
    assert (first["title"]["value"], first["title"]["how"]) == ("泵体铸件打磨", "stated")
    assert "技术需求名称" in first["title"]["place"]["cell"]
    assert first["budget_max_wan"]["value"] == "50"


def test_secret_and_empty_texts_are_refused(enterprise: UserClient, client: Any) -> None:
    secret = {"text": "机密★5年\n某型装备的密封环，希望寿命提高一倍。"}
    assert wrong_fields(enterprise.post("/v1/drafts/text", secret)) == ["text"]
    assert wrong_fields(enterprise.post("/v1/drafts/text", {"text": TEXT, "kind": "manager"})) == ["kind"]
    refused(client.post("/v1/drafts/text", json={"text": TEXT}), 401, "unauthenticated")
