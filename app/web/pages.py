"""The map of all pages: address, title, and who may open them. A page that is not here cannot be opened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.accounts.access.principal import OFFICES, Principal, Role
from app.web.i18n import mark as _

Readers = frozenset[Role | None]

ANYBODY: Readers = frozenset({None, *Role})
USERS: Readers = frozenset(Role)
DESK: Readers = frozenset({Role.ENTERPRISE, Role.INSTITUTION, Role.INVESTOR})
OWNERS: Readers = frozenset({Role.ENTERPRISE, Role.INSTITUTION})
IMPORTERS: Readers = frozenset({Role.ENTERPRISE, Role.INSTITUTION, Role.OPERATOR})
MANAGER: Readers = frozenset({Role.MANAGER})
INSTITUTIONS: Readers = frozenset({Role.INSTITUTION})
CONTESTANTS: Readers = frozenset({Role.INSTITUTION, Role.MANAGER})
# Of an organisation other than the bureau; managers administer their agencies.
MEMBERS: Readers = DESK | MANAGER
PARTIES: Readers = USERS - OFFICES
BUREAU: Readers = frozenset({Role.OPERATOR})
SYSTEM_OFFICE: Readers = frozenset({Role.SYSTEM_ADMINISTRATOR})
RUNNERS: Readers = BUREAU | SYSTEM_OFFICE
GRANTERS: Readers = BUREAU | {Role.SECURITY_ADMINISTRATOR}
AUDITORS: Readers = frozenset({Role.AUDITOR})


_ASKED_BY_PAGES = re.compile(r"/inbox/stream|/wall/[^/]+/parts|/bureau/review/[^/]+/[^/]+/seen")


def is_asked_by_page(path: str) -> bool:
    """Whether an open page asks this by itself again and again, with nobody before it."""
    return _ASKED_BY_PAGES.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class MappedPage:
    """A page, or the form actions below it.

    Attributes:
        address: the path as in the route; parts in braces are parameters.
        readers: who may open it; None is a reader who is not logged in.
        actions: last parts of the addresses to which its forms post, such as `accept`.
    """

    address: str
    title: str
    readers: Readers
    actions: tuple[str, ...] = ()


def _records(plural: str, title: str) -> tuple[MappedPage, ...]:
    """The owner's pages about the records of one library."""
    base = f"/desk/{plural}"
    return (
        MappedPage(base, title, OWNERS),
        MappedPage(f"{base}/new", title, OWNERS, ("preview", "suggest")),
        MappedPage(
            f"{base}/{{number}}", title, OWNERS, ("publish", "withdraw", "close", "restore", "delete")
        ),
        MappedPage(f"{base}/{{number}}/edit", title, OWNERS, ("preview",)),
        MappedPage(f"{base}/{{number}}/check", title, OWNERS),
        MappedPage(f"{base}/{{number}}/versions", title, OWNERS),
        MappedPage(f"{base}/{{number}}/matches", title, OWNERS, ("list", "answer", "report")),
        MappedPage(f"{base}/{{number}}/matches/print", title, OWNERS),
        MappedPage(f"{base}/{{number}}/matches/report.pdf", title, OWNERS),
        MappedPage(f"{base}/{{number}}/matches/{{other}}/managers", title, OWNERS, ("ask",)),
    )


def _of_manager(base: str, card: str, readers: Readers) -> tuple[MappedPage, ...]:
    """The pages of a manager's recognition and card: their own, or those of an institution's staff."""
    return (
        MappedPage(base, _("认定"), readers),
        MappedPage(f"{base}/filing", _("备案"), readers, ("submit", "end")),
        MappedPage(f"{base}/certificates", _("证书"), readers),
        MappedPage(f"{base}/certificates/{{id}}/scan", _("证书扫描件"), readers),
        MappedPage(f"{base}/trainings", _("培训"), readers),
        MappedPage(f"{base}/rounds", _("年度认定"), readers, ("object",)),
        MappedPage(f"{base}/rounds/{{entry}}/certificate.pdf", _("年度认定"), readers),
        MappedPage(card, _("名片"), readers, ("submit", "withdraw", "close", "restore", "delete")),
        MappedPage(f"{card}/preview", _("别人看到的名片"), readers),
        MappedPage(f"{card}/versions", _("历史版本"), readers),
    )


