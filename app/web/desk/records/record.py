"""Pages of one own record: its answers and state, what may be done with it, and its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.libraries.http.dependencies import Runner
from app.libraries.http.history import versions_page
from app.libraries.lifecycle import storage
from app.libraries.lifecycle.commands import MoveRecord
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordState
from app.libraries.schemas import VersionRead
from app.paging import PageRequest
from app.services import AppSettings
from app.web.desk.records.answers import answer_groups, text_of
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.form_pages import own_record
from app.web.desk.records.listing import STATE_TAGS
from app.web.i18n import mark as _
from app.web.page import CurrentPage, PagePublishingTurn, Pressed

_STEPS = ("withdraw", "close", "restore")
_NOTICES = {"withdraw": "withdrawn", "close": "saved", "restore": "draft_saved"}
_ACTIONS: Mapping[str, str] = {
    "create": _("新建"),
    "change": _("修改"),
    "submit": _("提交"),
    "publish": _("发布"),
    "approve": _("审核通过"),
    "return": _("退回"),
    "withdraw": _("下架"),
    "close": _("标记成交"),
    "restore": _("恢复为草稿"),
    "expire": _("到期下架"),
    "import": _("导入"),
}
_MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that a version changed, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version with what it changed against the one before."""

    version: VersionRead
    action: str
    changes: tuple[FieldChange, ...]


def add_record(router: APIRouter, kind: DeskKind) -> None:
    """The pages of one library's records."""

    @router.get(f"{kind.base}/{{number}}", name=f"own_{kind.kind.value}")
    def overview(page: CurrentPage, number: str, session: ReadSession) -> Response:
        """The record, as its owner sees it."""
        record = own_record(session, kind, number, page)
        return page.show(
            "desk/record.html",
            kind=kind,
            record=record,
            groups=answer_groups(kind, record, filled_only=True),
            state=RecordState.of(record["state"]),
            state_tag=STATE_TAGS[RecordState.of(record["state"])],
            steps=[name for name in _STEPS if record["state"] in TRANSITIONS[name].sources],
            is_deletable=record["state"] == RecordState.DRAFT and record["published_at"] is None,
            labels=kind.form.labels,
        )

    _add_versions(router, kind)
    for name in _STEPS:
        _add_step(router, kind, name)
    _add_delete(router, kind)


def _add_versions(router: APIRouter, kind: DeskKind) -> None:
    @router.get(f"{kind.base}/{{number}}/versions", name=f"versions_{kind.library.plural}")
    def versions(page: CurrentPage, number: str, session: ReadSession, cursor: str | None = None) -> Response:
        """The versions, newest first, each with what it changed."""
        record = own_record(session, kind, number, page)
        found = versions_page(
            session,
            kind.library,
            UUID(record["id"]),
            principal=page.principal,
            paging=PageRequest(_MOST_VERSIONS, cursor or None),
        )
        return page.show(
            "desk/versions.html",
            kind=kind,
            record=record,
            versions=_views(kind, found.items),
            next=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        )


def _add_delete(router: APIRouter, kind: DeskKind) -> None:
    @router.post(f"{kind.base}/{{number}}/delete", name=f"delete_{kind.library.plural}")
    def delete(
        page: CurrentPage, number: str, posted: Pressed, session: ReadSession, runner: Runner
    ) -> Response:
        """Deletes a draft that was never published."""
        record = own_record(session, kind, number, page)
        storage.discard(
            runner.session,
            kind.library,
            UUID(record["id"]),
            principal=page.principal,
            if_match=posted.version,
        )
        return page.redirect(kind.base, notice="deleted")


def _add_step(router: APIRouter, kind: DeskKind, name: str) -> None:
    @router.post(f"{kind.base}/{{number}}/{name}", name=f"{name}_{kind.library.plural}")
    def move(
        page: CurrentPage,
        number: str,
        posted: Pressed,
        _turn: PagePublishingTurn,
        session: ReadSession,
        runner: Runner,
        settings: AppSettings,
    ) -> Response:
        """Takes the step, and leads back to the record."""
        record = own_record(session, kind, number, page)
        command = MoveRecord(
            library=kind.library,
            principal=page.principal,
            settings=settings,
            record_id=UUID(record["id"]),
            transition=TRANSITIONS[name],
            if_match=posted.version,
        )
        runner.store(command, runner.prepare(command))
        return page.redirect(kind.address(record["number"]), notice=_NOTICES[name])


def _views(kind: DeskKind, versions: Sequence[VersionRead]) -> tuple[VersionView, ...]:
    older: list[VersionRead | None] = [*versions[1:], None]
    return tuple(
        VersionView(one, _ACTIONS.get(one.action, one.action), _changes(kind, one, before))
        for one, before in zip(versions, older, strict=True)
    )


def _changes(kind: DeskKind, after: VersionRead, before: VersionRead | None) -> tuple[FieldChange, ...]:
    """The changed fields of the form; of the first version none, since all of it is new."""
    if before is None:
        return ()
    return tuple(
        FieldChange(kind.form.label_of(field), _text(field, before.data), _text(field, after.data))
        for field in kind.form.fields
        if field.name in after.changed_fields
    )


def _text(field: Any, data: Mapping[str, Any]) -> str:
    return text_of(field, data.get(field.name))


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_record(router, _kind)
