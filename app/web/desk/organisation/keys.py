"""Page `/desk/organisation/keys`: keys for the organisation's programs; the secret of a new one is shown once."""

import re
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed
from app.accounts.api_keys import (
    IssuedKey,
    create_api_key,
    reissue_api_key,
    revoke_api_key,
    scopes_for,
)
from app.accounts.lists.api_keys import api_key_page
from app.accounts.schemas import ApiKeyNew
from app.database import AppDatabase, ReadSession, now
from app.errors import Invalid, SankuError
from app.paging import PageRequest
from app.web.desk.organisation.once import created_id
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted, id_of

router = APIRouter()

KEYS = "/desk/organisation/keys"
_ROWS = 50
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

SCOPE_WORDS: Mapping[str, str] = {
    "achievements:read": _("读取技术成果"),
    "achievements:write": _("填报技术成果"),
    "demands:read": _("读取技术需求"),
    "demands:write": _("填报技术需求"),
    "managers:read": _("读取技术经理人"),
    "managers:write": _("填报技术经理人"),
    "matches:read": _("读取匹配"),
    "pushes:read": _("读取推送"),
    "pushes:write": _("答复推送"),
    "talent:read": _("读取备案、证书和认定"),
    "talent:write": _("申报备案、证书和培训"),
    "organisation:read": _("读取单位名录"),
    "statistics:read": _("读取统计"),
    "engagements:read": _("读取对接"),
    "engagements:write": _("记录对接"),
    "feed:read": _("读取变更流（合作平台）"),
    "contracts:read": _("读取合同"),
    "contracts:write": _("起草合同"),
}


@router.get(KEYS, name="api_keys")
def keys(page: CurrentPage, session: ReadSession) -> Response:
    """The keys, the newest first, and the form of a new one."""
    return _show(page, session)


@router.post(KEYS, name="create_api_key")
def create(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Makes a key and shows its secret, here and never again."""
    form = FilledForm(_key_form(page), posted=posted)
    issued: list[IssuedKey] = []

    def command(session: ReadSession) -> Response:
        values = bind(form.form, posted)
        if _DAY.fullmatch(str(values.get("expires_at"))):
            values["expires_at"] += "T23:59:59+08:00"  # the last moment of the day in Jinan
        wanted = validated(ApiKeyNew, values)
        assert isinstance(wanted, ApiKeyNew)

        def make() -> Response:
            issued.append(
                create_api_key(
                    session,
                    principal=page.principal,
                    name=wanted.name,
                    scopes=wanted.scopes,
                    expires_at=wanted.expiry(),
                    allowed_networks=wanted.allowed_networks,
                )
            )
            return page.redirect(f"{KEYS}#{issued[0].record.id}")

        answer = page.once(database, session, posted, wanted, make)
        if not issued:
            issued.append(reissue_api_key(session, created_id(answer), principal=page.principal))
        return answer

    answer = page.run(posted, database, command)
    with database.reading() as session:
        if isinstance(answer, Response):
            return _show(page, session, secret=issued[0].secret)
        return _show(page, session, form.after(answer), error=answer)


@router.post(f"{KEYS}/revoke", name="revoke_api_key")
def revoke(page: CurrentPage, posted: Pressed, database: AppDatabase) -> Response:
    """Ends a key at once."""
    page.take_display(posted)
    with database.unit_of_work() as session:
        revoke_api_key(session, id_of(posted, "key"), principal=page.principal)
    return page.redirect(KEYS, notice="key_revoked")


def _key_form(page: WebPage) -> Form:
    role = page.principal.role
    assert role is not None
    scopes = listed(*((scope, SCOPE_WORDS[scope]) for scope in scopes_for(role)))
    return Form(
        "api-key",
        ApiKeyNew,
        (
            FormGroup(
                (
                    FormField("name", label=_("用途"), example=_("ERP 对接"), required=True, max_length=60),
                    FormField(
                        "scopes",
                        Widget.CHOICES,
                        label=_("授权范围"),
                        hint=_("只选程序用得到的。"),
                        required=True,
                        choices=scopes,
                    ),
                    FormField(
                        "expires_at",
                        Widget.DAY,
                        label=_("到期日"),
                        hint=_("含当日；不填则不过期，可随时吊销。"),
                    ),
                    FormField(
                        "allowed_networks",
                        Widget.LINES,
                        label=_("允许使用的网络地址"),
                        hint=_("每行一个地址或网段；不填则不限。建议填写程序所在服务器的地址。"),
                        example="203.0.113.5",
                    ),
                )
            ),
        ),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    form: FilledForm | None = None,
    *,
    secret: str = "",
    error: SankuError | None = None,
) -> Response:
    may = allowed(page.principal, Action.API_KEY_READ, own=True)
    found = None
    if may:
        place = PageRequest(_ROWS, page.request.query_params.get("cursor"))
        found = api_key_page(session, place, principal=page.principal)
    return page.show(
        "desk/organisation/keys.html",
        status=error.status if error else 200,
        form_id="api-key" if may and not secret else None,
        found=found,
        following=page.with_query(cursor=found.next_cursor) if found and found.next_cursor else None,
        form=form or FilledForm(_key_form(page)),
        words=SCOPE_WORDS,
        now=now(),
        secret=secret,
        error=error if not isinstance(error, Invalid) else None,
    )
