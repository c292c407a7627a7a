"""The form of an agreement: everything that the partner receives is ticked."""

from typing import Any
from uuid import UUID

from app.accounts.organisations.lookup import organisations_called
from app.database import ReadSession
from app.errors import Invalid
from app.libraries.record.enums import RecordKind
from app.partners.agreements.schemas import (
    PartnerAgreementCreate,
    PartnerAgreementPatch,
    PartnerAgreementRead,
)
from app.web.bureau.partners.words import IMPLIED, LEVELS, LIBRARY_NAMES, MODES, fields_of
from app.web.forms.choices import districts_first, listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.posted import PostedForm

_PARTNER = FormField(
    "organisation_id",
    label=_("合作平台的单位"),
    hint=_("已登记单位的全称或统一社会信用代码。"),
    required=True,
)
_TERM = FormGroup(
    (
        FormField("basis", required=True, example=_("省市成果库数据共享协议 2026-12")),
        FormField("agreed_by", required=True, example=_("省科技成果转化服务平台 成果处")),
        FormField("starts_on", Widget.DAY, required=True),
        FormField("ends_on", Widget.DAY, hint=_("含当日；不填则至提前终止为止。")),
    ),
    _("依据和期限"),
)
_SCOPE = FormGroup(
    (
        FormField(
            "level",
            Widget.CHOICE,
            label=_("可见程度"),
            required=True,
            choices=listed(*((level.value, label) for level, label in LEVELS.items())),
        ),
        FormField(
            "publish_modes",
            Widget.CHOICES,
            label=_("发布方式"),
            required=True,
            choices=listed(*MODES.items()),
        ),
        FormField("all_regions", Widget.FLAG, label=_("全部地区")),
        FormField(
            "regions",
            Widget.SELECT_MANY,
            label=_("地区"),
            hint=_("含下级地区；与“全部地区”二者选一。"),
            choices=districts_first,
        ),
    ),
    _("哪些记录"),
)
_FIELDS = FormGroup(
    tuple(
        FormField(f"libraries.{kind.value}", Widget.CHOICES, label=label, choices=fields_of(kind))
        for kind, label in LIBRARY_NAMES.items()
    ),
    _("哪些内容"),
    _("未勾选的内容不提供；整库不勾选即不提供该库。编号、发布方式和版本随每条记录提供。"),
)
_NESTED = {"libraries": "asked for one library at a time"}

NEW = Form(
    "agreement",
    PartnerAgreementCreate,
    (FormGroup((_PARTNER,), _("合作平台")), _TERM, _SCOPE, _FIELDS),
    absent=_NESTED,
)
EDIT = Form("agreement-edit", PartnerAgreementPatch, (_TERM, _SCOPE, _FIELDS), absent=_NESTED)


def new_agreement(session: ReadSession, posted: PostedForm) -> PartnerAgreementCreate:
    """What was typed, with the organisation that it names.

    Raises:
        Invalid: names every field that is wrong.
    """
    values = _bound(NEW, posted)
    typed = str(values.get("organisation_id", ""))
    if typed and not _is_id(typed):
        called = organisations_called(session, [typed]).get(typed, ())
        if len(called) != 1:
            raise Invalid.field(
                "organisation_id",
                "unknown_organisation",
                "没有名称或代码与此一致的单位，请填写已登记单位的全称或代码",
                "no organisation has this name or code; write the full name or the code of one that is registered",
            )
        values["organisation_id"] = str(called[0])
    wanted = validated(PartnerAgreementCreate, values)
    assert isinstance(wanted, PartnerAgreementCreate)
    return wanted


def changed_agreement(posted: PostedForm, stored: PartnerAgreementRead) -> PartnerAgreementPatch:
    """What was typed; fields of records that the form does not ask for stay as they are.

    Raises:
        Invalid: names every field that is wrong.
    """
    values = {"ends_on": None, "regions": [], "publish_modes": []} | _bound(EDIT, posted)
    for kind, names in values["libraries"].items():
        names += [name for name in stored.libraries.get(RecordKind.of(kind), ()) if name in IMPLIED]
    wanted = validated(PartnerAgreementPatch, values)
    assert isinstance(wanted, PartnerAgreementPatch)
    return wanted


def known_values(found: PartnerAgreementRead) -> dict[str, Any]:
    """The agreement as values of the form."""
    return found.model_dump() | {f"libraries.{kind.value}": names for kind, names in found.libraries.items()}


def _bound(form: Form, posted: PostedForm) -> dict[str, Any]:
    values = bind(form, posted)
    libraries = {
        kind.value: names for kind in RecordKind if (names := values.pop(f"libraries.{kind.value}", None))
    }
    return values | {"libraries": libraries}


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
