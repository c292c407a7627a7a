"""Request and response bodies of legal texts."""

import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.accounts.legal_texts.purposes import TextPurpose
from app.accounts.schema_bases import AccountInput, AccountOutput

SHORTEST, LONGEST = 20, 20_000


def _clean(value: object) -> object:
    """NFC with line feeds; refuses other control characters, and what is too short or too long."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text):
        raise PydanticCustomError(
            "text_hidden_character",
            "{en}",
            {
                "zh": "含有不可见的控制字符，请删除后重试。",
                "en": "The text contains an invisible control character; remove it.",
            },
        )
    if not SHORTEST <= len(text) <= LONGEST:
        raise PydanticCustomError(
            "text_length",
            "{en}",
            {
                "zh": f"应为 {SHORTEST}–{LONGEST} 字",
                "en": f"must have {SHORTEST} to {LONGEST} characters",
            },
        )
    return text


WholeText = Annotated[
    str,
    BeforeValidator(_clean, json_schema_input_type=str),
    Field(json_schema_extra={"minLength": SHORTEST, "maxLength": LONGEST}),
]


NoticeVersion = Annotated[
    int,
    Field(
        ge=1,
        le=1_000_000,
        description="已阅读并同意的《个人信息处理告知书》版本，见 GET /v1/legal-texts/privacy_notice",
        examples=[1],
    ),
]


class LegalTextNew(AccountInput):
    """A new version of a text, in both languages."""

    zh: WholeText = Field(title="中文文本", examples=["本人承诺：仅为本次对接之目的使用对方的保密信息。"])
    en: WholeText = Field(
        title="英文文本", examples=["I use confidential information for this engagement only."]
    )
    replaces: int = Field(ge=1, title="所依据的版本", description="修改时看到的现行版本号", examples=[1])


class LegalTextOut(AccountOutput):
    """One version of a text; the Chinese text prevails."""

    purpose: TextPurpose = Field(
        title="用途", description="undertaking 保密承诺书 privacy_notice 个人信息处理告知书"
    )
    version: int = Field(title="版本")
    zh: str = Field(title="中文文本")
    en: str = Field(title="英文文本")
    digest: str = Field(
        title="摘要",
        description="用途、版本、中文文本和英文文本组成的 JSON 数组（UTF-8，无空格）的 SHA-256；接受记录中引用",
    )
    published_at: datetime | None = Field(None, title="发布时间", description="系统自带的第 1 版为空")


class LegalTextVersionOut(AccountOutput):
    """A version without its text."""

    version: int = Field(title="版本")
    digest: str = Field(title="摘要")
    published_at: datetime | None = Field(None, title="发布时间")


class ConsentIn(AccountInput):
    """Consent to the notice of processing."""

    notice_version: NoticeVersion


class ConsentOut(AccountOutput):
    """A consent that a person gave, and when they withdrew it."""

    purpose: TextPurpose = Field(title="用途", description="privacy_notice 个人信息处理告知书")
    text_version: int = Field(title="文本版本")
    digest: str = Field(title="文本摘要", description="SHA-256，见 /v1/legal-texts/privacy_notice")
    given_at: datetime = Field(title="同意时间")
    withdrawn_at: datetime | None = Field(None, title="撤回时间")