PUBLIC_PAGES = (
    MappedPage("/", _("首页"), ANYBODY),
    MappedPage("/search", _("检索"), ANYBODY),
    MappedPage("/try", _("用一句话找成果"), ANYBODY),
    MappedPage("/achievements/{number}", _("技术成果"), ANYBODY, ("contacts",)),
    MappedPage("/demands/{number}", _("技术需求"), ANYBODY, ("contacts",)),
    MappedPage("/managers/{number}", _("技术经理人"), ANYBODY, ("contacts",)),
    MappedPage("/figures", _("全市数据"), ANYBODY),
    MappedPage("/recognitions", _("认定结果"), ANYBODY),
    MappedPage("/recognitions/{year}/list.pdf", _("认定结果"), ANYBODY),
    MappedPage("/rankings/{id}", _("排行榜"), ANYBODY),
    MappedPage("/contests", _("赛事"), ANYBODY),
    MappedPage("/contests/{id}", _("赛事"), ANYBODY),
    MappedPage("/contests/{id}/register", _("报名"), CONTESTANTS, ("withdraw",)),
    MappedPage("/contests/{id}/calendar.ics", _("赛事"), ANYBODY),
    MappedPage(
        "/login",
        _("登录"),
        ANYBODY,
        (
            "code",
            "code/passkey",
            "code/passkey/options",
            "passkey",
            "passkey/options",
            "identity",
            "identity/return",
        ),
    ),
    MappedPage("/logout", _("退出登录"), ANYBODY),
    MappedPage("/register", _("注册"), ANYBODY, ("resend",)),
    MappedPage("/forgot-password", _("忘记密码"), ANYBODY),
    MappedPage("/reset-password", _("重设密码"), ANYBODY),
    MappedPage("/verify-mail", _("确认邮箱"), ANYBODY),
    MappedPage("/accept-invitation", _("接受邀请"), ANYBODY),
    MappedPage("/terms", _("使用条款"), ANYBODY),
    MappedPage("/legal-texts/{purpose}", _("协议文本"), ANYBODY),
    MappedPage("/help", _("帮助"), ANYBODY),
    MappedPage("/help/{topic}", _("帮助"), ANYBODY),
    MappedPage("/channels/confirm", _("确认邮箱"), ANYBODY),
    MappedPage("/channels/unsubscribe", _("退订"), ANYBODY),
    MappedPage("/wall/{token}", _("数据大屏"), ANYBODY, ("parts",)),
)

DESK_PAGES = (
    MappedPage("/desk", _("工作台"), DESK),
    *_records("demands", _("我的需求")),
    *_records("achievements", _("我的成果")),
    MappedPage("/desk/achievements/{number}/wanted", _("谁需要它"), OWNERS),
    MappedPage("/desk/import", _("批量导入"), IMPORTERS),
    MappedPage("/desk/import/templates/{kind}", _("批量导入"), IMPORTERS),
    MappedPage("/desk/import/{id}", _("批量导入"), IMPORTERS, ("row", "columns", "commit", "undo", "marked")),
    MappedPage("/desk/news", _("新匹配"), OWNERS),
    MappedPage("/desk/staff", _("本单位经理人"), DESK, ("consent",)),
    MappedPage("/desk/trainings", _("培训核验"), INSTITUTIONS, ("review",)),
    MappedPage("/desk/staff/new", _("本单位经理人"), INSTITUTIONS),
    *_of_manager("/desk/staff/{number}", "/desk/staff/{number}/profile", INSTITUTIONS),
    MappedPage("/desk/organisation/profile", _("本单位"), MEMBERS),
    MappedPage(
        "/desk/organisation/people", _("同事"), MEMBERS, ("invite", "withdraw", "administrator", "remove")
    ),
    MappedPage("/desk/organisation/keys", _("接口密钥"), MEMBERS, ("revoke",)),
    MappedPage("/desk/organisation/webhooks", _("事件推送"), MEMBERS),
    MappedPage(
        "/desk/organisation/webhooks/{id}",
        _("事件推送"),
        MEMBERS,
        ("enable", "test", "rotate", "remove", "repeat"),
    ),
    MappedPage("/desk/organisation/news", _("通知设置"), MEMBERS),
)

MANAGER_PAGES = (
    MappedPage("/inbox", _("今日推送"), MANAGER, ("stream", "undo")),
    MappedPage("/inbox/{id}", _("推送"), MANAGER, ("read", "accept", "postpone", "decline")),
    MappedPage("/board", _("对接看板"), MANAGER),
    MappedPage("/tasks", _("任务"), MANAGER, ("done", "calendar", "calendar/revoke")),
    MappedPage("/tasks/calendar.ics", _("任务"), MANAGER),
    MappedPage("/calendars/{token}/tasks.ics", _("任务"), ANYBODY),
    *_of_manager("/me/recognition", "/me/profile", MANAGER),
    MappedPage("/me/preferences", _("推送设置"), MANAGER, ("preview",)),
)

