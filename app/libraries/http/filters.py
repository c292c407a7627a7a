"""Filters of lists that all libraries share, and their SQL conditions.

A condition may only use fields that the reader may see. Otherwise a hidden field could be discovered by filtering.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import or_, select
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.clock import JINAN_TIME
from app.errors import Forbidden, Unauthenticated
from app.libraries.record.enums import RecordState
from app.libraries.record.models import RecordCode
from app.libraries.search.facet_index import with_parents
from app.libraries.validation.values.codes import CodeOf, CodesOf, LanguageCode
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.text import TextRule
from app.libraries.visibility.rows import own_rows, owner_known_rows
from app.paging import MAX_CURSOR, MAX_PAGE
from app.text.cleanup import is_invisible

_SEARCH_HELP = (
    "以空格分隔的词语须全部出现，单字、词的一部分、型号（有无连字符、空格均可）、编号和单位名称均可检索，"
    "不区分简繁体、全半角和大小写。引号内为短语，“-词”排除，“词 OR 词”任选其一，同义词一并检索；"
    "解读见返回的 search。未登录时仅检索名称、编号和关键词"
)


def _visible(text: Any) -> Any:
    """A pasted query may hold characters that show nothing; they are no reason to refuse it. Control characters are."""
    if not isinstance(text, str):
        return text
    refused = ("Cc", "Cs", "Cn")
    return "".join(char for char in text if not is_invisible(char) or unicodedata.category(char) in refused)


class RecordFilters(BaseModel):
    """Query parameters of every list. A repeated parameter matches any of its values."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, TextRule(1, 200), BeforeValidator(_visible)] | None = Field(
        None, title="全文检索", description=_SEARCH_HELP
    )
    field: Annotated[list[str], CodesOf("hightech_fields", 0, 20)] = Field(
        [], title="领域", description="一级领域（40）包含其二级（401）"
    )
    industry: Annotated[list[str], CodesOf("industries", 0, 20)] = Field([], title="行业")
    region: Annotated[list[str], CodesOf("regions", 0, 20)] = Field(
        [], title="地区", description="省、市包含其下级"
    )
    language: LanguageCode | None = Field(None, title="语言")
    state: list[RecordState] = Field(
        [], title="状态", max_length=5, description="其他单位的记录仅已发布的可见"
    )
    published_after: Annotated[Day, Field(ge=date(1970, 1, 1))] | None = Field(
        None, title="发布日期不早于", description="按济南时间"
    )
    owner: UUID | None = Field(None, title="所属单位", description="须登录；不含其他单位匿名发布的记录")
    mine: bool = Field(False, title="仅看本单位的记录")
    facets: bool = Field(False, title="返回分面计数")
    sort: str | None = Field(None, title="排序", max_length=30, description="可选值见各列表说明")
    limit: int = Field(20, ge=1, le=MAX_PAGE, title="每页条数")
    cursor: str | None = Field(None, max_length=MAX_CURSOR, title="上一页返回的 next_cursor")


class ModeFilters(RecordFilters):
    """Query parameters that the lists of achievements and demands share."""

    mode: Annotated[list[str], CodesOf("transfer_modes", 0, 9)] = Field([], title="转化或合作方式")
    jinan_industry: Annotated[str, CodeOf("jinan_industries")] | None = Field(None, title="济南主导产业")


def has_code(model: type[Any], facet: str, codes: list[str]) -> ColumnElement[bool]:
    """Records with any of the codes or of their descendants."""
    return model.id.in_(  # type: ignore[no-any-return]
        select(RecordCode.record_id).where(
            RecordCode.kind == model.kind.value, RecordCode.facet == facet, RecordCode.code.in_(codes)
        )
    )


def serves(model: type[Any], regions: list[str]) -> ColumnElement[bool]:
    """Records located in one of the regions or serving one: a manager who serves Jinan also serves its districts."""
    covering = sorted({code for region in regions for code in with_parents("region", region)})
    return or_(has_code(model, "region", regions), has_code(model, "serves", covering))


def common_conditions(
    filters: RecordFilters, model: type[Any], principal: Principal
) -> Iterator[ColumnElement[bool]]:
    """SQL conditions of the common filters, except the full-text search, which also determines the order."""
    for facet, codes in (("field", filters.field), ("industry", filters.industry)):
        if codes:
            yield has_code(model, facet, codes)
    if filters.region:
        yield serves(model, filters.region)
    if isinstance(filters, ModeFilters):
        if filters.mode:
            yield has_code(model, "mode", filters.mode)
        if filters.jinan_industry:
            yield model.jinan_industry == filters.jinan_industry
    if filters.language:
        yield model.language == filters.language
    if filters.state:
        yield model.state.in_([state.value for state in filters.state])
    if filters.published_after:
        yield model.published_at >= datetime.combine(filters.published_after, time(), JINAN_TIME)
    if filters.owner:
        require_details(principal, "owner")
        yield model.owner_org_id == filters.owner
        yield owner_known_rows(model, principal)
    if filters.mine:
        require_login(principal, "mine")
        yield own_rows(model, principal)


def require_login(principal: Principal, parameter: str) -> None:
    """
    Raises:
        Unauthenticated: the reader is anonymous.
    """
    if principal.is_anonymous:
        raise Unauthenticated(
            f"Log in to use the parameter '{parameter}'.",
            f"请登录后使用参数 {parameter}。",
            code="login_for_parameter",
        )


def require_details(principal: Principal, parameter: str) -> None:
    """
    Raises:
        Unauthenticated: the reader is anonymous.
        Forbidden: the reader's organisation is not verified.
    """
    require_login(principal, parameter)
    if not principal.reads_details:
        raise Forbidden(
            f"The parameter '{parameter}' is available only to organisations verified by the bureau.",
            f"参数 {parameter} 仅供经管理部门核验的单位使用。",
            code="not_verified",
        )
