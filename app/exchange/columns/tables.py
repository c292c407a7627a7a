"""For each kind of record its columns, from the body that its list answers with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.engagements.contract_models import ShownState
from app.exchange.columns import cells
from app.exchange.columns.cells import Cell
from app.exchange.headers.dictionary import Kind
from app.libraries.record.enums import RecordState

Body = Mapping[str, Any]
NUMBER = "平台编号"
MARK = "sanku"
"""The key of a line of JSONL that says which kind of record it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, which the importer knows, the field of the body that it shows, and the cell."""

    header: str
    field: str
    cell: Callable[[Body], Cell]
    width: int = 16


def row_of(kind: Kind, body: Body) -> list[Cell]:
    """The cells of a record; a field that the body does not hold stays empty."""
    return [column.cell(body) for column in COLUMNS[kind]]


def plain(header: str, field: str, width: int = 16) -> Column:
    """A text or number as it is."""
    return Column(header, field, lambda body: body.get(field), width)


def term(header: str, field: str, vocabulary: str) -> Column:
    """One code of a vocabulary."""
    return Column(header, field, lambda body: cells.term(vocabulary, body.get(field)))


def terms(header: str, field: str, vocabulary: str) -> Column:
    """Several codes of a vocabulary."""
    return Column(header, field, lambda body: cells.terms(vocabulary, body.get(field)), 24)


def texts(header: str, field: str) -> Column:
    """Several texts."""
    return Column(header, field, lambda body: cells.joined(body.get(field) or ()), 24)


def region(header: str, field: str) -> Column:
    """One region."""
    return Column(header, field, lambda body: cells.region(body.get(field)))


def wan(header: str, field: str) -> Column:
    """An amount in 万元."""
    return Column(header, field, lambda body: cells.wan(body.get(field)))


def money(header: str, prefix: str) -> Column:
    """An amount with two bounds in 万元."""
    low, high = f"{prefix}_min_wan", f"{prefix}_max_wan"
    return Column(header, low, lambda body: cells.amount_range(body.get(low), body.get(high)))


def level(header: str, field: str) -> Column:
    """A readiness level."""
    return Column(header, field, lambda body: cells.level(body.get(field)))


def entries(header: str, field: str, key: str) -> Column:
    """The texts under one key of a list of entries."""
    return Column(header, field, lambda body: cells.joined(cells.entries(body, field, key)), 24)


def _publication(body: Body) -> Cell:
    modes = {"public": "公开", "confidential": "匿名"}
    return modes.get(str(body.get("publish_mode")))


def _day(field: str) -> Callable[[Body], Cell]:
    return lambda body: str(body[field])[:10] if body.get(field) else None


def _first(field: str, key: str) -> Callable[[Body], Cell]:
    """What the first entry of a list has under a key."""

    def cell(body: Body) -> Cell:
        found = body.get(field) or ()
        value = found[0].get(key) if found else None
        return None if value is None else str(value)

    return cell


def _certificate_level(body: Body) -> Cell:
    found = body.get("certificates") or ()
    level = found[0].get("level") if found else None
    return cells.term("certificate_levels", level)


def _licence(body: Body) -> Cell:
    """The modes; the kind of licence stands in brackets behind the licence."""
    licence = cells.term("licence_kinds", body.get("licence_kind"))
    names = [
        f"{name}（{licence}）" if code == "licence" and licence else name
        for code in body.get("transfer_modes") or ()
        if (name := cells.term("transfer_modes", code))
    ]
    return cells.joined(names)


_FIELDS = (terms("技术领域", "fields", "hightech_fields"), terms("应用行业", "industries", "industries"))
_CONTACT = (
    Column("发布方式", "publish_mode", _publication),
    plain("联系人", "contact_name"),
    plain("联系电话", "contact_phone"),
    plain("邮箱", "contact_email", 24),
)
_PLATFORM = (
    Column("平台状态", "state", lambda body: _STATES.get(str(body.get("state")))),
    Column("平台发布日期", "published_at", _day("published_at")),
)
_STATES: Mapping[str, str] = {state.value: state.zh for state in (*RecordState, *ShownState)}

_ORGANISATIONS = {
    "enterprise": "企业",
    "university": "高校",
    "institute": "科研院所",
    "agency": "技术转移机构",
    "investor": "投资机构",
    "bureau": "政府部门",
}

COLUMNS: Mapping[Kind, Sequence[Column]] = {
    Kind.DEMAND: (
        plain(NUMBER, "number"),
        plain("需求名称", "title", 36),
        plain("企业名称", "owner_name", 30),
        region("所属区县", "region"),
        *_FIELDS,
        term("需求类型", "need_kind", "need_kinds"),
        term("科技活动类型", "activity_type", "activity_types"),
        plain("主要问题", "main_problem", 48),
        plain("技术关键", "key_technology", 40),
        plain("预期目标", "expected_goal", 40),
        plain("现有基础", "existing_basis", 30),
        plain("应用场景", "scenario", 30),
        level("期望成熟度", "min_trl"),
        terms("合作方式", "cooperation_modes", "transfer_modes"),
        money("投资预算（万元）", "budget"),
        plain("支付方式", "payment_plan", 24),
        plain("开始时间", "start_date"),
        plain("需求截止时间", "deadline"),
        plain("对合作方的要求", "partner_requirement", 30),
        texts("合作意向单位", "preferred_partners"),
        texts("关键词", "keywords"),
        *_CONTACT,
        *_PLATFORM,
    ),
    Kind.ACHIEVEMENT: (
        plain(NUMBER, "number"),
        plain("成果名称", "title", 36),
        plain("完成单位", "owner_name", 30),
        texts("其他完成单位", "co_org_names"),
        entries("完成人", "completed_by", "name"),
        region("所属区县", "region"),
        plain("成果简介", "summary", 48),
        plain("技术优势", "advantages", 40),
        plain("应用场景", "scenarios", 40),
        *_FIELDS,
        level("技术成熟度", "trl"),
        term("成果类别", "category", "achievement_categories"),
        term("成果属性", "attribute", "achievement_attributes"),
        term("成果水平", "level", "achievement_levels"),
        term("评价方式", "evaluation_type", "evaluation_types"),
        term("应用状态", "application_status", "application_statuses"),
        term("成果来源", "funding_source", "funding_sources"),
        Column("转化方式", "transfer_modes", _licence, 24),
        money("意向价格（万元）", "price"),
        entries("专利号", "ip_list", "number"),
        plain("科技成果登记号", "registration_number"),
        plain("研究起始日期", "research_start"),
        plain("研究终止日期", "research_end"),
        texts("关键词", "keywords"),
        *_CONTACT,
        *_PLATFORM,
    ),
    Kind.MANAGER: (
        plain(NUMBER, "number"),
        plain("姓名", "title"),
        texts("工作单位", "affiliation_names"),
        Column("职务", "affiliations", _first("affiliations", "position")),
        term("机构类型", "employer_type", "employer_types"),
        Column("证书等级", "certificates", _certificate_level),
        Column("证书编号", "certificates", _first("certificates", "number")),
        Column("发证时间", "certificates", _first("certificates", "issued_on")),
        plain("从业年限", "years"),
        Column("专/兼职", "full_time", lambda body: cells.yes(body.get("full_time"), ("专职", "兼职"))),
        terms("服务领域", "fields", "hightech_fields"),
        Column("服务区域", "regions", lambda body: cells.regions(body.get("regions")), 24),
        plain("个人简介", "expertise", 48),
        terms("服务类别", "service_kinds", "service_kinds"),
        *_CONTACT[1:],
        *_PLATFORM,
    ),
    Kind.CONTRACT: (
        plain(NUMBER, "number"),
        plain("合同登记编号", "registration_no", 22),
        plain("合同名称", "title", 36),
        term("合同类型", "kind", "contract_types"),
        plain("卖方名称", "seller_name", 30),
        term("卖方性质", "seller_nature", "party_natures"),
        region("卖方地区", "seller_region"),
        plain("买方名称", "buyer_name", 30),
        term("买方性质", "buyer_nature", "party_natures"),
        region("买方地区", "buyer_region"),
        wan("合同成交额（万元）", "deal_amount_wan"),
        wan("技术交易额（万元）", "technology_amount_wan"),
        plain("签订日期", "signed_on"),
        plain("开始日期", "starts_on"),
        plain("结束日期", "ends_on"),
        plain("登记日期", "registered_on"),
        terms("技术领域", "fields", "hightech_fields"),
        term("技术合同领域", "technology_field", "contract_fields"),
        term("知识产权类型", "ip_type", "contract_ip_types"),
        term("计划类别", "plan_category", "plan_categories"),
        _PLATFORM[0],
    ),
    Kind.ORGANISATION: (
        plain(NUMBER, "id", 38),
        plain("单位名称", "name", 30),
        plain("统一社会信用代码", "uscc", 22),
        Column("机构类型", "kind", lambda body: _ORGANISATIONS.get(str(body.get("kind")))),
        region("所在地区", "region"),
        texts("简称", "aliases"),
        Column("平台核验日期", "verified_at", _day("verified_at")),
    ),
}
