"""What a legal text is for."""

from enum import StrEnum
from typing import Self


class TextPurpose(StrEnum):
    """One text with versions for each purpose; `zh` and `en` are its names."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member

    UNDERTAKING = "undertaking", "保密承诺书", "Confidentiality undertaking"
    PRIVACY_NOTICE = "privacy_notice", "个人信息处理告知书", "Notice of processing of personal data"
