"""Enums that all three libraries share; each member has a Chinese and an English label."""

from enum import IntEnum, StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """A string enum with labels. A member equals its code and is stored as the code."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member

    def label(self, lang: str = "zh") -> str:
        """The English label for a language code that starts with `en`, the Chinese label otherwise."""
        return self.en if lang.lower().startswith("en") else self.zh

    @classmethod
    def of(cls, value: str) -> Self:
        """The member for a stored code.

        Raises:
            ValueError: there is no such member.
        """
        for member in cls:
            if member == value:
                return member
        raise ValueError(value)


class RecordKind(LabelledEnum):
    """The library that a record belongs to."""

    ACHIEVEMENT = "achievement", "技术成果", "Achievement"
    DEMAND = "demand", "技术需求", "Demand"
    MANAGER = "manager", "技术经理人", "Manager"


class RecordState(LabelledEnum):
    """States of a record: draft → submitted → published → closed | withdrawn; a returned record is a draft again."""

    DRAFT = "draft", "草稿", "Draft"
    SUBMITTED = "submitted", "待审核", "Submitted"
    PUBLISHED = "published", "已发布", "Published"
    CLOSED = "closed", "已成交", "Closed"
    WITHDRAWN = "withdrawn", "已下架", "Withdrawn"

    @property
    def matches(self) -> bool:
        """Only a published record takes part in matching."""
        return self is RecordState.PUBLISHED


class PublishMode(LabelledEnum):
    """Whether readers without consent see who owns a record."""

    PUBLIC = "public", "公开", "Public"
    CONFIDENTIAL = "confidential", "匿名/保密", "Confidential"


class UndertakingMode(LabelledEnum):
    """Whether readers with the owner's approval must first give a confidentiality undertaking (保密承诺)."""

    NONE = "none", "不要求", "Not asked for"
    ONCE = "once", "承诺一次", "Given once"
    RENEWED = "renewed", "更新后重新承诺", "Given anew after a new text or publication"


class ViewLevel(IntEnum):
    """How much of a record a reader sees; a higher level includes the lower ones."""

    ANONYMOUS = 0
    LOGGED_IN = 1
    APPROVED = 2
    OWNER = 3


class CertificateLevel(LabelledEnum):
    """Certificate levels of the national training scheme for technology managers (2020), lowest first."""

    NONE = "none", "无", "None"
    PRIMARY = "primary", "初级", "Primary"
    INTERMEDIATE = "intermediate", "中级", "Intermediate"
    ADVANCED = "advanced", "高级", "Advanced"

    @property
    def rank(self) -> int:
        """0 (none) to 3 (advanced), for comparing levels."""
        return list(CertificateLevel).index(self)
