"""The form of a manager's own record: what they can do, whom they are tied to, when they are away."""

from collections.abc import Mapping
from typing import Any

from app.libraries.managers.schemas import ManagerCreate
from app.web.forms.choices import districts_first, listed, terms_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind
from app.web.i18n import mark as _
from app.web.posted import PostedForm

_YES_NO = listed(("1", _("是")), ("0", _("否")))

_CARD = FormGroup(
    (
        FormField("title", label=_("姓名"), required=True, autocomplete="name"),
        FormField(
            "expertise",
            Widget.TEXT,
            label=_("专长与经历"),
            hint=_("做过哪些领域、哪些环节、促成过什么；10–5000 字。"),
            required=True,
            lines=6,
            max_length=5000,
        ),
        FormField(
            "fields",
            Widget.TREE,
            label=_("擅长领域"),
            hint=_("选 1–5 项。"),
            required=True,
            choices=terms_of("hightech_fields"),
        ),
        FormField(
            "regions",
            Widget.SELECT_MANY,
            label=_("服务区域"),
            hint=_("选上级地区即含其下级。"),
            required=True,
            choices=districts_first,
        ),
        FormField("languages", Widget.CHOICES, label=_("工作语言"), choices=terms_of("languages")),
        FormField("service_kinds", Widget.CHOICES, label=_("服务类别"), choices=terms_of("service_kinds")),
        FormField("keywords", Widget.TAGS, label=_("关键词"), hint=_("用顿号分隔，写同行会搜的专业词。")),
        FormField("employer_type", Widget.SELECT, label=_("机构类型"), choices=terms_of("employer_types")),
        FormField("full_time", Widget.YES_NO, label=_("是否专职"), choices=_YES_NO),
        FormField("years", Widget.NUMBER, label=_("从业年限"), unit=_("年")),
    ),
    title=_("名片"),
)
_LIMITS = FormGroup(
    (
        FormField("accepts_pushes", Widget.YES_NO, label=_("接收推送"), choices=_YES_NO),
        FormField(
            "capacity",
            Widget.NUMBER,
            label=_("同时承接上限"),
            hint=_("达到上限后不再推送；不填为 5。"),
            unit=_("项"),
        ),
        FormField(
            "leave",
            Widget.ROWS,
            label=_("休假"),
            hint=_("休假期间不推送，期满自动恢复；可填写多段。"),
            columns=(
                FormField("start", Widget.DAY, label=_("开始日期")),
                FormField("end", Widget.DAY, label=_("结束日期（含当日）")),
            ),
        ),
    ),
    title=_("接单与休假"),
)
_TIES = FormGroup(
    (
        FormField(
            "declared_conflicts",
            Widget.ROWS,
            label=_("利益关系"),
            hint=_("与哪些单位有任职、持股、亲属等关系；涉及的供需对不推送给您。仅主管部门和本单位可见。"),
            columns=(
                FormField("organisation_id", Widget.HIDDEN, label=_("单位")),
                FormField("record_id", Widget.HIDDEN, label=_("成果或需求")),
                FormField("organisation_name", label=_("单位名称")),
                FormField("organisation_code", label=_("统一社会信用代码")),
                FormField("kind", Widget.SELECT, label=_("关系"), choices=terms_of("conflict_kinds")),
                FormField("start", Widget.DAY, label=_("开始日期")),
                FormField("end", Widget.DAY, label=_("结束日期")),
                FormField("note", label=_("说明")),
            ),
        ),
    ),
    title=_("利益关系"),
    open=False,
)
_WORK = FormGroup(
    (
        FormField(
            "track_record",
            Widget.ROWS,
            label=_("工作业绩"),
            hint=_("已促成的转化项目；改动已核验的内容后恢复为自述。"),
            columns=(
                FormField("title", label=_("项目名称")),
                FormField("contract_type", label=_("合同类型")),
                FormField("amount_wan", Widget.NUMBER, label=_("合同金额（万元）")),
                FormField("year", Widget.NUMBER, label=_("年份")),
                FormField("landed_in_jinan", Widget.SELECT, label=_("在济落地"), choices=_YES_NO),
            ),
        ),
    ),
    title=_("工作业绩"),
    open=False,
)
_CONTACT = FormGroup(
    (
        FormField("contact_name", label=_("联系人"), hint=_("对接中、经同意后可见。"), autocomplete="name"),
        FormField("contact_phone", label=_("联系电话"), autocomplete="tel"),
        FormField("contact_email", Widget.EMAIL, label=_("电子邮箱"), autocomplete="email"),
    ),
    title=_("联系方式"),
    open=False,
)
PROFILE = Form(
    "profile",
    ManagerCreate,
    (_CARD, _LIMITS, _TIES, _WORK, _CONTACT),
    absent={
        "affiliations": "posts at other organisations need their consent, and their ids",
        "certificates": "a page of their own",
        "confirmed": "asked for on its own, once the check has a question",
        "draft": "every form makes a draft; publishing is the next step",
        "industries": "matching asks for fields",
        "language": "of imports and programs",
        "owner_org_id": "managers write for their own organisation",
        "region": "the first region that they serve",
        "source": "of imports",
        "source_ref": "of imports",
        "user_id": "the manager themselves",
        "valid_until": "a card does not expire",
    },
)
_WHOLE = ("years", "capacity")


def filled(record: Mapping[str, Any], names: Mapping[str, str], version: int) -> FilledForm:
    """The record in the form. `names`: id of an organisation → its name, for ties that have the id alone."""
    ties = [
        tie
        | {"organisation_name": tie.get("organisation_name") or names.get(str(tie.get("organisation_id")))}
        for tie in record.get("declared_conflicts") or []
    ]
    work = [
        one | {"landed_in_jinan": "1" if one.get("landed_in_jinan") else "0"}
        for one in record.get("track_record") or []
    ]
    return FilledForm(
        PROFILE, dict(record) | {"declared_conflicts": ties, "track_record": work}, version=version
    )


def values_of(posted: PostedForm, *, is_change: bool) -> dict[str, Any]:
    """What was typed, as the schemas take it: whole numbers, and ties by their id where they have one."""
    values = bind(PROFILE, posted, is_change=is_change)
    for name in _WHOLE:
        _make_whole(values, name)
    for one in values.get("track_record") or ():
        _make_whole(one, "year")
        if "landed_in_jinan" in one:
            one["landed_in_jinan"] = one["landed_in_jinan"] == "1"
    kept = []
    for tie in values.get("declared_conflicts") or ():
        if tie.get("organisation_id") and not tie.pop("organisation_name", None):
            continue  # its name was taken out
        kept.append(tie)
    if values.get("declared_conflicts"):
        values["declared_conflicts"] = kept or ([] if is_change else None)
    return values


def _make_whole(values: dict[str, Any], name: str) -> None:
    if str(values.get(name, "")).isdigit():
        values[name] = int(values[name])
