"""Lists and forms in layouts that the dictionary was not made from, as offices and interfaces send them."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest
from fpdf import FPDF

from app.exchange.report import report_of
from app.pdf.fonts import font_file
from tests.exchange.files import Rows, document, separated, sheet


def merged(rows: Rows, *merges: str, name: str = "汇总") -> bytes:
    """An XLSX file of one sheet with merged cells such as A1:B2."""
    book = openpyxl.Workbook()
    made = book.active
    assert made is not None
    made.title = name
    for row in rows:
        made.append(list(row))
    for one in merges:
        made.merge_cells(one)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def brochure(*pages: Sequence[str]) -> bytes:
    """A PDF whose font has a table of codes of its own inside the file."""
    file, face = font_file()
    made = FPDF()
    made.add_font("body", fname=str(file), collection_font_number=face)
    made.set_font("body", size=10)
    for number, lines in enumerate(pages, 1):
        made.add_page()
        for line in lines:
            made.multi_cell(0, 7, line, new_x="LMARGIN", new_y="NEXT")
        made.cell(0, 7, f"第 {number} 页 共 {len(pages)} 页")
    return bytes(made.output())


def interface(*entries: Mapping[str, Any]) -> bytes:
    """The answer of an interface."""
    return json.dumps({"code": 0, "data": {"rows": entries}}, ensure_ascii=False).encode()


POSTED: Rows = (
    ("济南市“揭榜挂帅”技术需求征集情况一览表",),
    ("", "", "", "", "", "", "", "金额单位：万元"),
    (
        *("区县", "序号", "发榜企业", "榜单题目", "榜单内容及攻关目标"),
        *("榜额", "攻关周期", "揭榜方应具备的条件"),
    ),
    (
        *("章丘区", 1, "济南绣江锻造有限公司", "环锻件在线测温", "氧化皮影响测温。"),
        *(300, "2027年1月—2028年12月", "高校"),
    ),
    ("", 2, "济南绣江锻造有限公司", "锻模修复", "寿命不足3千件。", "80（自筹）", "长期", "/"),
)
LEDGER: Rows = (
    ("技术合同认定登记台账（1月）",),
    ("合同登记编号", "合同名称", "合同类别", "卖方", "", "买方", "", "合同金额（万元）", "", "日期", ""),
    ("", "", "", "名称", "性质", "名称", "所在地", "成交额", "其中：技术交易额", "签订", "登记"),
    (
        *(
            "2026370100002101",
            "纳米银线墨水",
            "技术转让合同-专利权转让",
            "齐岫工业大学",
            "高校",
            "济南银屿电子有限公司",
        ),
        *("济南市历下区", 300, 280, "2026.1.8", "2026.1.20"),
    ),
    ("本月合计", "", "", "", "", "", "", 300, 280),
)
SECTIONS: Rows = (
    ("济川理工大学2026年科技成果汇编",),
    ("序号", "成果", "负责人", "成果介绍", "成熟情况", "转化意向", "报价（万）"),
    ("一、新材料领域（1项）",),
    (1, "玄武岩纤维筋", "高原（教授）", "抗拉强度1200MPa。", "产业化", "转让或许可", "30～50"),
    ("二、资源与环境领域（1项）",),
    (2, "好氧颗粒污泥", "孔岩团队", "占地减少40%。", "工程示范", "作价投资", "议价"),
)
STAFF: Rows = (
    ("报送单位：齐岫工业大学",),
    ("姓名", "职称", "资格证书名称", "证书编号", "熟悉的技术领域", "手机"),
    ("常 岭", "副教授", "国家技术转移专业人员（中级）", "GJ-001", "先进制造、新材料", "13800000561"),
)
TICKED: Rows = (
    ("科技成果推介信息表",),
    ("推介单位", "山东明泽应用技术研究院", "", ""),
    ("推介成果名称", "磁悬浮鼓风机控制器", "", ""),
    ("成果所属领域", "高端装备", "成果所处阶段", "已批量生产"),
    ("成果的主要内容介绍", "效率≥97%。", "", ""),
    ("拟转化方式（可多选）", "转让□ 许可☑ 作价投资□ 合作☑", "", ""),
    ("意向金额", "一百五十万元整", "负责人及电话", "明泽 13800000571"),
)
BILINGUAL: Rows = (
    (
        "No.",
        "企业名称 Company",
        "需求名称 Title",
        "需求描述 Description",
        "预算 Budget (万元)",
        "截止日期 Deadline",
    ),
    (1, "济南巳岭数控有限公司", "机床碰撞预警", "误报多。", "70", "二〇二七年六月三十日"),
)
NEED = {
    **{"needId": 1867001234567890123, "needTitle": "换热器结垢预测", "needDesc": "<p>循环水结垢快。</p>"},
    **{"enterpriseName": "济南热岳能源有限公司", "fieldName": "新能源与节能", "regionCode": "370105"},
    **{"budgetMin": 500000, "budgetMax": 800000, "budgetUnit": "元", "endTime": 1830182400000},
    **{"coopType": "委托开发", "contactMobile": "13800000401", "publishState": "PUBLISHED"},
}
MANAGER = {
    **{
        "managerId": "M1",
        "managerName": "白岳",
        "workUnit": "济转技术转移中心",
        "post": "经理",
        "certLevel": "中级",
    },
    **{"certNo": "ZJ-77", "getCertDate": "2023-07-01", "workYears": 6, "goodAt": "电子信息;新材料"},
    **{"telephone": "13800000441", "birthday": "1990-01-01", "idcard": "370102199001011234"},
}
CONTRACT = {
    **{"contractNo": "2026370100001701", "contractName": "燃料电池测试", "contractType": "技术服务"},
    **{"partyA": "济南氢岳动力有限公司", "partyB": "泺川大学", "amount": "256000", "techAmount": "256000"},
    **{"amountUnit": "元", "signDate": "2026-02-28"},
}
NESTED = {
    **{
        "成果名称": "秸秆模塑餐具",
        "完成单位": {"名称": "山东明泽应用技术研究院"},
        "成果简介": "24小时不渗漏。",
    },
    **{
        "技术领域": ["新材料", "资源与环境"],
        "技术成熟度": "8级",
        "知识产权": [{"类型": "软著", "号": "2023SR0123456"}],
    },
}
POSTER = (
    *("2026年科技攻关榜单", "请于2026年12月31日前揭榜。", "一、高端装备"),
    *(
        "1. 起重机防摇控制",
        "发榜单位：济南午岭机械有限公司",
        "主要攻关内容：",
        "（1）摆角模型；",
        "（2）控制器。",
    ),
    *("考核指标：摆角≤1.5°", "榜额：260万元（企业出资200万元）", "完成时限：2年"),
    *("二、新能源", "1. 钠离子电池负极", "发榜单位：济南申岭储能有限公司", "主要攻关内容：首效低。"),
    *("榜额：400万元", "完成时限：2028年12月"),
)


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (
            merged(POSTED, "A4:A5"),
            "demand",
            [
                {
                    **{
                        "title": "环锻件在线测温",
                        "region": "370114",
                        "budget_max_wan": "300",
                        "start_date": "2027-01-01",
                    },
                    **{
                        "deadline": "2028-12-31",
                        "partner_requirement": "高校",
                        "main_problem": "氧化皮影响测温。",
                    },
                },
                {"title": "锻模修复", "region": "370114", "budget_max_wan": "80", "deadline": None},
            ],
        ),
        (
            merged(LEDGER, "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:I2", "J2:K2"),
            "contract",
            [
                {
                    **{"kind": "patent_assignment", "seller": "齐岫工业大学", "seller_nature": "university"},
                    **{"buyer": "济南银屿电子有限公司", "buyer_region": "370102", "deal_amount_wan": "300"},
                    **{
                        "technology_amount_wan": "280",
                        "signed_on": "2026-01-08",
                        "registered_on": "2026-01-20",
                    },
                }
            ],
        ),
        (
            merged(SECTIONS, "A3:G3", "A5:G5"),
            "achievement",
            [
                {
                    **{"owner_org": "济川理工大学", "fields": ["40"], "completed_by": ["高原"], "trl": 9},
                    **{
                        "transfer_modes": ["assignment", "licence"],
                        "price_min_wan": "30",
                        "price_max_wan": "50",
                    },
                },
                {
                    "title": "好氧颗粒污泥",
                    "fields": ["70"],
                    "trl": 8,
                    "completed_by": ["孔岩"],
                    "price_min_wan": None,
                },
            ],
        ),
        (
            sheet(STAFF),
            "manager",
            [
                {
                    **{
                        "title": "常岭",
                        "affiliations": ["齐岫工业大学"],
                        "position": "副教授",
                        "fields": ["80", "40"],
                    },
                    "certificates": [{"level": "intermediate", "number": "GJ-001"}],
                }
            ],
        ),
        (
            sheet(TICKED),
            "achievement",
            [
                {
                    **{
                        "owner_org": "山东明泽应用技术研究院",
                        "fields": ["80"],
                        "trl": 9,
                        "summary": "效率≥97%。",
                    },
                    **{"transfer_modes": ["licence", "joint_development"], "price_max_wan": "150"},
                    "contact_phone": "13800000571",
                }
            ],
        ),
        (
            separated(BILINGUAL),
            "demand",
            [
                {
                    "title": "机床碰撞预警",
                    "main_problem": "误报多。",
                    "budget_max_wan": "70",
                    "deadline": "2027-06-30",
                }
            ],
        ),
        (
            interface(NEED),
            "demand",
            [
                {
                    **{"source_ref": "1867001234567890123", "title": "换热器结垢预测", "fields": ["60"]},
                    **{"main_problem": "循环水结垢快。", "region": "370105", "budget_min_wan": "50"},
                    **{"budget_max_wan": "80", "deadline": "2027-12-31", "contact_phone": "13800000401"},
                }
            ],
        ),
        (
            interface(MANAGER),
            "manager",
            [
                {
                    **{"title": "白岳", "affiliations": ["济转技术转移中心"], "position": "经理", "years": 6},
                    "certificates": [{"level": "intermediate", "number": "ZJ-77", "issued_on": "2023-07-01"}],
                }
            ],
        ),
        (
            interface(CONTRACT),
            "contract",
            [
                {
                    **{
                        "registration_no": "2026370100001701",
                        "buyer": "济南氢岳动力有限公司",
                        "seller": "泺川大学",
                    },
                    **{"deal_amount_wan": "25.6", "technology_amount_wan": "25.6", "signed_on": "2026-02-28"},
                }
            ],
        ),
        (
            interface(NESTED),
            "achievement",
            [
                {
                    "owner_org": "山东明泽应用技术研究院",
                    "fields": ["40", "70"],
                    "trl": 8,
                    "ip_list": ["2023SR0123456"],
                }
            ],
        ),
        (
            document(*POSTER),
            "demand",
            [
                {
                    **{
                        "title": "起重机防摇控制",
                        "fields": ["80"],
                        "expected_goal": "摆角≤1.5°",
                        "budget_max_wan": "260",
                    },
                    **{"deadline": None, "main_problem": "（1）摆角模型；\n（2）控制器。"},
                },
                {
                    "title": "钠离子电池负极",
                    "fields": ["60"],
                    "main_problem": "首效低。",
                    "deadline": "2028-12-31",
                },
            ],
        ),
    ],
)
def test_records_are_those_a_clerk_would_take(data: bytes, kind: str, expected: list[dict[str, Any]]) -> None:
    report = report_of(data)
    assert [one["kind"] for one in report["records"]] == [kind] * len(expected)
    found = [
        {name: one["fields"].get(name) for name in wanted}
        for one, wanted in zip(report["records"], expected, strict=True)
    ]
    assert found == expected
    assert report["refused"] == []


def test_a_printed_brochure_gives_one_achievement_a_page() -> None:
    long = (
        "桩基浪溅区腐蚀快，本成果采用玻璃纤维套管与水下固化树脂，施工不需围堰，"
        "设计寿命25年，已在两处风电场试用并通过验收。"
    )
    labels = ("【完成单位】{}", "【成果简介】{}", "【成熟度】{}", "【合作方式】技术许可")
    texts = (
        ("成果1：桩基防腐套管", "齐岫工业大学", long, "中试阶段"),
        ("成果2：裂隙注浆材料", "泺川大学", "收缩率小于0.2%。", "示范应用"),
    )
    pages = [
        (title, *(one.format(*rest[index : index + 1]) for index, one in enumerate(labels)))
        for title, *rest in texts
    ]
    records = [one["fields"] for one in report_of(brochure(*pages))["records"]]
    assert [(one["title"], one["owner_org"], one["summary"], one["trl"]) for one in records] == [
        ("桩基防腐套管", "齐岫工业大学", long, 6),
        ("裂隙注浆材料", "泺川大学", "收缩率小于0.2%。", 8),
    ]
