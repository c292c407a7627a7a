"""Pages `/me/recognition` and `/desk/staff/…`: the tier with its evidence, what the next needs, what-if."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.errors import Invalid
from app.paging import PageRequest
from app.talent.tiers.schemas import TierRead, WhatIf, WhatIfRead
from app.talent.tiers.service import tier_change_page, tier_of, tier_with_hypotheticals
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.manager.recognition.holder import (
    RECOGNITION,
    STAFF_MEMBER,
    CurrentHolder,
    RecognitionHolder,
    holder_tabs,
    without_record,
)
from app.web.page import CurrentPage, WebPage
from app.web.posted import PostedForm

router = APIRouter()

_CHANGES = 10

WHAT_IF = Form(
    "what-if",
    None,
    (
        FormGroup(
            (
                FormField("count", Widget.NUMBER, label=_("再签几份合同"), example="10"),
                FormField("deal_amount_wan", Widget.NUMBER, label=_("每份成交额"), unit=_("万元")),
                FormField("share", Widget.NUMBER, label=_("所占分成"), hint=_("留空为 100。"), unit="%%"),
                FormField("landed_in_jinan", Widget.FLAG, label=_("在济南落地")),
                FormField(
                    "level",
                    Widget.SELECT,
                    label=_("再取得证书"),
                    choices=listed(
                        ("primary", _("初级")), ("intermediate", _("中级")), ("advanced", _("高级"))
                    ),
                ),
            )
        ),
    ),
)
_CONTRACT = ("count", "deal_amount_wan", "share", "landed_in_jinan")


@router.get(RECOGNITION, name="recognition")
@router.get(STAFF_MEMBER, name="staff_member")
def recognition(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The tier now; with what-if figures in the address also the tier that they would give. Nothing is stored."""
    if holder is None:
        return without_record(page)
    asked = PostedForm(tuple(page.request.query_params.multi_items()))
    form = FilledForm(WHAT_IF, posted=asked)
    supposed: WhatIfRead | None = None
    try:
        if asked.get("count") or asked.get("level"):
            supposed = tier_with_hypotheticals(
                session, holder.manager_id, _wanted(asked), principal=page.principal
            )
    except Invalid as error:
        form = form.with_errors(_at_fields(error))
    now = tier_of(session, holder.manager_id, principal=page.principal)
    return _show(page, holder, session, form, now, supposed)


def _wanted(asked: PostedForm) -> WhatIf:
    values = bind(WHAT_IF, asked)
    contract = {name: values[name] for name in _CONTRACT if name in values}
    if str(contract.get("count", "")).isdigit():
        contract["count"] = int(contract["count"])
    wanted = {
        "contracts": [contract] if values.get("count") else [],
        "certificates": [{"level": values["level"]}] if values.get("level") else [],
    }
    made = validated(WhatIf, wanted)
    assert isinstance(made, WhatIf)
    return made


def _at_fields(error: Invalid) -> Invalid:
    """What is wrong with the one contract or certificate, at the fields of the page."""
    return Invalid(fields=[replace(one, field=one.field.rpartition(".")[2]) for one in error.fields])


def _show(
    page: WebPage,
    holder: RecognitionHolder,
    session: ReadSession,
    form: FilledForm,
    now: TierRead,
    supposed: WhatIfRead | None,
) -> Response:
    changes = tier_change_page(session, PageRequest(_CHANGES), now.manager_id, principal=page.principal)
    return page.show(
        "manager/recognition/tier.html",
        status=422 if form.errors else 200,
        holder=holder,
        tabs=holder_tabs(holder, page.path),
        tier=now,
        supposed=supposed.supposed if supposed else None,
        changes=changes.items,
        form=form,
        bars=[
            (condition.zh, condition.en, _share(condition.actual, condition.needed), condition)
            for outcome in now.missing
            for condition in outcome.conditions
        ],
    )


def _share(actual: str, needed: str) -> int | None:
    """How much of what is needed is there, 0–100; None for what is no number."""
    try:
        return min(100, int(100 * float(actual) / float(needed)))
    except (ValueError, ZeroDivisionError):
        return None
