"""Words for what an agreement gives out."""

from collections.abc import Mapping, Sequence

from app.libraries.record.enums import RecordKind
from app.partners.agreements.schemas import PartnerLevel
from app.partners.agreements.service import offered_fields
from app.web.forms.fields import Choice, Choices
from app.web.i18n import Language, speaking, translate
from app.web.i18n import mark as _
from app.web.views.record_sheet import field_labels

LIBRARY_NAMES: Mapping[RecordKind, str] = {
    RecordKind.ACHIEVEMENT: _("技术成果"),
    RecordKind.DEMAND: _("技术需求"),
    RecordKind.MANAGER: _("技术经理人"),
}
LEVELS: Mapping[PartnerLevel, str] = {
    PartnerLevel.PUBLIC: _("社会公众可见的内容"),
    PartnerLevel.VERIFIED: _("已核验单位可见的内容"),
}
MODES: Mapping[str, str] = {
    "public": _("公开发布的记录"),
    "confidential": _("匿名发布的记录（不含单位）"),
}
IMPLIED = frozenset({"id", "kind", "number", "publish_mode", "version", "state"})
"""Fields that every entry has, or that say nothing of their own: they are not asked for."""

_LABELS: Mapping[str, str] = {
    "title": _("名称"),
    "keywords": _("关键词"),
    "language": _("语言"),
    "created_at": _("建立时间"),
    "updated_at": _("更新时间"),
    "published_at": _("发布时间"),
    "valid_until": _("有效期至"),
    "public_alias": _("匿名名称"),
    "undertaking": _("保密承诺"),
    "strategic_fields": _("战略性新兴产业"),
    "jinan_industry": _("济南主导产业"),
    "industries": _("国民经济行业"),
    "indicator_names": _("指标名称"),
    "co_org_names": _("合作单位名称"),
    "completed_by": _("完成人"),
    "forms": _("成果体现形式"),
    "funding_source": _("成果来源"),
    "ip_clear": _("权属是否清晰"),
    "job_invention": _("是否职务成果"),
    "price_band": _("价格区间"),
    "price_min_wan": _("价格下限"),
    "price_max_wan": _("价格上限"),
    "research_start": _("研究开始"),
    "research_end": _("研究结束"),
    "budget_band": _("预算区间"),
    "budget_min_wan": _("预算下限"),
    "budget_max_wan": _("预算上限"),
    "start_date": _("开始日期"),
    "accepts_pushes": _("接收推送"),
    "capacity": _("同时承接上限"),
    "full_time": _("是否专职"),
    "filing_state": _("备案状态"),
    "filing_valid_to": _("备案有效期至"),
    "honours": _("荣誉"),
    "recognised_year": _("认定年度"),
    "region": _("所在地区"),
    "verification": _("自述与核验"),
    "track_record_verification": _("业绩的核验"),
}


def label_of_field(kind: RecordKind, name: str) -> str:
    """The Chinese label of a record's field; its name if it has none."""
    return _LABELS.get(name) or field_labels(kind).get(name, name)


def fields_of(kind: RecordKind) -> Choices:
    """The fields of a library that an agreement may name, as choices."""

    def choices(language: Language) -> Sequence[Choice]:
        names = offered_fields(kind, PartnerLevel.VERIFIED) - IMPLIED
        with speaking(language):
            return [Choice(name, translate(label_of_field(kind, name))) for name in _in_order(kind, names)]

    return choices


def _in_order(kind: RecordKind, names: frozenset[str]) -> list[str]:
    """As on the page of a record, then the others."""
    known = ["title", *field_labels(kind), *_LABELS]
    return sorted(names, key=lambda name: (known.index(name) if name in known else len(known), name))
