"""Running text without labels: a draft for a yes, and none of a letter or notice."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.exchange.report import report_of
from tests.exchange.files import document
from tests.exchange.reading.test_other_layouts import brochure

POSTED = (
    "2026年度重点产业揭榜挂帅技术榜单",
    "1. 高速电主轴轴承微量润滑",
    "目前主轴在24000转以上温升超过35℃，希望温升控制在20℃以内，经费80万元，2027年6月底前完成。",
    "2. 耐盐雾铝合金压铸件封孔（济南泺水铸造有限公司）",
    "压铸件封孔后盐雾试验不足200小时即出现白斑，需要达到500小时以上，愿意投入120万元。",
)
CATALOGUE = (
    "泺川大学可转化成果简介",
    "一、石墨烯改性防腐涂料",
    "该成果采用石墨烯改性，耐盐雾3000小时以上，已完成中试。",
    "二、秸秆全降解地膜",
    "亩用量下降三成，180天降解率90%以上，已申请发明专利3项。",
)
LETTER = (
    "铝合金压铸件气孔控制",
    "我公司主要生产新能源汽车电机壳体，年产80万件。",
    "目前气密性一次合格率只有82%，希望寻求高校合作，把合格率提高到95%以上，预算80万元。",
)


def _records(*texts: str) -> list[dict[str, Any]]:
    return list(report_of(document(*texts))["records"])


def test_numbered_items_are_demands_of_which_everything_waits_for_a_yes() -> None:
    first, second = _records(*POSTED)
    assert first["fields"] == {
        "title": "高速电主轴轴承微量润滑",
        "main_problem": POSTED[2],
        "budget_min_wan": "80",
        "budget_max_wan": "80",
        "deadline": "2027-06-30",
    }
    assert set(first["derived"]) == set(first["fields"])
    assert second["fields"]["owner_org"] == "济南泺水铸造有限公司"
    assert second["fields"]["title"] == "耐盐雾铝合金压铸件封孔"


def test_a_catalogue_in_running_text_holds_achievements() -> None:
    records = _records(*CATALOGUE)
    assert [(one["kind"], one["fields"]["title"]) for one in records] == [
        ("achievement", "石墨烯改性防腐涂料"),
        ("achievement", "秸秆全降解地膜"),
    ]


def test_items_in_one_paragraph_each_begin_with_their_owner() -> None:
    records = _records(
        "历下区企业技术难题",
        "1、济南岱岳轴承有限公司：急需解决套圈磨削烧伤的在线识别，投入60万元。",
        "2、济南泺水阀门有限公司：球阀密封副在含砂介质中磨损快，希望寿命提高到2万次。",
    )
    assert [one["fields"]["owner_org"] for one in records] == ["济南岱岳轴承有限公司", "济南泺水阀门有限公司"]
    assert records[0]["fields"]["title"] == "套圈磨削烧伤的在线识别"


def test_a_single_text_is_one_draft() -> None:
    (record,) = _records(*LETTER)
    assert (record["kind"], record["fields"]["title"]) == ("demand", LETTER[0])
    assert record["store_as"] == "draft"


def test_the_text_of_a_pdf_is_read_as_that_of_a_document() -> None:
    report = report_of(brochure(POSTED))
    assert [one["fields"]["title"] for one in report["records"]] == [
        "高速电主轴轴承微量润滑",
        "耐盐雾铝合金压铸件封孔",
    ]


@pytest.mark.parametrize(
    "texts",
    [
        (
            "关于召开技术需求对接会的通知",
            "各有关单位：",
            "定于2026年12月8日上午召开对接会，希望各企业携带难题参加。",
            "请于12月1日前报名。",
        ),
        (
            "关于征集2026年度企业技术需求的通知",
            "一、征集范围",
            "围绕新一代信息技术等产业，征集企业亟待解决的技术难题。",
            "二、报送要求",
            "请各区县汇总后于12月20日前报送，拟投入资金应当落实。",
        ),
        ("会议纪要", "张三主持会议，李四记录。", "会议讨论了食堂改造。"),
    ],
)
def test_letters_and_notices_hold_no_record(texts: tuple[str, ...]) -> None:
    report = report_of(document(*texts))
    assert report["records"] == []
    assert {one["code"] for one in report["ignored"]} == {"text"}


def test_a_secret_text_is_refused() -> None:
    report = report_of(document("机密★5年", *LETTER))
    assert report["records"] == []
    assert "压铸" not in str(report)


def test_the_kind_can_be_said(tmp_path: Path) -> None:
    file = tmp_path / "材料.docx"
    file.write_bytes(document(*LETTER))
    done = CliRunner().invoke(cli, ["import", str(file), "--dry-run", "--json", "--kind", "achievement"])
    assert '"kind": "achievement"' in done.stdout