SHARED_PAGES = (
    MappedPage("/engagements", _("对接"), PARTIES),
    MappedPage(
        "/engagements/{id}",
        _("对接"),
        PARTIES,
        (
            "consent",
            "refuse",
            "leave",
            "move",
            "note",
            "task",
            "file",
            "invite",
            "opening",
            "contacts",
            "shares",
            "undertake",
        ),
    ),
    MappedPage("/engagements/{id}/files/{file}", _("文件"), PARTIES),
    MappedPage("/contracts", _("合同"), PARTIES),
    MappedPage("/contracts/new", _("合同"), PARTIES),
    MappedPage(
        "/contracts/{number}", _("合同"), PARTIES, ("sign", "payment", "cancel", "shares", "decline", "file")
    ),
    MappedPage("/contracts/{number}/edit", _("合同"), PARTIES),
    MappedPage("/contracts/{number}/versions", _("合同"), PARTIES),
    MappedPage("/contracts/{number}/files/{file}", _("合同文件"), PARTIES),
    MappedPage("/exports", _("数据导出"), PARTIES),
    MappedPage("/exports/lists/{name}", _("数据导出"), PARTIES),
    MappedPage("/exports/tables/{name}", _("数据导出"), BUREAU),
    MappedPage("/account/profile", _("我的账号"), USERS),
    MappedPage("/account/password", _("修改密码"), USERS),
    MappedPage("/account/data", _("个人数据"), USERS, ("download", "erase")),
    MappedPage("/account/consent", _("个人信息处理的同意"), USERS, ("withdraw",)),
    MappedPage("/account/devices", _("登录设备"), USERS, ("end",)),
    MappedPage(
        "/account/security",
        _("账号安全"),
        USERS,
        (
            "begin",
            "enable",
            "codes",
            "remove",
            "unlink",
            "passkeys",
            "passkeys/options",
            "passkeys/rename",
            "passkeys/remove",
        ),
    ),
    MappedPage("/account/confirm", _("确认是本人操作"), USERS, ("passkey", "passkey/options")),
    MappedPage("/account/notices", _("通知设置"), USERS),
    MappedPage("/account/channels", _("接收渠道"), USERS, ("add", "enable", "test", "remove", "repeat")),
    MappedPage("/notices", _("通知"), USERS, ("read",)),
    MappedPage("/open/{path:path}", _("打开"), USERS),
)

