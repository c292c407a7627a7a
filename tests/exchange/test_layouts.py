"""Lists of other layouts than those the dictionary was made from: wordings by how they end, and turned tables."""

import io
import json
from typing import Any

import docx
import pytest
from fpdf import FPDF

from app.exchange.report import report_of
from tests.exchange.files import Rows, separated, workbook

QUESTIONNAIRE: Rows = (
    (
        *(
            "序号",
            "提交答卷时间",
            "所用时间",
            "来源",
            "来自IP",
            "1、贵单位全称：",
            "2、您的姓名",
            "3、联系手机",
        ),
        *("4、技术需求名称（20字以内）", "5、该需求所属技术领域[多选题]", "6、请描述需求背景及要解决的问题"),
        *("7、希望达到的技术指标", "8、期望的合作形式[多选题]", "9、预计投入经费", "10、期望何时解决"),
    ),
    (
        *(1, "2026/10/12 9:30:11", "125秒", "微信", "1.2.3.4", "济南百川阀门有限公司", "林岫", "13800000111"),
        *("球阀密封副耐磨", "新材料┋先进制造", "球阀在含砂介质中磨损快。", "寿命≥2万次"),
        *("联合研发┋委托开发", "80-100万元", "2027年6月底前"),
    ),
)
DISTRICT: Rows = (
    ("章丘区企业技术需求征集汇总表",),
    ("填报时间：2026年10月20日",),
    ("序号", "企业基本情况", "", "技术需求情况", "", "", "", "", "联系方式", ""),
    (
        *("", "企业名称", "主营业务", "需求题目", "拟解决的“卡脖子”问题", "拟达到的主要技术经济指标"),
        *("经费预算（元）", "完成期限", "姓名", "手机号码"),
    ),
    (
        *(1, "济南砺泉重工有限公司", "锻造", "大型环件残余应力消除", "环件机加后变形超差。", "变形≤0.2mm"),
        *("1500000", "2年", "钟岱", "13800000112"),
    ),
    ("合计", "", "", "1项"),
)
TURNED: Rows = (
    ("技术需求信息",),
    ("需求名称", "管件去毛刺", "铸件探伤"),
    ("企业名称", "济南甲川管件有限公司", "济南乙川铸造有限公司"),
    ("需求描述", "人工去毛刺效率低。", "漏检率高。"),
    ("预算（万元）", "30", "50"),
)
MANAGERS: Rows = (
    (
        "编号",
        "经理人",
        "所在单位（全称）",
        "岗位/职务",
        "学历",
        "证书名称",
        "获证时间",
        "主要服务领域",
        "移动电话",
    ),
    (
        *("JL-01", "陈岫", "济南泺岫技术转移有限公司", "业务总监", "硕士", "高级技术经纪人", "2024-05-08"),
        *("生物医药、新材料", "13800000115"),
    ),
)
CONTRACTS: Rows = (
    ("2026年1-9月技术合同认定登记明细表",),
    ("单位：元",),
    (
        *("认定登记编号", "合同项目名称", "类别", "委托方名称（甲方）", "甲方所属地区", "受托方名称（乙方）"),
        *("乙方单位性质", "合同总金额", "其中：技术交易额", "签约日期", "所属技术领域"),
    ),
    (
        *("2026370100001001", "水泵能效诊断", "技术服务", "济南砺泉重工有限公司", "济南市章丘区", "泺川大学"),
        *("高等院校", "350000", "350000", "20260312", "新能源与高效节能"),
    ),
)
OWN_NUMBERS: Rows = (
    ("合同编号", "合同名称", "甲方", "乙方", "签订时间", "合同金额(万元)", "技术交易额(万元)", "合同类型"),
    ("HT2026-001", "热泵测试", "济南甲川管件有限公司", "泺川大学", "2026.5.6", "12.5", "12.5", "技术服务"),
)
ACHIEVEMENTS: Rows = (
    (
        *(
            "技术成果名称",
            "权属单位",
            "主要发明人",
            "技术领域分类",
            "技术简述",
            "应用行业范围",
            "技术成熟度等级",
        ),
        *("专利授权号", "许可方式", "转让意向价格（元）", "对接人姓名", "对接人手机号"),
    ),
    (
        *("石墨烯散热膜", "泺川大学", "屿白", "新材料", "面内热导率高。", "电子", "6", "ZL202111026645.9"),
        *("独占许可", "1,200,000", "屿白", "13800000122"),
    ),
)
SURVEY: Rows = (
    (
        *(
            "所属镇街",
            "企业名称（盖章）",
            "需求方向",
            "具体技术难题描述",
            "考核指标要求",
            "拟出资金额（万元）",
        ),
        *("解决时间要求", "对接人", "联系手机", "是否愿意公开"),
    ),
    (
        *("港沟街道", "济南丙川轴承有限公司", "轴承降噪", "噪声超标影响出口。", "≤60dB", 60),
        *("2027年上半年", "齐岳", "13800000121", "愿意"),
    ),
)
INTERFACE: dict[str, Any] = {
    "code": 0,
    "data": {
        "records": [
            {
                **{"demandId": "1001", "demandName": "齿轮箱降噪", "companyName": "济南齿川机械有限公司"},
                **{"demandDesc": "噪声大。", "techFieldName": "先进制造", "areaName": "历城区"},
                **{"endDate": "2027-03-31", "linkMan": "吴岱", "linkPhone": "13800000117"},
            }
        ]
    },
}


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (
            workbook(("Sheet1", QUESTIONNAIRE)),
            "demand",
            {
                **{"title": "球阀密封副耐磨", "owner_org": "济南百川阀门有限公司", "fields": ["40", "80"]},
                **{"contact_name": "林岫", "contact_phone": "13800000111", "budget_max_wan": "100"},
                **{"deadline": "2027-06-30", "expected_goal": "寿命≥2万次"},
            },
        ),
        (
            workbook(("汇总", DISTRICT)),
            "demand",
            {
                **{"title": "大型环件残余应力消除", "main_problem": "环件机加后变形超差。"},
                **{"budget_max_wan": "150", "deadline": "2028-10-20", "contact_name": "钟岱"},
            },
        ),
        (workbook(("S", TURNED)), "demand", {"title": "管件去毛刺", "budget_max_wan": "30"}),
        (
            separated(MANAGERS, "gb18030"),
            "manager",
            {
                **{"title": "陈岫", "affiliations": ["济南泺岫技术转移有限公司"], "fields": ["20", "40"]},
                **{"certificates": [{"level": "advanced", "issued_on": "2024-05-08"}]},
            },
        ),
        (
            workbook(("明细", CONTRACTS)),
            "contract",
            {
                **{"buyer": "济南砺泉重工有限公司", "seller": "泺川大学", "buyer_region": "370114"},
                **{"seller_nature": "university", "deal_amount_wan": "35", "technology_field": "energy"},
                **{"registration_no": "2026370100001001", "signed_on": "2026-03-12"},
            },
        ),
        (
            workbook(("合同", OWN_NUMBERS)),
            "contract",
            {"title": "热泵测试", "source_ref": "HT2026-001", "registration_no": None},
        ),
        (
            separated(ACHIEVEMENTS),
            "achievement",
            {
                **{"owner_org": "泺川大学", "completed_by": ["屿白"], "trl": 6, "price_max_wan": "120"},
                **{"summary": "面内热导率高。", "licence_kind": "exclusive", "contact_name": "屿白"},
            },
        ),
        (
            workbook(("摸底", SURVEY)),
            "demand",
            {
                **{"title": "轴承降噪", "main_problem": "噪声超标影响出口。", "expected_goal": "≤60dB"},
                **{"budget_max_wan": "60", "deadline": "2027-06-30", "publish_mode": "public"},
            },
        ),
        (
            json.dumps(INTERFACE).encode(),
            "demand",
            {
                **{"title": "齿轮箱降噪", "region": "370112", "fields": ["80"], "deadline": "2027-03-31"},
                **{"contact_phone": "13800000117", "contact_name": "吴岱"},
            },
        ),
    ],
)
def test_a_list_of_another_layout_is_read(data: bytes, kind: str, expected: dict[str, Any]) -> None:
    report = report_of(data)
    first = report["records"][0]
    assert first["kind"] == kind
    assert {name: first["fields"].get(name) for name in expected} == expected
    assert report["refused"] == []


