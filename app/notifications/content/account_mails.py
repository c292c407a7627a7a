"""Mails about an account, in Chinese and English: links to confirm a mailbox, set a password or join, and notices."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.links.credential_mails import OF_PASSWORDS
from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.models import Organisation, User
from app.clock import JINAN_TIME
from app.database import now
from app.notifications.channels.base import Content
from app.notifications.content.kept_access import SECURITY, Remaining, remaining_access
from app.notifications.content.quoted_words import without_links
from app.notifications.content.render_context import templates

_IGNORE = "如非您本人操作，请忽略本邮件，不要点击链接，也不要转发。"
_IGNORE_EN = "If it was not you, ignore this mail: do not open the link, and do not forward it."
_OF_NOTICES = "与您有关的通知也发往此邮箱，可在账号的通知设置中关闭。"
_OF_NOTICES_EN = (
    "this mailbox also receives notices that concern you; you can switch them off in your account."
)


def render_account_link(session: Session, link: AccountLink, url: str, *, public_url: str) -> Content | None:
    """The mail of a link that leads to `url`; None if the link was used, has expired, or helps nobody.

    Args:
        public_url: the base of links to pages that ask for a login.
    """
    if link.used_at is not None or link.expires_at <= now():
        return None
    user = session.scalar(select(User).where(User.email == link.email))
    match LinkPurpose(link.purpose):
        case LinkPurpose.REGISTER:
            return _tried(user) if user is not None else _registration(link, url)
        case LinkPurpose.RESET_PASSWORD:
            return _reset(user, url) if user is not None and user.active else None
        case LinkPurpose.CHANGE_MAIL:
            return _known_address(user) if user is not None else _new_address(session, link, url)
        case LinkPurpose.INVITE:
            return _invited_user(session, link, user) if user is not None else _invitation(session, link, url)
        case LinkPurpose.MAIL_CHANGED:
            return _address_changed(session, link)
        case LinkPurpose.CREDENTIALS_CHANGED:
            return _credentials_changed(session, link, public_url.rstrip("/"))


def _registration(link: AccountLink, url: str) -> Content:
    organisation, name = (
        without_links(text) for text in (link.data["organisation"]["name"], link.data["name"])
    )
    lines = (
        f"有人以“{organisation}”（{name}）的名义，用此邮箱注册了三库账号。",
        f"如是您本人，请在 {_hours(link)} 小时内点击“确认邮箱”；确认后账号方可使用，" + _OF_NOTICES,
        _IGNORE,
    )
    english = (
        f"Somebody registered an account of Sanku with this mailbox, as {name} of {organisation}. If it "
        f"was you, open the link within {_hours(link)} hours to confirm the mailbox. From then on the account can be "
        f"used, and {_OF_NOTICES_EN} {_IGNORE_EN}"
    )
    return _mail("account.register", "【三库】请确认注册邮箱", name, lines, english, url, "确认邮箱")


def _tried(user: User) -> Content:
    lines = (
        "有人用此邮箱注册三库账号，但此邮箱已有账号，注册未生效，您的账号没有任何变化。",
        "如是您本人，请直接登录；忘记密码可在登录页重置。如非您本人操作，无须处理。",
    )
    english = (
        "Somebody tried to register with this mailbox, which has an account already. Nothing was registered, and your "
        "account is as it was. If it was you, log in, or reset the password on the login page. Otherwise do nothing."
    )
    return _mail("account.register_tried", "【三库】此邮箱已有账号", user.name, lines, english)


def _reset(user: User, url: str) -> Content:
    lines = (
        "有人申请重置您的三库账号密码。如是您本人，请在 1 小时内点击“设置新密码”。",
        "设置后，此前的登录全部失效。" + _IGNORE,
    )
    english = (
        "Somebody asked to reset the password of your account of Sanku. If it was you, open the link within one hour "
        f"and set a new one; all earlier sessions end then. {_IGNORE_EN}"
    )
    return _mail("account.reset_password", "【三库】重置密码", user.name, lines, english, url, "设置新密码")


def _new_address(session: Session, link: AccountLink, url: str) -> Content:
    user = session.get_one(User, link.user_id)
    lines = (
        f"您的三库账号申请改用此邮箱登录。请在 {_hours(link)} 小时内点击“确认新邮箱”；确认前，原邮箱继续有效。",
        _IGNORE,
    )
    english = (
        f"Your account of Sanku asks to log in with this mailbox from now on. Open the link within {_hours(link)} "
        f"hours to confirm it; until then the former one holds. {_IGNORE_EN}"
    )
    return _mail("account.change_mail", "【三库】请确认新邮箱", user.name, lines, english, url, "确认新邮箱")


def _known_address(user: User) -> Content:
    lines = ("另一账号申请改用此邮箱登录，但此邮箱已有账号，申请未生效，您的账号没有任何变化。",)
    english = (
        "Another account asked to log in with this mailbox, which has an account already. Nothing was changed, and "
        "your account is as it was."
    )
    return _mail("account.change_mail_tried", "【三库】此邮箱已有账号", user.name, lines, english)


def _address_changed(session: Session, link: AccountLink) -> Content:
    user = session.get_one(User, link.user_id)
    lines = (
        "您的三库账号已改用其他邮箱登录，此邮箱不再接收本系统的通知。",
        "如非您本人操作，请立即联系主管部门。",
    )
    english = (
        "Your account of Sanku logs in with another mailbox now; this one receives no more notices. If it was not you, "
        "contact the bureau at once."
    )
    return _mail("account.mail_changed", "【三库】登录邮箱已变更", user.name, lines, english)


CHANGES: Mapping[str, tuple[str, str]] = {
    "password_changed": (
        "登录密码已修改，各处的登录均已退出",
        "The password was changed, and all sessions have ended",
    ),
    "password_set": (
        "主管部门已重设您的登录密码，各处的登录均已退出",
        "The bureau has set a new password for you, and all sessions have ended",
    ),
    "second_factor_added": (
        "已启用验证器验证码，其他设备的登录均已退出",
        "Codes of an authenticator app are asked for from now on, and the sessions on other devices have ended",
    ),
    "second_factor_removed": ("已停用验证器验证码", "Codes of an authenticator app are asked for no more"),
    "second_factor_reset": (
        "主管部门已清除您的第二重验证，请登录后重新设置",
        "The bureau has cleared your second factor; log in and set up another one",
    ),
    "second_factor_locked": (
        "有人用您的密码登录，并多次输错验证码，一天内不再接受验证码",
        "Somebody logged in with your password and entered many wrong codes; no code is accepted for a day",
    ),
    "recovery_codes_renewed": (
        "已重新生成恢复码，原恢复码全部失效",
        "There are new recovery codes; the former ones are void",
    ),
    "identity_linked": (
        "已与统一身份认证中使用此邮箱的身份关联，今后可用该身份登录",
        "The identity with this mailbox at the city's unified identity can log in from now on",
    ),
    "identity_unlinked": (
        "已解除与统一身份认证的关联",
        "The identity at the city's unified identity can log in no more",
    ),
    "code_used_again": (
        "有人再次使用您刚用过的验证码，已被拒绝；如非您本人重复输入，请检查是否有人看到了您的设备",
        "A code that you had just used was entered again and refused; unless it was you, somebody may have seen your "
        "device",
    ),
    "passkey_added": (
        "已添加通行密钥，今后可用它登录或作为第二重验证",
        "A passkey was added: it logs in, or is a second factor, from now on",
    ),
    "passkey_renamed": ("已修改通行密钥的名称", "A passkey has another name"),
    "passkey_removed": (
        "已移除一个通行密钥，今后不能再用它登录",
        "A passkey was removed and can log in no more",
    ),
    "passkey_copied": (
        "有人使用您的通行密钥登录，但其使用次数比上次更少，可能已被复制，登录已被拒绝；请移除该通行密钥",
        "Your passkey was used with a lower count than before; it may have been copied, and the login was refused. "
        "Please remove that passkey",
    ),
    "api_key_created": (
        "以您的名义新建了本单位的 API 密钥",
        "An API key of your organisation was created in your name",
    ),
    "recovery_code_used": (
        "有人使用恢复码登录或确认身份，该恢复码已失效",
        "A recovery code was used to log in or to confirm a step, and is void now",
    ),
}
"""What changed → in Chinese and in English, without the full stop."""


def _credentials_changed(session: Session, link: AccountLink, base: str) -> Content:
    user = session.get_one(User, link.user_id)
    zh, en = CHANGES[link.data["change"]]
    at = link.created_at.astimezone(JINAN_TIME)
    remaining = remaining_access(session, user)
    zh_remaining, en_remaining = _words_before(remaining, is_of_password=link.data["change"] in OF_PASSWORDS)
    lines = (
        f"您的三库账号：{zh}。",
        f"时间：{at:%Y-%m-%d %H:%M}。",
        "如非您本人操作，请立即在登录页选择“忘记密码”重设密码，并联系主管部门。",
        *zh_remaining,
    )
    english = (
        f"Your account of Sanku: {en}. Time: {at:%Y-%m-%d %H:%M} (Jinan). If it was not you, reset the password on the "
        f"login page at once, and contact the bureau. {en_remaining}"
    ).strip()
    return _mail(
        "account.credentials_changed",
        "【三库】账号安全提醒",
        user.name,
        lines,
        english,
        f"{base}{SECURITY}",
        "查看登录与安全",
        items=[(one.zh, one.en, f"{base}{one.page}") for one in remaining],
    )


def _words_before(remaining: Sequence[Remaining], *, is_of_password: bool) -> tuple[Sequence[str], str]:
    """What is said of the list of what still holds, in Chinese and English."""
    if remaining and is_of_password:
        return (
            ("更换密码不影响下列各项，它们仍然有效。其中如有您不认识的，请立即在所列页面移除：",),
            "The new password ends none of what is listed below. Remove at once what you do not know.",
        )
    if remaining:
        return (
            ("目前有效的各项如下。其中如有您不认识的，请立即在所列页面移除：",),
            "What holds now is listed below. Remove at once what you do not know.",
        )
    if is_of_password:
        return (
            ("除新密码外，没有通行密钥、API 密钥等其他仍然有效的途径。",),
            "Besides the new password nothing opens the account: no passkey, key or session is left.",
        )
    return (), ""


def _invitation(session: Session, link: AccountLink, url: str) -> Content:
    organisation = without_links(session.get_one(Organisation, link.organisation_id).name)
    lines = (
        f"“{organisation}”邀请您成为其在三库的用户。请在 7 天内点击“接受邀请”，设置姓名和密码；接受后，"
        + _OF_NOTICES,
        "如您不认识该单位，请忽略本邮件。",
    )
    english = (
        f"{organisation} invites you to be one of its users of Sanku. Open the link within 7 days and set your "
        f"name and password; from then on {_OF_NOTICES_EN} If you do not know the organisation, ignore this mail."
    )
    return _mail("account.invite", "【三库】邀请您加入", "", lines, english, url, "接受邀请")


def _invited_user(session: Session, link: AccountLink, user: User) -> Content:
    organisation = without_links(session.get_one(Organisation, link.organisation_id).name)
    lines = (
        f"“{organisation}”邀请您成为其在三库的用户，但此邮箱已有账号，一个账号只属于一个单位。",
        "如需转入该单位，请联系主管部门办理；或请对方改邀您的其他邮箱。",
    )
    english = (
        f"{organisation} invited you to be one of its users of Sanku, but this mailbox has an account already, "
        "and an account belongs to one organisation. Ask the bureau to move it, or the organisation to invite another "
        "mailbox of yours."
    )
    return _mail("account.invite_tried", "【三库】邀请未生效", user.name, lines, english)


def _hours(link: AccountLink) -> int:
    return round((link.expires_at - link.created_at).total_seconds() / 3600)


def _mail(
    type_: str,
    subject: str,
    name: str,
    lines: Sequence[str],
    english: str,
    url: str | None = None,
    button: str = "",
    *,
    items: Sequence[tuple[str, str, str]] = (),
) -> Content:
    variables = {
        "subject": subject,
        "name": name,
        "unsubscribe_url": None,
        "lines": lines,
        "url": url,
        "button": button,
        "english": english,
        "items": items,
    }
    return Content(
        type=type_,
        subject=subject,
        text=templates.get_template("notice.txt").render(variables),
        html=templates.get_template("notice.html").render(variables),
        short="\n".join([*lines, *([url] if url else [])]),
        data={},
    )
