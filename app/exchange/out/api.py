"""Routes of /v1/exports."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from app.accounts.access.opened_records import OpenedRecords
from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.access.principal import Principal
from app.accounts.models import OrganisationKind
from app.database import AppDatabase, Database, ReadSession, release_connection
from app.engagements.contracts.queries import ContractFilters
from app.errors import Forbidden, Invalid, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.exchange.headers.dictionary import Kind
from app.exchange.out.export import send
from app.exchange.out.files import ListFormat, write_rows
from app.exchange.out.lists import contacts_of_list, contract_bodies, organisation_bodies, record_bodies
from app.libraries.http.dependencies import Opened, SearchSynonyms
from app.libraries.http.filters import RecordFilters
from app.libraries.lists import LISTINGS
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.schemas import ContactReason
from app.libraries.search.synonyms import Synonyms
from app.talent.spreadsheets import CSV_TYPE, XLSX_TYPE

router = APIRouter(
    prefix="/v1/exports", tags=["exports"], responses=problems(Unauthenticated, Forbidden, Invalid)
)

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {CSV_TYPE: {}, XLSX_TYPE: {}, "application/x-ndjson": {}},
        "description": "文件",
    }
}


def _file(
    kind: RecordKind,
    format_: ListFormat,
    filters: RecordFilters,
    database: Database,
    *,
    principal: Principal,
    opened: OpenedRecords,
    synonyms: Synonyms,
) -> Response:
    library = LIBRARIES[kind]
    require(principal, Action.EXPORT_CREATE)
    require(principal, library.action("read"))
    bodies = record_bodies(database, kind, filters, principal=principal, synonyms=synonyms, opened=opened)
    return send(
        database,
        principal,
        lambda out: write_rows(Kind(kind.value), format_, bodies, out),
        name=library.plural,
        suffix=format_.value,
        media_type=format_.media_type,
    )


def _add_library(kind: RecordKind) -> None:
    library, listing = LIBRARIES[kind], LISTINGS[kind]

    def export(
        format_: ListFormat,
        filters: RecordFilters,
        principal: LoggedIn,
        session: ReadSession,
        database: AppDatabase,
        opened: Opened,
        synonyms: SearchSynonyms,
    ) -> Response:
        release_connection(session)
        return _file(
            kind, format_, filters, database, principal=principal, opened=opened, synonyms=synonyms.current()
        )

    def export_with_contacts(
        format_: ListFormat,
        filters: RecordFilters,
        body: Sent[ContactReason],
        principal: LoggedIn,
        database: AppDatabase,
        synonyms: SearchSynonyms,
    ) -> Response:
        opened = contacts_of_list(database, f"{library.plural}.{format_}", body.reason, principal=principal)
        return _file(
            kind, format_, filters, database, principal=principal, opened=opened, synonyms=synonyms.current()
        )

    for function in (export, export_with_contacts):
        function.__annotations__["filters"] = Annotated[listing.filters, Query()]
    router.get(
        f"/{library.plural}.{{format_}}",
        name=library.plural,
        summary=f"导出{kind.zh}列表",
        description="按列表的筛选条件导出，字段以列表中可见者为限；limit 和 cursor 不起作用。"
        "CSV 为带 BOM 的 UTF-8,JSONL 每行一条，与列表返回的内容相同。文件可原样再导入；"
        "联系方式对管理部门脱敏，再导入时不作修改。",
        response_class=Response,
        responses=FILE,
    )(export)
    router.post(
        f"/{library.plural}.{{format_}}",
        name=f"{library.plural}_with_contacts",
        summary=f"说明事由后导出{kind.zh}列表及联系方式",
        description="同上，另含联系方式全文。仅管理部门人员本人可用；事由记入审计日志，仅对本次导出有效。",
        response_class=Response,
        responses=FILE,
    )(export_with_contacts)


for _kind in RecordKind:
    _add_library(_kind)


@router.get(
    "/contracts.{format_}",
    name="contracts",
    summary="导出技术合同台账",
    response_class=Response,
    responses=FILE,
)
def export_contracts(
    format_: ListFormat,
    filters: Annotated[ContractFilters, Depends()],
    principal: CurrentPrincipal,
    database: AppDatabase,
) -> Response:
    """按列表的筛选条件导出本人可见的合同。"""
    require(principal, Action.EXPORT_CREATE)
    require(principal, Action.CONTRACT_READ, own=True)
    bodies = contract_bodies(database, filters, principal=principal)
    return send(
        database,
        principal,
        lambda out: write_rows(Kind.CONTRACT, format_, bodies, out),
        name="contracts",
        suffix=format_.value,
        media_type=format_.media_type,
    )


@router.get(
    "/organisations.{format_}",
    name="organisations",
    summary="导出单位名录",
    response_class=Response,
    responses=FILE,
)
def export_organisations(
    format_: ListFormat,
    principal: CurrentPrincipal,
    database: AppDatabase,
    name: Annotated[str | None, Query(max_length=120, description="名称或简称的一部分")] = None,
    kind: OrganisationKind | None = None,
    region: Annotated[str | None, Query(max_length=6, description="行政区划代码的前几位")] = None,
    verified: Annotated[bool | None, Query(description="已核验")] = None,
) -> Response:
    """仅管理部门可导出。"""
    require(principal, Action.EXPORT_ORGANISATIONS)
    bodies = organisation_bodies(
        database, principal=principal, name=name, kind=kind, region=region, verified=verified
    )
    return send(
        database,
        principal,
        lambda out: write_rows(Kind.ORGANISATION, format_, bodies, out),
        name="organisations",
        suffix=format_.value,
        media_type=format_.media_type,
    )
