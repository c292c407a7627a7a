"""Rules for new passwords."""

import re
from collections.abc import Collection, Iterator

from app.errors import FieldError, Invalid

PASSWORD_MIN = 12
PASSWORD_MAX = 128  # longer passwords only take more time to hash
_CHARACTER_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_MIN_CHARACTER_CLASSES = 3
LEAST_GUESSES = 10**8
"""Guesses that an attacker with the stolen hashes must need at least: zxcvbn's “safely unguessable” begins here."""
ESTIMATED = 72
"""Characters that are estimated; the time grows with the square, and more only make a password better."""
# Its lists are English; these are what people here begin a password with.
_LOCAL_WORDS = (
    *("sanku", "三库", "admin", "root", "administrator", "jinan", "济南"),
    *("quancheng", "泉城", "qilu", "齐鲁", "shandong", "山东", "qingdao"),
    *("beijing", "shanghai", "zhongguo", "china", "woaini", "huawei", "xiaomi"),
    *("tencent", "alibaba", "keji", "jishu", "zhuanyi", "guanliyuan", "mima"),
)


def check_password(password: str, *, name: str = "", email: str = "", field: str = "password") -> None:
    """Check a new password. GB/T 22239-2019 8.1.4.1 requires complexity; OWASP ASVS 4.0, 2.1.1 requires twelve
    characters, of which spaces in a row count once.

    Raises:
        Invalid: lists for `field` every rule that the password violates.
    """
    errors = [
        FieldError(field, code, zh, en)
        for is_broken, code, zh, en in _password_rules(password, name, email)
        if is_broken
    ]
    if errors:
        raise Invalid(fields=errors)


def _password_rules(password: str, name: str, email: str) -> Iterator[tuple[bool, str, str, str]]:
    """Each rule: whether the password violates it, its code, and its messages in Chinese and English."""
    yield (
        _length(password) < PASSWORD_MIN or len(password) > PASSWORD_MAX,
        "password_length",
        f"密码应为 {PASSWORD_MIN}–{PASSWORD_MAX} 个字符",
        f"the password must have {PASSWORD_MIN} to {PASSWORD_MAX} characters",
    )
    yield (
        sum(bool(re.search(one, password)) for one in _CHARACTER_CLASSES) < _MIN_CHARACTER_CLASSES,
        "password_kinds",
        "密码应包含小写字母、大写字母、数字、其他字符中的至少三种",
        "use at least three of: lower-case letters, upper-case letters, digits, other characters",
    )
    yield (
        any(part in password.casefold() for part in _personal_parts(name, email)),
        "password_personal",
        "密码不得包含姓名或邮箱",
        "the password must not contain the name or the e-mail address",
    )
    yield (
        _length(password) >= PASSWORD_MIN
        and len(password) <= PASSWORD_MAX
        and is_encodable(password)
        and is_guessable(password, _personal_parts(name, email)),
        "password_common",
        "密码过于常见或容易猜到，请换用几个互不相关的词或更长的句子",
        "the password is common or easily guessed; take several words that have nothing to do with each other, or a "
        "longer sentence",
    )
    yield (
        not is_encodable(password),
        "password_encoding",
        "密码的文本编码有误，请重新输入",
        "the password's text encoding is invalid",
    )


def is_guessable(password: str, personal: Collection[str] = ()) -> bool:
    """Whether a program that knows common passwords, names, dates and patterns of keys needs few guesses.

    zxcvbn estimates the guesses from lists that come with it, so nothing leaves this process.
    """
    from zxcvbn import zxcvbn  # 13 MB of lists

    estimate = zxcvbn(password[:ESTIMATED], user_inputs=[*personal, *_LOCAL_WORDS])
    return float(estimate["guesses"]) < LEAST_GUESSES


def _length(password: str) -> int:
    return len(re.sub(r"\s+", " ", password))


def is_encodable(text: str) -> bool:
    """Whether the text can be encoded. JSON may contain lone surrogates, which have no bytes to hash."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _personal_parts(name: str, email: str) -> list[str]:
    """Parts that a password must not contain: the name, its words and the local part of the e-mail address. Two Chinese
    characters count as a name, Latin parts only from three letters on."""
    mailbox = email.partition("@")[0]
    parts = {name, *name.split(), mailbox}
    return [part.casefold() for part in parts if len(part) >= (3 if part.isascii() else 2)]
