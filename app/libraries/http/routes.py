"""The routes of a library. They are the same for all three; only schemas and filters differ."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app.accounts.access.permissions import CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionRequired, Unauthenticated, problems
from app.errors.request_bodies import SENT, Sent
from app.libraries.http.contacts import contacts_asked
from app.libraries.http.dependencies import Opened, Runner, SearchSynonyms
from app.libraries.http.filters import RecordFilters
from app.libraries.http.history import versions_page
from app.libraries.http.listing import ListingRules, list_records
from app.libraries.http.responses import RecordPage, record_response
from app.libraries.http.transition_routes import CHANGING, add_transitions
from app.libraries.library import Library
from app.libraries.lifecycle import storage
from app.libraries.lifecycle.commands import ChangeRecord, CreateRecord
from app.libraries.lifecycle.lookup import find
from app.libraries.schemas import ContactReason, CreationFields, RecordContacts, RecordFields, VersionRead
from app.load_limits.dependencies import REFUSALS, PublishingTurn
from app.paging import Page, Paging
from app.replica.requests import ReplicaSession
from app.services import AppSettings

READING = problems(Unauthenticated, Forbidden, NotFound, Invalid)
CREATING = REFUSALS | problems(Unauthenticated, Forbidden, Conflict, Invalid)
PATCHING = REFUSALS | CHANGING | problems(PreconditionRequired)


def library_router(library: Library, listing: ListingRules, *, creating: str) -> APIRouter:
    """All routes of /v1/<plural>; `creating` is the description of the route that creates a record."""
    router = APIRouter(prefix=f"/v1/{library.plural}", tags=[library.plural])
    _add_create(router, library, creating)
    _add_list(router, library, listing)
    _add_reading(router, library)
    _add_change(router, library)
    _add_history(router, library)
    _add_contacts(router, library)
    add_transitions(router, library)
    _add_delete(router, library)
    return router


def _set_schema(route: Any, parameter: str, schema: Any) -> None:
    """Set the annotation of a parameter, from which FastAPI reads its schema; the schema depends on the library."""
    route.__annotations__[parameter] = schema


def _add_create(router: APIRouter, library: Library, description: str) -> None:
    def create(
        payload: CreationFields,
        principal: LoggedIn,
        _: PublishingTurn,
        settings: AppSettings,
        runner: Runner,
        request: Idempotent,
    ) -> Response:
        values = payload.values()
        values.pop("draft", None)
        command = CreateRecord(
            library=library, values=values, draft=payload.draft, principal=principal, settings=settings
        )
        prepared = None if request.is_repeated() else runner.prepare(command)
        return request.once(payload, lambda: runner.finish(command, prepared, status=201))

    _set_schema(create, "payload", Annotated[library.create_schema, SENT])
    router.post(
        "",
        status_code=201,
        summary=f"新建{library.kind.zh}",
        description=description,
        response_model=library.read_schema,
        responses=CREATING,
    )(create)


def _add_list(router: APIRouter, library: Library, listing: ListingRules) -> None:
    def list_(
        filters: RecordFilters,
        session: ReplicaSession,
        principal: CurrentPrincipal,
        opened: Opened,
        synonyms: SearchSynonyms,
    ) -> Response:
        require(principal, library.action("read"))
        page = list_records(
            session,
            library,
            listing,
            filters,
            principal=principal,
            synonyms=synonyms.current(),
            opened=opened,
        )
        return JSONResponse(page)

    _set_schema(list_, "filters", Annotated[listing.filters, Query()])
    router.get(
        "",
        name="list",
        summary=f"{library.kind.zh}列表",
        description=listing.description,
        response_model=RecordPage[library.read_schema],  # type: ignore[name-defined]  # resolved at run time
        responses=READING,
    )(list_)


def _add_change(router: APIRouter, library: Library) -> None:
    def change(
        record_id: UUID,
        payload: RecordFields,
        principal: LoggedIn,
        _: PublishingTurn,
        settings: AppSettings,
        runner: Runner,
        if_match: IfMatch = None,
    ) -> Response:
        return runner.run(
            ChangeRecord(
                library=library,
                record_id=record_id,
                values=payload.values(),
                principal=principal,
                settings=settings,
                if_match=if_match,
            )
        )

    _set_schema(change, "payload", Annotated[library.patch_schema, SENT])
    router.patch(
        "/{record_id}",
        summary=f"修改{library.kind.zh}",
        description="仅修改所提供的字段，null 表示清空；须提供 If-Match。启用审核时，修改已发布的记录后须重新审核。",
        response_model=library.read_schema,
        responses=PATCHING,
    )(change)


def _add_reading(router: APIRouter, library: Library) -> None:
    @router.get(
        "/{record_id}", name="get", summary="查看", response_model=library.read_schema, responses=READING
    )
    def get(record_id: UUID, session: ReadSession, principal: CurrentPrincipal, opened: Opened) -> Response:
        """返回字段取决于访问权限：未登录仅可见名称、领域、地区等；登录后可见正文；单位信息视发布方式而定。"""
        require(principal, library.action("read"))
        record = find(session, library, record_id, principal, lock=False, opened=opened)
        return record_response(session, library, record, principal, opened=opened)


def _add_history(router: APIRouter, library: Library) -> None:
    @router.get("/{record_id}/versions", name="versions", summary="历史版本", responses=READING)
    def versions(
        record_id: UUID, session: ReadSession, principal: LoggedIn, paging: Paging, opened: Opened
    ) -> Page[VersionRead]:
        """仅本单位和管理部门可见；按版本倒序排列。联系方式对管理部门脱敏。"""
        return versions_page(session, library, record_id, principal=principal, paging=paging, opened=opened)


def _add_contacts(router: APIRouter, library: Library) -> None:
    @router.post(
        "/{record_id}/contacts",
        name="contacts",
        summary="说明事由后查看联系方式",
        responses=READING,
    )
    def contacts(
        record_id: UUID, body: Sent[ContactReason], session: WriteSession, principal: LoggedIn
    ) -> RecordContacts:
        """联系方式对管理部门脱敏；说明事由后，本人 30 分钟内可见该记录的联系方式。事由和每次查看均记入审计日志。"""
        return contacts_asked(session, library, record_id, body.reason, principal=principal)


def _add_delete(router: APIRouter, library: Library) -> None:
    @router.delete("/{record_id}", name="delete", summary="删除草稿", status_code=204, responses=CHANGING)
    def delete(
        record_id: UUID, session: WriteSession, principal: LoggedIn, if_match: IfMatch = None
    ) -> Response:
        """仅可删除从未发布的草稿；其他记录请下架。"""
        storage.discard(session, library, record_id, principal=principal, if_match=if_match)
        return Response(status_code=204)
