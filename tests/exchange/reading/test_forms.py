"""Forms of label and value, several in a file, and lists in running text."""

from app.exchange.report import report_of
from tests.exchange.files import document, sheet

FORM = [
    ("机构全称*", "济南云岭泵业有限公司", "统一社会信用代码", "91370112MA9LX1H2XQ"),
    ("所在地域", "山东省/济南市/历下区", "联系人", "泽工"),
    ("技术需求名称*", "泵体铸件自动打磨技术", "固定电话/移动电话", "0531-88880041/13800000041"),
    ("1、主要问题：人工打磨粉尘大，单件耗时40分钟。", "", "", ""),
    ("3、预期目标：打磨时间≤8min；合格率≥98%。", "", "", ""),
    ("技术需求解决方式*", "○独立研发 ●合作研发 ○其他", "需求时限*", "2027年"),
    ("技术领域", "资源与环境技术—水污染控制与水资源利用技术", "是否公开", "是（ ）否（√）"),
    ("拟投入资金总额", "人民币壹佰贰拾万元整", "关键字", "打磨 粉尘"),
]


def test_labels_give_their_values_and_marks_their_choices() -> None:
    (record,) = report_of(document("编号：2026-0117", FORM))["records"]
    assert record["fields"] == {
        "title": "泵体铸件自动打磨技术",
        "owner_org": "济南云岭泵业有限公司",
        "owner_uscc": "91370112MA9LX1H2XQ",
        "region": "370102",
        "source_ref": "2026-0117",
        "main_problem": "人工打磨粉尘大，单件耗时40分钟。",
        "expected_goal": "打磨时间≤8min；合格率≥98%。",
        "cooperation_modes": ["joint_development"],
        "deadline": "2027-12-31",
        "fields": ["701"],
        "publish_mode": "confidential",
        "budget_min_wan": "120",
        "budget_max_wan": "120",
        "keywords": ["打磨", "粉尘"],
        "contact_name": "泽工",
        "contact_phone": "13800000041",
    }
    assert [one[:3] for one in record["indicators"]] == [["打磨时间", "≤", "8"], ["合格率", "≥", "98"]]


def test_several_forms_of_a_file_are_several_records() -> None:
    second = [tuple(cell.replace("打磨", "涂装") for cell in row) for row in FORM]
    two_tables = report_of(document("表一", FORM, "表二", second))["records"]
    one_sheet = report_of(sheet([*FORM, (), *second]))["records"]
    assert [one["fields"]["title"] for one in two_tables] == ["泵体铸件自动打磨技术", "泵体铸件自动涂装技术"]
    assert [one["fields"]["title"] for one in one_sheet] == ["泵体铸件自动打磨技术", "泵体铸件自动涂装技术"]


def test_a_form_without_values_is_a_template() -> None:
    empty = [(row[0].split("：")[0], "", row[2], "") for row in FORM]
    report = report_of(sheet(empty))
    assert (report["records"], report["refused"]) == ([], [])


def test_a_table_inside_a_form_belongs_to_its_record() -> None:
    form = [
        ("姓名", "孙 悦", "身份证号", "370102199001011234"),
        ("工作单位及职务", "济南泉城技术转移有限公司 副总经理", "证书等级", "中级技术经纪人"),
        ("从业年限", "6年", "服务领域", "新材料、生物医药"),
        ("项目名称", "合同类型", "合同金额（万元）", "签订时间"),
        ("耐磨涂层专利许可", "技术许可", "80", "2024年5月"),
        ("医用敷料技术开发", "技术开发", "120.5", "2025.3"),
    ]
    (record,) = report_of(document("技术经理人备案表", form))["records"]
    assert record["fields"]["title"] == "孙悦"
    assert record["fields"]["affiliations"] == ["济南泉城技术转移有限公司"]
    assert record["fields"]["position"] == "副总经理"
    assert [one["amount_wan"] for one in record["fields"]["track_record"]] == ["80", "120.5"]
    assert "370102199001011234" not in str(record)


def test_items_of_running_text_are_records() -> None:
    data = document(
        "2026年“揭榜挂帅”技术需求榜单",
        "榜单1：叶片激光熔覆修复关键技术",
        "需求单位：济南云岭泵业有限公司",
        "技术领域：先进制造",
        "研究内容：针对叶片裂纹开发修复工艺。",
        "榜单金额：300万元  合作方式：联合攻关",
        "榜单2：可降解地膜连续化制备",
        "【需求单位】山东绿野农膜有限公司",
        "主要内容",
        "现有地膜降解周期不可控。",
        "截止时间：2027年底",
    )
    first, second = report_of(data)["records"]
    assert first["fields"]["title"] == "叶片激光熔覆修复关键技术"
    assert first["fields"]["budget_min_wan"] == "300"
    assert first["fields"]["cooperation_modes"] == ["joint_development"]
    assert second["fields"]["owner_org"] == "山东绿野农膜有限公司"
    assert second["fields"]["main_problem"] == "现有地膜降解周期不可控。"