BUREAU_PAGES = (
    MappedPage("/bureau", _("工作台"), BUREAU),
    MappedPage("/bureau/review", _("审核"), BUREAU, ("approve",)),
    MappedPage(
        "/bureau/review/{kind}/{number}", _("审核"), BUREAU, ("approve", "return", "withdraw", "seen")
    ),
    MappedPage("/bureau/organisations", _("单位"), BUREAU),
    MappedPage(
        "/bureau/organisations/{id}", _("单位"), BUREAU, ("verify", "invite", "withdraw", "create-user")
    ),
    MappedPage("/bureau/organisations/{id}/edit", _("单位"), BUREAU),
    MappedPage("/bureau/users", _("用户"), GRANTERS),
    MappedPage("/bureau/users/{id}", _("用户"), GRANTERS, ("role", "factors")),
    MappedPage("/bureau/filings", _("备案"), BUREAU),
    MappedPage("/bureau/filings/{id}", _("备案"), BUREAU, ("approve", "refuse")),
    MappedPage("/bureau/rounds", _("认定"), BUREAU),
    MappedPage(
        "/bureau/rounds/{id}", _("认定"), BUREAU, ("freeze", "recompute", "review", "publish", "reopen")
    ),
    MappedPage("/bureau/rounds/{id}/entries/{entry}", _("认定"), BUREAU, ("review",)),
    MappedPage("/bureau/rounds/{id}/entries/{entry}/certificate.pdf", _("认定"), BUREAU),
    MappedPage("/bureau/rounds/{id}/objections", _("异议"), BUREAU, ("answer",)),
    MappedPage("/bureau/tiers/config", _("认定规则"), BUREAU, ("effect",)),
    MappedPage("/bureau/certificates", _("证书核验"), BUREAU, ("review",)),
    MappedPage("/bureau/trainings", _("培训核验"), BUREAU, ("review",)),
    MappedPage("/bureau/training-bases", _("培养基地"), BUREAU),
    MappedPage("/bureau/training-bases/{id}", _("培养基地"), BUREAU, ("delete",)),
    MappedPage("/bureau/duplicates", _("重复的单位"), BUREAU, ("decide", "undo")),
    MappedPage("/bureau/duplicates/records", _("重复的记录"), BUREAU, ("decide", "undo")),
    MappedPage("/bureau/engagement-reviews", _("对接核查"), BUREAU, ("decide",)),
    MappedPage("/bureau/rankings", _("排行榜"), BUREAU),
    MappedPage("/bureau/rankings/{id}", _("排行榜"), BUREAU, ("compute", "publish")),
    MappedPage("/bureau/rankings/{id}/edit", _("排行榜"), BUREAU),
    MappedPage("/bureau/rankings/{id}/formula", _("评选公式"), BUREAU),
    MappedPage("/bureau/contests", _("赛事"), BUREAU),
    MappedPage("/bureau/contests/{id}", _("赛事"), BUREAU, ("results",)),
    MappedPage("/bureau/contests/{id}/edit", _("赛事"), BUREAU),
    MappedPage("/bureau/partners", _("合作平台"), BUREAU),
    MappedPage("/bureau/partners/new", _("合作平台"), BUREAU),
    MappedPage("/bureau/partners/{id}", _("合作平台"), BUREAU, ("end", "revoke")),
    MappedPage("/bureau/partners/{id}/edit", _("合作平台"), BUREAU),
    MappedPage("/bureau/assignments/new", _("统一派单"), BUREAU, ("plan",)),
    MappedPage("/bureau/assignments/{id}", _("统一派单"), BUREAU),
    MappedPage("/bureau/contracts", _("合同登记"), BUREAU),
    MappedPage("/bureau/contracts/{id}", _("合同登记"), BUREAU, ("register", "land")),
    MappedPage("/bureau/pushes", _("推送"), BUREAU),
    MappedPage("/bureau/matches/{number}/{other}", _("匹配"), BUREAU, ("others", "plan")),
    MappedPage("/bureau/reports", _("差错报告"), BUREAU, ("resolve",)),
    MappedPage("/bureau/statistics", _("统计"), BUREAU),
    MappedPage("/bureau/statistics/{figure}", _("统计"), BUREAU, ("table",)),
    MappedPage("/bureau/statistics/{figure}/rows", _("统计"), BUREAU),
    MappedPage("/bureau/network", _("网络"), BUREAU),
    MappedPage("/bureau/legal-texts/{purpose}", _("协议文本"), BUREAU),
    MappedPage("/bureau/recusals", _("回避申报"), BUREAU, ("withdraw",)),
    MappedPage("/bureau/wall", _("数据大屏"), BUREAU, ("revoke",)),
    MappedPage("/bureau/system", _("系统"), RUNNERS),
    MappedPage("/bureau/system/models", _("模型"), RUNNERS, ("use", "rollback")),
    MappedPage("/bureau/system/deliveries", _("通知投递"), RUNNERS, ("repeat",)),
    MappedPage("/bureau/system/index", _("索引"), SYSTEM_OFFICE),
    MappedPage("/bureau/system/settings", _("现行设置"), SYSTEM_OFFICE),
    MappedPage("/bureau/system/{part}", _("系统"), RUNNERS, ("replay", "use", "rollback")),
    MappedPage("/audit", _("审计日志"), AUDITORS, ("export",)),
)

PAGES = (*PUBLIC_PAGES, *DESK_PAGES, *MANAGER_PAGES, *SHARED_PAGES, *BUREAU_PAGES)


def _by_address() -> Mapping[str, MappedPage]:
    found: dict[str, MappedPage] = {}
    for page in PAGES:
        base = page.address.rstrip("/")
        for address in (page.address, *(f"{base}/{action}" for action in page.actions)):
            found.setdefault(address, page)
    return MappingProxyType(found)


BY_ADDRESS: Mapping[str, MappedPage] = _by_address()
"""Every address of the map, those of form actions included."""


# What a user needs who must look after their account before anything else.
_OWN_ACCOUNT = frozenset(
    {
        "/login",
        "/logout",
        "/account/security",
        "/account/confirm",
        "/account/profile",
        "/account/password",
        "/account/devices",
        "/account/data",
        "/account/consent",
        "/legal-texts/{purpose}",
    }
)


def is_barred(page: MappedPage, principal: Principal) -> bool:
    """Whether the reader must do something before they may open this page."""
    return principal.owed is not None and page.address not in _OWN_ACCOUNT


def may_open(page: MappedPage, principal: Principal) -> bool:
    """Whether the reader's role is one of the page's readers."""
    return principal.role in page.readers
