"""Errors as pages: what went wrong, what was typed, and what the reader can do now."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.accounts.factors.webauthn import RelyingParty
from app.accounts.self_service.second_factor import state_of
from app.database import Database
from app.errors import SankuError, Unauthenticated
from app.errors.handlers import FrameworkError, error_of, problem_of, status_of
from app.services import services_of
from app.settings import Settings
from app.transport.request_limits import CODE
from app.web.display import display_of
from app.web.i18n import mark as _
from app.web.page import WebPage, built_pages, local_address, login_address
from app.web.posted import NOTHING, PostedForm, posted_form
from app.web.renderer import wants_fragment
from app.web.security import SAFE_METHODS, is_page, security_headers
from app.web.session import STRANGER, reader_of


@dataclass(frozen=True, slots=True)
class ProblemText:
    """The heading of an error's page and what the reader can do."""

    heading: str
    advice: str


_TEXTS = {
    400: ProblemText(_("请求无法识别"), _("请返回上一页，刷新后再试。")),
    401: ProblemText(_("登录已失效"), _("请重新登录后再打开此页面。")),
    403: ProblemText(_("您无权进行此操作"), _("如需开通权限，请联系本单位的账号管理员或主管部门。")),
    404: ProblemText(_("页面不存在，或您无权查看"), _("请核对网址；记录可能已下架，或仅对部分用户公开。")),
    405: ProblemText(_("此页面不支持该操作"), _("请从页面上的按钮操作。")),
    409: ProblemText(_("当前状态不允许此操作"), _("情况可能刚刚发生变化，请返回查看最新状态。")),
    412: ProblemText(_("该记录刚被他人修改"), _("您填写的内容仍在下方。请打开最新版本，对照后再提交。")),
    413: ProblemText(_("提交的内容过大"), _("请返回上一页，精简文字或换用较小的文件。")),
    422: ProblemText(_("部分内容不符合要求"), _("请返回上一页，按提示修改后再提交。")),
    428: ProblemText(_("请先打开最新版本"), _("请返回记录页面，重新打开后再修改。")),
    429: ProblemText(_("操作过于频繁"), _("请稍后再试。")),
    500: ProblemText(
        _("服务出现内部错误"), _("问题已记录。您可以重试；如仍未解决，请将下方编号告知管理员。")
    ),
    503: ProblemText(_("服务暂时不可用"), _("未保存任何内容，请稍后重试。")),
}
OWED = {
    "second_factor_owed": "/account/security",
    "consent_owed": "/account/consent",
    "password_owed": "/account/password",
}
"""Where a reader is led who must do something before anything else, by the code of the error."""

_CAN_REPEAT = frozenset({429, 500, 503})


async def answer_error(request: Request, error: Exception) -> Response:
    """The answer to an error: a page for a browser, problem+json for programs."""
    if not is_page(request.url.path):
        return problem_of(error, request)
    return await error_page(request, error_of(error), status=status_of(error))


async def error_page(request: Request, error: SankuError, *, status: int | None = None) -> Response:
    """The page of an error. A stranger is led to the login, with what they typed."""
    status = status or error.status
    services = services_of(request)
    typed = await _typed(request) if status != 413 else NOTHING
    # Without a session the database is not asked, which may be what failed, or what has to be spared.
    is_spared = status >= 500 or error.problem_code == CODE
    who = STRANGER if is_spared else reader_of(request, services)
    page = WebPage(request, services, who, display_of(request), built_pages(request.app))
    page.take_display(typed)
    is_part = wants_fragment(request) and request.method in SAFE_METHODS
    if isinstance(error, Unauthenticated) and who.principal.is_anonymous and not is_part:
        response = _login(page, typed)
    elif error.problem_code in OWED and not who.principal.is_anonymous and not is_part:
        response = page.redirect(OWED[error.problem_code])
    elif error.problem_code == "confirmation_required" and not is_part:
        response = _confirm(page, typed)
    else:
        response = page.show(
            "problems/problem.html",
            status=status,
            block="part" if is_part else "main",
            around=_around(request),
            headers={"Retry-After": error.headers["Retry-After"]} if "Retry-After" in error.headers else None,
            error=error,
            status_code=status,
            text=_TEXTS.get(status, _TEXTS[500] if status >= 500 else _TEXTS[400]),
            typed=[(name, value) for name, value in typed.kept if not name.startswith("_") and value.strip()],
            repeat=typed.kept if status in _CAN_REPEAT else (),
            reference=request.scope.get("state", {}).get("request_id", ""),
        )
    # The handler of unexpected errors stands outside the middleware that sets these.
    for name, value in security_headers(services[Settings]).items():
        response.headers.setdefault(name, value)
    return response


def _around(request: Request) -> str:
    """The address of the page that asks for a part of itself; this one if no page does."""
    parts = urlsplit(request.headers.get("hx-current-url", ""))
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return local_address(address, request.url.path)


def _login(page: WebPage, typed: PostedForm) -> Response:
    if page.request.method in SAFE_METHODS:
        return RedirectResponse(login_address(page.address), 303, headers={"Cache-Control": "no-store"})
    return page.show(
        "account/login.html",
        status=401,
        form_id=None,
        email="",
        next=page.address,
        kept=typed.kept,
        lost_files=typed.files,
        error=None,
        demonstration=None,
        has_identity=False,
        passkeys=RelyingParty.of(page.services[Settings]),
    )


def _confirm(page: WebPage, typed: PostedForm) -> Response:
    if page.request.method in SAFE_METHODS:
        return page.redirect(f"/account/confirm?next={quote(page.address, safe='/')}")
    return show_confirmation(page, target=page.address, kept=typed.kept, status=403)


def show_confirmation(
    page: WebPage,
    *,
    target: str,
    kept: tuple[tuple[str, str], ...] = (),
    status: int = 200,
    error: SankuError | None = None,
) -> Response:
    """The form that asks for the password, a code or a passkey, and leads to `target` with what was typed."""
    settings = page.services[Settings]
    with page.services[Database].reading() as session:
        state = state_of(session, settings, principal=page.principal)
    return page.show(
        "account/confirm.html",
        status=error.status if error else status,
        form_id="confirm",
        next=target,
        kept=kept,
        has_factor=state.has_factor,
        passkeys=RelyingParty.of(settings) if state.passkeys else None,
        error=error,
    )


async def _typed(request: Request) -> PostedForm:
    """What was posted; nothing where it cannot be read again."""
    known = request.scope.get("state", {}).get("posted")
    if isinstance(known, PostedForm):
        return known
    if request.method in SAFE_METHODS:
        return NOTHING
    try:
        return await posted_form(request)
    except (SankuError, RuntimeError, FrameworkError):
        return NOTHING
