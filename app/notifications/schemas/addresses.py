"""Names and addresses of where messages are sent, as they are typed."""

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    TypeAdapter,
)

from app.libraries.schemas import ShortLine
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule, is_hidden

EndpointName = Annotated[ShortLine, NotSecret]

_URL = TypeAdapter(AnyHttpUrl)

_CODED_CONTROLS = re.compile(r"%(?:[01][0-9A-F]|7F)", re.IGNORECASE)


def printable(text: Any) -> Any:
    """The URL as it was entered, before anything is trimmed: white space and control characters are refused, also in
    their coded form, since a receiver or a proxy may take what follows them for a header."""
    if isinstance(text, str):
        refused = next((char for char in text if char.isspace() or is_hidden(char)), None)
        coded = _CODED_CONTROLS.search(text)
        if refused is not None or coded is not None:
            found = f"U+{ord(refused):04X}" if refused is not None else str(coded and coded.group())
            raise field_error(
                "url_characters",
                zh=f"网址中不得有空格、换行或控制字符（{found}），请删除后重试。",
                en=f"The URL must not contain spaces, line breaks or control characters ({found}). Remove them.",
                character=found,
            )
    return text


def _plain_url(text: str) -> str:
    """The URL in normal form: the host in ASCII (punycode), always with a path. One that names a user is left as it
    is, so that it is refused for that (`webhooks.target_urls`)."""
    if "@" in text.partition("://")[2].partition("/")[0]:
        return text
    try:
        return str(_URL.validate_python(text))
    except ValueError as error:
        raise field_error(
            "url",
            zh="应为完整的网址，如 https://example.com/hook",
            en="must be a complete URL, such as https://example.com/hook",
        ) from error


Url = Annotated[
    str,
    TextRule(10, 500),
    AfterValidator(_plain_url),
    BeforeValidator(printable),
    Field(examples=["https://example.com/sanku-hook"]),
]


def robot_secret(text: str) -> str:
    if not re.fullmatch("[A-Za-z0-9_-]{8,100}", text):
        raise field_error(
            "robot_secret",
            zh="签名密钥应为 8–100 位字母、数字、下划线或连字符，请从群机器人的安全设置中完整复制。",
            en="A signing secret has 8–100 letters, digits, underscores or hyphens; copy it whole from the robot's "
            "security settings.",
        )
    return text
