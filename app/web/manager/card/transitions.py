"""Forms of `…/profile`: take a card down, restore it, say that its holder has stopped, delete a draft; its versions."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.errors import Conflict, Invalid, NotFound, StaleVersion
from app.libraries.http.dependencies import Runner
from app.libraries.http.history import versions_page
from app.libraries.lifecycle import storage
from app.libraries.lifecycle.commands import MoveRecord
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.schemas import VersionRead
from app.paging import PageRequest
from app.services import AppSettings
from app.web.i18n import mark as _
from app.web.manager.card.profile import OWN_CARD, STAFF_CARD, card_address, show_card
from app.web.manager.card.profile_form import PROFILE
from app.web.manager.recognition.holder import CurrentHolder, RecognitionHolder
from app.web.page import CurrentPage, PagePublishingTurn, Pressed

router = APIRouter()

_LIBRARY = LIBRARIES[RecordKind.MANAGER]
_NOTICES = {"withdraw": "withdrawn", "close": "saved", "restore": "draft_saved"}
_ACTIONS: Mapping[str, str] = {
    "create": _("新建"),
    "change": _("修改"),
    "submit": _("提交"),
    "publish": _("发布"),
    "approve": _("审核通过"),
    "return": _("退回"),
    "withdraw": _("下架"),
    "close": _("停止执业"),
    "restore": _("恢复为草稿"),
    "expire": _("到期下架"),
    "import": _("导入"),
}
_MOST_VERSIONS = 20


def _add_step(name: str) -> None:
    @router.post(f"{OWN_CARD}/{name}", name=f"{name}_card")
    @router.post(f"{STAFF_CARD}/{name}", name=f"{name}_staff_card")
    def move(
        page: CurrentPage,
        holder: CurrentHolder,
        posted: Pressed,
        _turn: PagePublishingTurn,
        session: ReadSession,
        runner: Runner,
        settings: AppSettings,
    ) -> Response:
        """Takes the step, and leads back to the card."""
        page.take_display(posted)
        known = _existing(holder)
        command = MoveRecord(
            library=_LIBRARY,
            principal=page.principal,
            settings=settings,
            record_id=known.manager_id,
            transition=TRANSITIONS[name],
            if_match=posted.version,
        )
        try:
            prepared = runner.prepare(command)
        except (Conflict, Invalid, StaleVersion) as error:
            return show_card(page, holder, session, error=error)
        runner.store(command, prepared)
        return page.redirect(card_address(page, holder), notice=_NOTICES[name])


for _name in _NOTICES:
    _add_step(_name)


@router.post(f"{OWN_CARD}/delete", name="delete_card")
@router.post(f"{STAFF_CARD}/delete", name="delete_staff_card")
def delete(
    page: CurrentPage, holder: CurrentHolder, posted: Pressed, session: ReadSession, runner: Runner
) -> Response:
    """Deletes a draft that was never published."""
    page.take_display(posted)
    try:
        storage.discard(
            runner.session,
            _LIBRARY,
            _existing(holder).manager_id,
            principal=page.principal,
            if_match=posted.version,
        )
    except (Conflict, StaleVersion) as error:
        return show_card(page, holder, session, error=error)
    return page.redirect("/desk/staff" if holder and holder.name else OWN_CARD, notice="deleted")


@router.get(f"{OWN_CARD}/versions", name="card_versions")
@router.get(f"{STAFF_CARD}/versions", name="staff_card_versions")
def versions(
    page: CurrentPage, holder: CurrentHolder, session: ReadSession, cursor: str | None = None
) -> Response:
    """The versions, newest first, each with the fields that it changed."""
    if holder is None:
        return page.redirect(OWN_CARD)
    found = versions_page(
        session,
        _LIBRARY,
        holder.manager_id,
        principal=page.principal,
        paging=PageRequest(_MOST_VERSIONS, cursor or None),
    )
    return page.show(
        "manager/card_versions.html",
        card=card_address(page, holder),
        versions=[(one, _ACTIONS.get(one.action, one.action), _changed(one)) for one in found.items],
        next=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )


def _existing(holder: RecognitionHolder | None) -> RecognitionHolder:
    if holder is None:
        raise NotFound
    return holder


def _changed(version: VersionRead) -> list[str]:
    """The labels of the changed fields that the form asks for; of the first version none, since all of it is new."""
    if version.version == 1:
        return []
    return [PROFILE.label_of(one) for one in PROFILE.fields if one.name in version.changed_fields]
