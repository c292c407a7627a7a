"""API schemas that the libraries share. The descriptions are in Chinese for the API pages."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool

from app.accounts.organisations.credit_code import check_uscc
from app.accounts.organisations.schemas import OrganisationRef as OwnerRef
from app.errors.request_bodies import RequestBody
from app.libraries.record.enums import PublishMode, RecordState, UndertakingMode
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf, CodesOf, LanguageCode, RegionCode
from app.libraries.validation.values.contacts import Email, Phone, Unmasked
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.text import TextRule

MAX_KEYWORDS = 30

Title = Annotated[str, TextRule(2, 200)]
Name = Annotated[str, TextRule(2, 60)]
ContactName = Annotated[Name, Unmasked]
ContactPhone = Annotated[Phone, Unmasked]
ContactEmail = Annotated[Email, Unmasked]
Line = Annotated[str, TextRule(1, 200)]
ShortLine = Annotated[str, TextRule(1, 60)]
Paragraph = Annotated[str, TextRule(0, 2000, multiline=True)]
LongText = Annotated[str, TextRule(0, 5000, multiline=True)]


_CODE_LABEL = re.compile(r"^\s*(?:(?:统一)?(?:社会)?信用代码|税号|uscc)\s*[:：]?\s*", re.IGNORECASE)
"""What people write before a credit code."""


def _code_or_name(text: str) -> str:
    """What is mostly digits is checked like a code; anything else is a name."""
    code = _CODE_LABEL.sub("", unicodedata.normalize("NFKC", text))
    digits = sum(char.isdigit() for char in code)
    return check_uscc(code) if code.isascii() and 2 * digits > len(code) else text


def _reference(value: Any) -> Any:
    """An id in its usual form; anything else as a code or a name."""
    try:
        return (
            str(UUID(value)) if isinstance(value, str) else str(value) if isinstance(value, UUID) else value
        )
    except ValueError:
        return value


def _organisation(text: str) -> str:
    return text if _is_id(text) else _code_or_name(text)


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


OrganisationRef = Annotated[Line, BeforeValidator(_reference), AfterValidator(_organisation)]
"""An organisation by id, credit code or name; stored by its id (`organisations.lookup.resolve_organisations`)."""


def _distinct(words: list[str]) -> list[str]:
    return list({unicodedata.normalize("NFKC", word).casefold(): word for word in words}.values())


Keywords = Annotated[
    list[Annotated[str, TextRule(1, 40)]], Field(max_length=MAX_KEYWORDS), AfterValidator(_distinct)
]
FieldCodes = Annotated[list[str], CodesOf("hightech_fields", 0, 3)]
IndustryCodes = Annotated[list[str], CodesOf("industries", 0, 3)]
StrategicCodes = Annotated[list[str], CodesOf("strategic_industries", 0, 3)]
JinanIndustryCode = Annotated[str, CodeOf("jinan_industries")]
TransferModes = Annotated[list[str], CodesOf("transfer_modes", 0, 9)]


class Wire(RequestBody):
    """Base of the request bodies of records, engagements, talent and notifications."""


class RecordFields(Wire):
    """Fields of every record. null clears a field; a field that is left out keeps its value."""

    keywords: Keywords | None = Field(None, title="关键词", description="至多 30 个，每个至多 40 字")
    fields: FieldCodes | None = Field(
        None, title="高新技术领域", description="1–3 个领域代码，一级（40）或二级（401）；发布必填"
    )
    industries: IndustryCodes | None = Field(
        None, title="国民经济行业", description="至多 3 个，GB/T 4754 门类或大类，如 C34"
    )
    region: RegionCode | None = Field(
        None, title="所在地区", description="GB/T 2260 六位代码，000000 为境外；发布必填"
    )
    language: LanguageCode | None = Field(None, title="语言", description="正文语言，ISO 639-1，默认 zh")
    contact_name: ContactName | None = Field(None, title="联系人", description="仅经本单位同意后可见")
    contact_phone: ContactPhone | None = Field(None, title="联系电话", description="仅经本单位同意后可见")
    contact_email: ContactEmail | None = Field(None, title="电子邮箱", description="仅经本单位同意后可见")
    source: Annotated[str, TextRule(1, 40)] | None = Field(None, title="来源")
    source_ref: Annotated[str, TextRule(1, 120)] | None = Field(
        None, title="来源编号", description="在来源系统中的编号"
    )
    valid_until: Day | None = Field(None, title="有效期至", description="过期后自动下架")

    def values(self) -> dict[str, Any]:
        """The fields that were sent, as column values: scalars as Python objects, lists as JSON with defaults."""
        sent = self.model_dump(exclude_unset=True)
        plain = self.model_dump(mode="json", include=self.model_fields_set, exclude_none=True)
        return {name: plain[name] if isinstance(value, list) else value for name, value in sent.items()}


class DisclosedFields(RecordFields):
    """Fields that achievements and demands share."""

    publish_mode: PublishMode | None = Field(
        None,
        title="发布方式",
        description="public 公开；confidential 匿名：未经同意不显示单位和联系方式",
    )
    undertaking: UndertakingMode | None = Field(
        None,
        title="保密承诺",
        description="none 不要求；once 经同意的人须先作保密承诺；renewed 同 once，且承诺书有新版本或重新发布后"
        "须再次承诺。作出承诺前不开放保密内容、经同意才开放的内容、对接文件和联系方式",
    )
    confidential_note: Paragraph | None = Field(
        None,
        title="保密内容",
        description="仅本单位、管理部门和承接的技术经理人可见；要求保密承诺的，经本单位同意并已作承诺的人也可见",
    )


class Confirmation(Wire):
    """Answers to questions that the check before publication has asked."""

    confirmed: list[Annotated[str, TextRule(1, 60)]] | None = Field(
        None,
        max_length=30,
        title="已确认的词",
        description="对发布前提问（code 为 confirmation_needed）的答复：所列词不是本单位的名称、简称、品牌、联系方式，"
        "也不是密级标志；系统记录确认人和时间",
        examples=[["云岭"]],
    )


class Creation(Confirmation):
    """Fields of a creating request only."""

    draft: StrictBool = Field(
        False, title="存为草稿", description="true 只存草稿，名称以外均可空缺；false 直接提交发布"
    )
    owner_org_id: OwnerRef | None = Field(
        None,
        title="所属单位",
        description="单位的 ID、统一社会信用代码或名称；默认为本单位，管理部门可代任何单位填报",
    )


class CreationFields(Creation, RecordFields):
    """What the creating requests of all libraries have."""


class OwnerChange(Confirmation):
    """A change of the owner, which only operators may make."""

    owner_org_id: OwnerRef | None = Field(
        None, title="所属单位", description="单位的 ID、统一社会信用代码或名称；仅管理部门可以变更"
    )


class Note(Wire):
    """A note to the owner."""

    note: Annotated[str, TextRule(1, 500, multiline=True)] = Field(
        title="退回意见", examples=["请补充技术指标的测试方法。"]
    )


class ContactReason(Wire):
    """Why the bureau needs contacts; goes into the audit trail."""

    reason: Annotated[str, TextRule(5, 500), NotSecret] = Field(
        title="事由",
        description="5–500 字，记入审计日志",
        examples=["企业来电反映需求内容有误，需回电核实"],
    )


class RecordContacts(BaseModel):
    """The contacts of a record, and until when they are shown in full."""

    contact_name: str | None = Field(title="联系人")
    contact_phone: str | None = Field(title="联系电话")
    contact_email: str | None = Field(title="电子邮箱")
    shown_until: datetime = Field(title="可见至")


class ConfirmationRead(BaseModel):
    """A word that somebody has confirmed before publication."""

    word: str = Field(title="词")
    by: UUID | None = Field(title="确认人", description="接口密钥确认的为空")
    at: datetime = Field(title="时间")


class CompletenessRead(BaseModel):
    score: int = Field(ge=0, le=100, title="完整度", description="0–100")
    missing: list[dict[str, Any]] = Field(
        default_factory=list, title="可补充的字段", description="仅本单位和管理部门可见"
    )


class RecordRead(BaseModel):
    """Fields of every record in a response. Fields that the reader may not see are left out; see `view_level`."""

    id: UUID
    number: str = Field(title="编号", examples=["JN-D-2026-000123"])
    kind: str
    state: RecordState = Field(title="状态")
    version: int | None = Field(
        None, title="版本", description="ETag 即此数；匿名记录的版本仅本单位和经同意的人可见"
    )
    view_level: int = Field(ge=0, le=3, title="可见级别", description="0 公开 1 登录 2 经同意 3 本单位")
    title: str
    owner_org_id: UUID | None = Field(None, title="所属单位")
    owner_name: str | None = Field(None, title="单位名称")
    created_at: datetime | None = None
    updated_at: datetime | None = None
    published_at: datetime | None = None
    created_by: UUID | None = None
    review_note: str | None = Field(None, title="退回意见")
    confirmed: list[ConfirmationRead] = Field(
        default_factory=list, title="已确认的词", description="仅本单位和管理部门可见"
    )
    completeness: CompletenessRead


class VersionRead(BaseModel):
    """One stored version of a record."""

    version: int
    action: str = Field(title="操作", examples=["create", "change", "publish"])
    changed_by: UUID | None = Field(title="操作人")
    changed_at: datetime = Field(title="时间")
    changed_fields: list[str] = Field(title="变更字段")
    data: dict[str, Any] = Field(title="当时的内容")


class FacetCount(BaseModel):
    code: str
    label: str
    count: int


def today_or_later_example() -> str:
    """A future date for API examples: 30 June of next year, as ISO text."""
    return date(date.today().year + 1, 6, 30).isoformat()  # noqa: DTZ011 — only an example