def test_a_turned_table_holds_all_its_records() -> None:
    titles = [one["fields"]["title"] for one in report_of(workbook(("S", TURNED)))["records"]]
    assert titles == ["管件去毛刺", "铸件探伤"]


def test_what_a_header_means_by_its_ending_waits_for_a_yes() -> None:
    (record,) = report_of(workbook(("摸底", SURVEY)))["records"]
    assert {"main_problem", "expected_goal", "deadline"} <= record["derived"].keys()


def test_radicals_of_printed_files_are_the_characters_they_stand_for() -> None:
    rows = (
        ("序号", "专利名称", "发明⼈", "成果简介"),
        (1, "⼀种⽟⽶脱壳装置", "岳⻨", "用于⻋间，每⼩时200 kg。"),
    )
    (record,) = report_of(separated(rows))["records"]
    assert record["fields"]["title"] == "一种玉米脱壳装置"
    assert record["fields"]["completed_by"] == ["岳麦"]
    assert record["fields"]["summary"].startswith("用于车间")


def test_a_table_within_a_cell_keeps_its_rows() -> None:
    made = docx.Document()
    table = made.add_table(rows=0, cols=2)
    for label, text in (("需求名称", "车轮磨耗抑制"), ("主要问题", "噪声升高6 dB。"), ("技术指标", "")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, text
    inner = table.cell(2, 1).add_table(rows=2, cols=2)
    for row, texts in enumerate((("多边形幅值", "≤0.02 mm"), ("镟修周期", "≥20 万公里"))):
        for column, text in enumerate(texts):
            inner.cell(row, column).text = text
    out = io.BytesIO()
    made.save(out)
    (record,) = report_of(out.getvalue())["records"]
    assert record["fields"]["expected_goal"] == "多边形幅值 ≤0.02 mm\n镟修周期 ≥20 万公里"


def test_an_industry_that_nothing_came_of_is_named() -> None:
    header = ("企业名称", "所属行业", "需求名称", "主要问题")
    report = report_of(separated((header, ("济南样例印务有限公司", "印刷业务", "无苯油墨", "进口油墨贵。"))))
    (record,) = report["records"]
    assert [one["cell"] for one in record["warnings"] if one["field"] == "industries"] == ["B2"]


def test_a_printed_table_whose_text_cannot_be_read_is_refused() -> None:
    made = FPDF()
    made.add_page()
    for line in (20, 30, 40):
        made.rect(20, line, 40, 10)
        made.rect(60, line, 40, 10)
    report = report_of(bytes(made.output()))
    assert [one["code"] for one in report["refused"]] == ["no_text_layer"]
