"""Schemas of organisations."""

import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.accounts.field_checks import Line, OrganisationNameText, Region, clean_name
from app.accounts.models import Organisation, OrganisationKind
from app.accounts.organisations.credit_code import Uscc, check_uscc
from app.accounts.organisations.recusal import OperatorTieKind
from app.accounts.organisations.service import OrganisationFacts
from app.accounts.schema_bases import AccountChange, AccountInput, AccountOutput

_LONGEST_REFERENCE = 200


def _reference(value: Any) -> UUID | str:
    """An id as such; anything else as a credit code or a name. What is mostly digits is checked like a code."""
    if isinstance(value, UUID):
        return value
    text = clean_name(value) if isinstance(value, str) else ""
    if not 2 <= len(text) <= _LONGEST_REFERENCE:
        raise PydanticCustomError(
            "organisation_reference",
            "{en}",
            {
                "zh": "应为单位的 ID、统一社会信用代码或名称",
                "en": "must be the id, the credit code or the name of an organisation",
            },
        )
    with suppress(ValueError):
        return UUID(text)
    folded = unicodedata.normalize("NFKC", text)
    is_code = folded.isascii() and 2 * sum(char.isdigit() for char in folded) > len(folded)
    return check_uscc(text) if is_code else text


OrganisationRef = Annotated[
    UUID | str,
    PlainValidator(_reference),
    WithJsonSchema({"type": "string", "minLength": 2, "maxLength": _LONGEST_REFERENCE}),
    Field(description="单位的 ID、统一社会信用代码或名称"),
]
"""An organisation by id, credit code or name (`organisations.lookup.referred`)."""

ChosenUscc = Annotated[
    Uscc | None,
    Field(description="统一社会信用代码，境内单位注册和新建时必填", examples=["91370102YY000001X4"]),
]
KindField = Annotated[
    OrganisationKind, Field(description="单位类型：企业、高校、院所、服务机构、投资机构、管理部门")
]
CodeExemption = Annotated[
    Line | None,
    Field(
        min_length=4,
        max_length=200,
        description="境内单位无统一社会信用代码的原因，仅管理部门可以填写",
        examples=["筹建中，尚未取得登记证书"],
    ),
]
Aliases = Annotated[list[OrganisationNameText], Field(max_length=20, description="简称、外文名称等其他名称")]


class FormerName(AccountInput):
    """A former name (曾用名). 改名后原名称自动记入."""

    name: OrganisationNameText = Field(description="曾用名", examples=["济南泉城阀门厂"])
    since: date | None = Field(default=None, description="启用日期")
    until: date | None = Field(default=None, description="停用日期")


FormerNames = Annotated[
    list[FormerName], Field(max_length=20, description="曾用名；本单位可补充，仅管理部门可以删除")
]


class OrganisationBasics(AccountInput):
    """Data of a self-registered organisation. Its parent can be set only by operators."""

    name: OrganisationNameText = Field(description="单位全称", examples=["济南泉城阀门有限公司"])
    kind: KindField
    region: Region = Field(description="行政区划代码 GB/T 2260，境外为 000000", examples=["370102"])
    uscc: ChosenUscc = None
    aliases: Aliases = Field(default_factory=list)
    former_names: FormerNames = Field(default_factory=list)

    def facts(self) -> OrganisationFacts:
        """The data for the service."""
        return OrganisationFacts(
            name=self.name,
            kind=self.kind,
            region=self.region,
            uscc=self.uscc,
            aliases=tuple(self.aliases),
            former_names=tuple(one.model_dump(mode="json") for one in self.former_names),
        )


class OrganisationNew(OrganisationBasics):
    """Data of an organisation that an operator creates."""

    parent_id: UUID | None = Field(default=None, description="上级（控股）单位")
    code_exemption: CodeExemption = None

    def facts(self) -> OrganisationFacts:
        """The data for the service."""
        return replace(super().facts(), parent_id=self.parent_id, code_exemption=self.code_exemption)


class OrganisationChange(AccountChange):
    """A change of an organisation."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "济南泉城阀门股份有限公司", "aliases": ["泉城阀门"]}]}
    )
    clearable = frozenset({"uscc", "parent_id", "code_exemption"})

    name: OrganisationNameText | None = None
    kind: OrganisationKind | None = Field(default=None, description="单位类型，仅管理部门可以修改")
    region: Region | None = None
    uscc: ChosenUscc = None
    aliases: Aliases | None = None
    former_names: FormerNames | None = None
    code_exemption: CodeExemption = None
    parent_id: UUID | None = Field(default=None, description="上级（控股）单位，仅管理部门可以修改")

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, former names as stored."""
        sent = super().changes()
        if self.former_names is not None:
            sent["former_names"] = [one.model_dump(mode="json") for one in self.former_names]
        return sent


class OrganisationOut(AccountOutput):
    """An organisation."""

    id: UUID
    name: str = Field(description="单位全称")
    uscc: str | None = Field(description="统一社会信用代码")
    code_exemption: str | None = Field(description="境内单位无统一社会信用代码的原因")
    kind: OrganisationKind
    region: str = Field(description="行政区划代码 GB/T 2260")
    aliases: list[str] = Field(description="简称、外文名称等其他名称")
    former_names: list[FormerName] = Field(description="曾用名")
    parent_id: UUID | None = Field(description="上级（控股）单位")
    merged_into_id: UUID | None = Field(description="已并入的单位；未合并为 null")
    verified_at: datetime | None = Field(description="管理部门核验时间；未核验为 null")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        return cls.model_validate(organisation)


class OperatorTieNew(AccountInput):
    """A tie of an operator."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"party": "山东百川高新材料有限公司", "kind": "former_post"}]}
    )

    party: Annotated[str, Field(min_length=2, max_length=_LONGEST_REFERENCE)] = Field(
        description="单位的 ID、统一社会信用代码或名称，或技术经理人的 ID 或编号"
    )
    kind: OperatorTieKind = Field(
        description="former_post 曾任职 member 任职或为其成员 relative 亲属关系 holding 持股或经济利益 other 其他"
    )
    user_id: UUID | None = Field(None, description="工作人员，默认为本人")
