"""The bars of each role: the entries of the top bar and of the bottom bar on phones."""

from collections.abc import Collection
from dataclasses import dataclass

from app.accounts.access.principal import Role
from app.web.i18n import mark as _


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry; `address` leads to it, and everything below that address, or below `base`, belongs to it."""

    address: str
    label: str
    icon: str
    base: str = ""

    def holds(self, path: str) -> bool:
        """Whether the page at this path belongs to the entry."""
        base = self.base or self.address
        return path == base or (base != "/" and path.startswith(f"{base}/"))


_ENGAGEMENTS = NavigationEntry("/engagements", _("对接"), "handshake")
_CONTRACTS = NavigationEntry("/contracts", _("合同"), "file-text")
_ORGANISATION = NavigationEntry(
    "/desk/organisation/profile", _("本单位"), "building-2", base="/desk/organisation"
)
_OWNER = (
    NavigationEntry("/desk", _("工作台"), "layout-dashboard"),
    NavigationEntry("/desk/demands", _("我的需求"), "lightbulb"),
    NavigationEntry("/desk/achievements", _("我的成果"), "award"),
    _ENGAGEMENTS,
    _CONTRACTS,
    _ORGANISATION,
)

BARS: dict[Role | None, tuple[NavigationEntry, ...]] = {
    None: (
        NavigationEntry("/", _("首页"), "house"),
        NavigationEntry("/search", _("检索"), "search"),
        NavigationEntry("/figures", _("全市数据"), "chart-column"),
        NavigationEntry("/recognitions", _("认定结果"), "shield"),
        NavigationEntry("/help", _("帮助"), "book-open"),
    ),
    Role.ENTERPRISE: _OWNER,
    Role.INSTITUTION: (
        *_OWNER[:1],
        _OWNER[2],
        _OWNER[1],
        *_OWNER[3:5],
        NavigationEntry("/desk/staff", _("经理人"), "users"),
        _OWNER[5],
    ),
    Role.INVESTOR: (
        _OWNER[0],
        NavigationEntry("/search", _("检索"), "search"),
        _ENGAGEMENTS,
        _CONTRACTS,
        _OWNER[5],
    ),
    Role.MANAGER: (
        NavigationEntry("/inbox", _("今日推送"), "inbox"),
        NavigationEntry("/board", _("对接看板"), "handshake"),
        NavigationEntry("/tasks", _("任务"), "list-checks"),
        _CONTRACTS,
        NavigationEntry("/me/recognition", _("我的认定"), "award"),
        NavigationEntry("/me/profile", _("我的名片"), "user"),
    ),
    Role.OPERATOR: (
        NavigationEntry("/bureau", _("工作台"), "layout-dashboard"),
        NavigationEntry("/bureau/review", _("审核"), "list-checks"),
        NavigationEntry("/bureau/organisations", _("单位"), "building-2"),
        NavigationEntry("/bureau/filings", _("备案"), "shield"),
        NavigationEntry("/bureau/rounds", _("认定"), "award"),
        NavigationEntry("/bureau/statistics", _("统计"), "chart-column"),
        NavigationEntry("/bureau/system", _("系统"), "settings"),
    ),
    Role.SYSTEM_ADMINISTRATOR: (NavigationEntry("/bureau/system", _("系统"), "settings"),),
    Role.SECURITY_ADMINISTRATOR: (NavigationEntry("/bureau/users", _("用户"), "user"),),
    Role.AUDITOR: (NavigationEntry("/audit", _("审计日志"), "shield"),),
}

MENU = (
    NavigationEntry("/notices", _("通知"), "bell"),
    NavigationEntry("/account/profile", _("我的账号"), "user"),
    NavigationEntry("/me/preferences", _("推送设置"), "bell"),
    NavigationEntry("/desk/news", _("新匹配"), "bell"),
    _ORGANISATION,
    NavigationEntry("/desk/import", _("批量导入"), "upload"),
    NavigationEntry("/exports", _("数据导出"), "download"),
    NavigationEntry("/bureau/wall", _("数据大屏"), "monitor"),
    NavigationEntry("/help", _("帮助"), "book-open"),
)
"""Entries of the menu beside the reader's name, if they may open them."""

START: dict[Role | None, str] = {
    None: "/",
    Role.ENTERPRISE: "/desk",
    Role.INSTITUTION: "/desk",
    Role.INVESTOR: "/desk",
    Role.MANAGER: "/inbox",
    Role.OPERATOR: "/bureau",
    Role.SYSTEM_ADMINISTRATOR: "/bureau/system",
    Role.SECURITY_ADMINISTRATOR: "/bureau/users",
    Role.AUDITOR: "/audit",
}
"""Where a login leads to."""


def bar(role: Role | None, built: Collection[str]) -> tuple[NavigationEntry, ...]:
    """The entries of the role's bar whose pages exist."""
    return tuple(entry for entry in BARS[role] if entry.address in built)


def current(entries: Collection[NavigationEntry], path: str) -> NavigationEntry | None:
    """The entry to which the page at this path belongs: the longest address that holds it."""
    held = [entry for entry in entries if entry.holds(path)]
    return max(held, key=lambda entry: len(entry.address), default=None)
