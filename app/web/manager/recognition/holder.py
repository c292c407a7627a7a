"""Whose recognition the pages are about: the manager who reads them, or one of the reader's institution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from app.accounts.access.principal import Role
from app.database import ReadSession
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage

RECOGNITION = "/me/recognition"
STAFF_MEMBER = "/desk/staff/{number}"


@dataclass(frozen=True, slots=True)
class RecognitionHolder:
    """The manager whose pages are shown.

    Attributes:
        base: where their pages are.
        name: of one of the staff; empty for the reader themselves.
        number: of one of the staff.
    """

    manager_id: UUID
    base: str
    name: str = ""
    number: str = ""

    @property
    def is_reader(self) -> bool:
        """Whether the reader is the manager."""
        return not self.name

    def address(self, part: str) -> str:
        """The address of one of their pages."""
        return f"{self.base}/{part}"


def _holder(page: CurrentPage, request: Request, session: ReadSession) -> RecognitionHolder | None:
    """None: a manager who has no record yet.

    Raises:
        NotFound: the institution has no such manager.
    """
    number = request.path_params.get("number")
    if page.principal.role is Role.MANAGER or number is None:
        own = page.principal.manager_id
        return None if own is None else RecognitionHolder(own, RECOGNITION)
    found = find_by_number(session, LIBRARIES[RecordKind.MANAGER], number, page.principal, own=True)
    return RecognitionHolder(found.id, f"/desk/staff/{found.number}", found.title, found.number)


CurrentHolder = Annotated[RecognitionHolder | None, Depends(_holder)]


def without_record(page: WebPage) -> Response:
    """The page of a manager who has no record yet: nothing can be recognised."""
    return page.show("manager/no_record.html", status=200, title=_("我的认定"))


def holder_tabs(holder: RecognitionHolder, path: str) -> list[tuple[str, str, None, bool]]:
    """The pages of a holder as tabs."""
    return [
        (label, address, None, path == address or (part != "" and path.startswith(address)))
        for part, label in _TABS.items()
        for address in (holder.address(part) if part else holder.base,)
    ]


_TABS: Mapping[str, str] = {
    "": _("人才类别"),
    "filing": _("备案"),
    "certificates": _("证书"),
    "trainings": _("培训"),
    "rounds": _("年度认定"),
}
