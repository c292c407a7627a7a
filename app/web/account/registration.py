"""Page `/register`: first the organisation, then the person; a link in a mail completes it."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.legal_texts.service import text_of
from app.accounts.organisations.credit_code import region_of
from app.accounts.schemas import Registration
from app.accounts.self_service.registration import (
    check_organisation,
    request_registration,
    resend_registration,
)
from app.accounts.throttle import RateLimitKey, count_attempt
from app.database import AppDatabase, Database, WriteSession
from app.errors import Conflict, FieldError, Forbidden, Invalid
from app.services import AppSettings
from app.web.forms.carried import carry
from app.web.forms.choices import districts_first, listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm
from app.web.session import keep_registration

router = APIRouter()

KINDS = listed(
    ("enterprise", _("企业")),
    ("university", _("高校")),
    ("institute", _("科研院所")),
    ("agency", _("技术转移服务机构")),
    ("investor", _("投资机构")),
)
ORGANISATION = FormGroup(
    (
        FormField(
            "organisation.name", Widget.LINE, _("单位全称"), _("与营业执照或法人证书一致"), required=True
        ),
        FormField("organisation.kind", Widget.CHOICE, _("单位类型"), required=True, choices=KINDS),
        FormField(
            "organisation.uscc",
            Widget.LINE,
            _("统一社会信用代码"),
            _("境外单位不填，所在地区选“境外”"),
            required=True,
        ),
        FormField(
            "organisation.region",
            Widget.SELECT,
            _("所在地区"),
            _("不选时按信用代码中的登记地"),
            choices=districts_first,
        ),
    )
)
PERSON = FormGroup(
    (
        FormField("user.name", Widget.LINE, _("您的姓名"), required=True, autocomplete="name"),
        FormField(
            "user.email",
            Widget.EMAIL,
            _("邮箱"),
            _("用于登录；请收确认邮件"),
            required=True,
            autocomplete="email",
        ),
        FormField(
            "user.password",
            Widget.PASSWORD,
            _("密码"),
            _("至少 12 位；小写、大写、数字、符号至少三种"),
            required=True,
            autocomplete="new-password",
        ),
    )
)
STEP_1 = Form("register", None, (ORGANISATION,))
STEP_2 = Form("register", None, (PERSON,))
_FIRST = tuple(field.name for field in ORGANISATION.fields)
_CODE_MISSING = FieldError(
    "organisation.uscc",
    "uscc_missing",
    zh="境内单位请填写 18 位统一社会信用代码；境外单位请将所在地区选为“境外”；没有代码的单位请联系主管部门登记",
    en="a domestic organisation needs its unified social credit code of 18 characters; a foreign one chooses the "
    "region “Overseas”; one without a code is entered by the bureau",
)
_NOT_AGREED = FieldError(
    "notice_version",
    "missing",
    zh="请阅读个人信息处理告知书并勾选同意",
    en="please read the notice of processing, and tick that you agree",
)
# A person's data that is sound, to check the organisation before the person is known.
_SOMEBODY = {"email": "somebody@example.com", "name": "某人", "password": "Sound-password-1"}


@router.get("/register", name="register")
def form_page(page: CurrentPage) -> Response:
    """The first step; a reader who is logged in is led to their start."""
    if not page.principal.is_anonymous:
        return page.redirect("/login")
    return _step(page, 1, PostedForm())


@router.post("/register", name="register_step")
def register(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """The next step, or the same one with what is wrong; after the second one the link is sent."""
    page.take_display(posted)
    step = 2 if posted.get("step") == "2" and "back" not in set(posted.names()) else 1
    if posted.only_shows or "back" in set(posted.names()) or "step" not in set(posted.names()):
        if posted.get("problem") and not posted.get("organisation.kind"):
            # Who comes from a problem of their own is an enterprise nearly always.
            posted = PostedForm((*posted.pairs, ("organisation.kind", "enterprise")), posted.files)
        return _step(page, step, posted)
    try:
        _checked(posted, with_person=step == 2)
    except Invalid as error:
        return _step(page, step if _is_of(error, step) else 1, posted, error)
    body = _checked(posted, with_person=step == 2)
    address = page.request.client.host if page.request.client else "unknown"
    if step == 1:
        # Counted, as the answer tells which credit codes are registered.
        code = body.organisation.uscc or body.organisation.name
        count_attempt(database, settings, RateLimitKey("register", code, address))
        try:
            check_organisation(database, principal=page.principal, organisation=body.organisation.facts())
        except (Invalid, Conflict) as error:
            return _step(page, 1, posted, _of_organisation(error))
        return _step(page, 2, posted)
    attempt = RateLimitKey("register", body.user.email, address)
    count_attempt(database, settings, attempt)
    browser_token = secrets.token_urlsafe(32)
    try:
        request_registration(
            database,
            settings,
            principal=page.principal,
            organisation=body.organisation.facts(),
            user=body.user.facts(),
            role=body.role,
            attempt=attempt,
            notice_version=body.notice_version,
            browser_token=browser_token,
        )
    except Invalid as error:
        return _step(page, 2 if _is_of(error, 2) else 1, posted, _of_organisation(error))
    except Conflict as error:
        return _step(page, 1, posted, _of_organisation(error))
    response = page.show(
        "account/mail_sent.html", email=body.user.email, problem=posted.get("problem"), form_id=None
    )
    keep_registration(response, settings, browser_token)
    if posted.get("problem"):
        carry(response, posted.get("problem"))
    return response


@router.post("/register/resend", name="register_resend")
def resend(
    page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings, session: WriteSession
) -> Response:
    """Send the link again. The page is the same whether or not there is such a registration."""
    email = posted.get("email")
    address = page.request.client.host if page.request.client else "unknown"
    attempt = RateLimitKey("resend", email, address)
    count_attempt(database, settings, attempt)
    try:
        resend_registration(session, principal=page.principal, email=email, attempt=attempt)
    except Forbidden:
        return page.redirect("/")
    return page.show("account/mail_sent.html", email=email, problem="", form_id=None)


def _checked(posted: PostedForm, *, with_person: bool) -> Registration:
    values: dict[str, Any] = {"organisation": {}, "user": {}}
    for field in (*ORGANISATION.fields, *PERSON.fields):
        part, _dot, name = field.name.partition(".")
        text = posted.get(field.name).strip()
        if text:
            values[part][name] = text
    if "region" not in values["organisation"] and (region := region_of(posted.get("organisation.uscc"))):
        values["organisation"]["region"] = region
    if not with_person:
        values["user"] = dict(_SOMEBODY)
    version = posted.get("notice_version") if with_person else "1"
    made = validated(Registration, values | ({"notice_version": version} if version else {}))
    assert isinstance(made, Registration)
    return made


def _of_organisation(error: Invalid | Conflict) -> Invalid:
    """What is wrong with the organisation, in the words of the page."""
    if isinstance(error, Conflict):
        return Invalid.field("organisation.uscc", "taken", error.message_zh, error.message_en)
    return Invalid(fields=tuple(_CODE_MISSING if one.code == "uscc_missing" else one for one in error.fields))


def _is_of(error: Invalid, step: int) -> bool:
    parts = ("organisation",) if step == 1 else ("user", "notice_version")
    return any(field.field.startswith(parts) for field in error.fields) and not (
        step == 2 and any(field.field.startswith("organisation") for field in error.fields)
    )


def _step(page: WebPage, step: int, posted: PostedForm, error: Invalid | None = None) -> Response:
    with page.services[Database].reading() as session:
        notice = text_of(session, TextPurpose.PRIVACY_NOTICE)
    if error:
        error = Invalid(
            fields=tuple(
                _NOT_AGREED if (one.field, one.code) == ("notice_version", "missing") else one
                for one in error.fields
            )
        )
    form = FilledForm(STEP_1 if step == 1 else STEP_2, posted=posted, errors=error.fields if error else ())
    return page.show(
        "account/register.html",
        status=422 if error else 200,
        form_id="register",
        form=form,
        step=step,
        kept=_kept(step, posted),
        problem=posted.get("problem"),
        notice=notice,
        agreed=posted.get("notice_version") == str(notice.version),
    )


def _kept(step: int, posted: PostedForm) -> Mapping[str, str]:
    """What the other step asked for travels along."""
    others = [field.name for field in PERSON.fields if field.widget is not Widget.PASSWORD]
    names = _FIRST if step == 2 else tuple(others)
    return {name: posted.get(name) for name in names if posted.get(name)}
