"""Templates to fill in: XLSX whose headers the importer knows, with drop-down lists from the vocabularies."""

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from app.exchange.headers.dictionary import Kind
from app.vocabularies import vocabulary

ROWS = 1000
"""Rows with drop-down lists."""
FILLED_SHEET = "填报"
"""The sheet of a template that people fill in."""
_YES = ("是", "否")

_COLUMNS: Mapping[Kind, Sequence[tuple[str, str | Sequence[str] | None, str]]] = {
    Kind.DEMAND: (
        ("需求名称", None, "必填，2–200 字"),
        ("企业名称", None, "必填，单位全称"),
        ("统一社会信用代码", None, "18 位"),
        ("所属区县", "regions", "发布必填"),
        ("技术领域", "hightech_fields", "发布必填，至多 3 个，以、分隔"),
        ("需求描述", None, "发布必填，不少于 10 字"),
        ("技术关键", None, ""),
        ("预期目标", None, "可写技术指标，如 盐雾≥1000h"),
        ("合作方式", "transfer_modes", "发布必填，可多个，以、分隔"),
        ("投资预算（万元）", None, "如 120 或 80-120；面议请写面议"),
        ("需求截止时间", None, "发布必填，如 2027-06-30"),
        ("需求类型", "need_kinds", ""),
        ("是否公开", _YES, "否为匿名发布"),
        ("联系人", None, ""),
        ("联系电话", None, "手机，或带区号的固定电话"),
        ("邮箱", None, ""),
    ),
    Kind.ACHIEVEMENT: (
        ("成果名称", None, "必填，2–200 字"),
        ("完成单位", None, "必填，单位全称"),
        ("所属区县", "regions", "发布必填"),
        ("完成人", None, "以、分隔"),
        ("成果简介", None, "发布必填，不少于 10 字"),
        ("技术领域", "hightech_fields", "发布必填，至多 3 个，以、分隔"),
        ("技术成熟度", tuple(f"{level}级" for level in range(1, 10)), "发布必填，1–9 级"),
        ("转化方式", "transfer_modes", "发布必填，可多个，以、分隔"),
        ("意向价格（万元）", None, "如 80-120；面议请写面议"),
        ("专利号", None, "以；分隔，如 ZL201310699744.2"),
        ("成果水平", "achievement_levels", ""),
        ("联系人", None, ""),
        ("联系电话", None, ""),
        ("邮箱", None, ""),
    ),
    Kind.MANAGER: (
        ("姓名", None, "必填"),
        ("工作单位", None, "必填，单位全称"),
        ("职务", None, ""),
        ("机构类型", "employer_types", ""),
        ("证书等级", "certificate_levels", ""),
        ("证书编号", None, "存为文本"),
        ("从业年限", None, "整数年"),
        ("专/兼职", ("专职", "兼职"), ""),
        ("服务领域", "hightech_fields", "发布必填，至多 5 个"),
        ("服务区域", "regions", "发布必填"),
        ("个人简介", None, "发布必填；请勿填写身份证号"),
        ("联系电话", None, ""),
    ),
    Kind.CONTRACT: (
        ("合同登记编号", None, "16 位，存为文本"),
        ("合同名称", None, "必填"),
        ("合同类型", "contract_types", "必填"),
        ("卖方名称", None, "必填"),
        ("卖方性质", "party_natures", ""),
        ("卖方地区", "regions", ""),
        ("买方名称", None, "必填"),
        ("买方性质", "party_natures", ""),
        ("买方地区", "regions", ""),
        ("合同成交额（万元）", None, "必填"),
        ("技术交易额（万元）", None, "必填，不高于成交额"),
        ("签订日期", None, "必填，如 2026-03-01"),
        ("开始日期", None, ""),
        ("结束日期", None, ""),
        ("登记日期", None, ""),
        ("技术领域", "hightech_fields", ""),
        ("技术合同领域", "contract_fields", "统计用的 11 类"),
        ("知识产权类型", "contract_ip_types", ""),
        ("计划类别", "plan_categories", ""),
    ),
    Kind.ORGANISATION: (
        ("单位名称", None, "必填，全称"),
        ("统一社会信用代码", None, "18 位"),
        ("机构类型", ("企业", "高校", "科研院所", "技术转移机构", "政府部门"), ""),
        ("所在地区", "regions", ""),
        ("简称", None, "以、分隔"),
    ),
}


def template(kind: Kind) -> bytes:
    """The template of a kind of record: the sheet to fill in, how to fill it in, and the lists."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(FILLED_SHEET)
        notes = book.add_worksheet("填表说明")
        lists = book.add_worksheet("选项")
        lists.hide()
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        notes.write_row(0, 0, ("列", "怎样填写"), bold)
        for column, (header, options, remark) in enumerate(_COLUMNS[kind]):
            sheet.write(0, column, header, bold)
            sheet.set_column(column, column, 22, text)
            notes.write_row(column + 1, 0, (header, remark))
            values = _values(options)
            if values:
                lists.write_column(0, column, values)
                _add_list(sheet, lists.get_name(), column, len(values))
        sheet.freeze_panes(1, 0)
        notes.set_column(0, 1, 40)
    return out.getvalue()


def _values(options: str | Sequence[str] | None) -> Sequence[str]:
    if options is None:
        return ()
    if not isinstance(options, str):
        return options
    terms = vocabulary(options)
    if options == "regions":
        return [term.zh for term in terms if term.code.startswith("3701")]
    return [term.zh for term in terms]


def _add_list(sheet: xlsxwriter.worksheet.Worksheet, name: str, column: int, count: int) -> None:
    letter = xlsxwriter.utility.xl_col_to_name(column)
    source = f"='{name}'!${letter}$1:${letter}${count}"
    # A warning only: several entries in one cell are allowed.
    rule = {"validate": "list", "source": source, "error_type": "information", "ignore_blank": True}
    sheet.data_validation(1, column, ROWS, column, rule)
