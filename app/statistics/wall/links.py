"""Links to the wall: made and revoked by operators; those who have one see what is public anyway, and nothing else."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import ANONYMOUS, Principal
from app.accounts.credentials import digest
from app.clock import local_now
from app.database import now, one_or_not_found
from app.errors import Conflict, NotFound
from app.libraries.overview import library_overview
from app.libraries.record.enums import PublishMode, RecordKind
from app.libraries.schemas import Wire
from app.libraries.summaries import RecordSummary
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule
from app.services import Services
from app.statistics.city_figures import CityFigures, city_figures
from app.statistics.wall.models import WallLink

_TOKEN_BYTES = 32
_MOST_SHOWN = 100


class WallLinkCreate(Wire):
    label: Annotated[str, TextRule(1, 80), NotSecret] = Field(title="用途", examples=["政务大厅一楼"])


class WallLinkRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    label: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class WallFigures:
    """What the wall shows: totals of the libraries, the year's public figures, and the newest public records."""

    at: datetime
    totals: dict[RecordKind, int]
    newest: tuple[RecordSummary, ...]
    city: CityFigures


def make_link(
    session: Session, wanted: WallLinkCreate, *, principal: Principal, link_id: UUID | None = None
) -> tuple[WallLink, str]:
    """A new link and its token, which is shown this once.

    Args:
        link_id: of the new link, so that a form sent twice makes one.

    Raises:
        Forbidden: the principal is no operator.
        Conflict: there is a link with this id already.
    """
    require(principal, Action.WALL_LINK)
    if link_id is not None and session.get(WallLink, link_id) is not None:
        raise Conflict("This link has been made already.", "此链接已生成。", code="link_exists")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = WallLink(label=wanted.label, token_digest=digest(token), created_by=principal.user_id)
    if link_id is not None:
        link.id = link_id
    session.add(link)
    session.flush()
    audit.record(session, principal, Action.WALL_LINK, link.id, "made")
    return link, token


def revoke_link(session: Session, link_id: UUID, *, principal: Principal) -> WallLink:
    """End a link: screens that use it show nothing from their next refresh on.

    Raises:
        NotFound: no such link.
        Conflict: it is revoked already.
    """
    require(principal, Action.WALL_LINK)
    link = one_or_not_found(session, select(WallLink).where(WallLink.id == link_id).with_for_update())
    if link.revoked_at is not None:
        raise Conflict("This link is revoked already.", "此链接已作废。", code="link_revoked")
    link.revoked_at, link.revoked_by = now(), principal.user_id
    audit.record(session, principal, Action.WALL_LINK, link.id, "revoked")
    return link


def wall_links(session: Session, *, principal: Principal) -> list[WallLinkRead]:
    """The links, those in use first, then the newest."""
    require(principal, Action.WALL_LINK)
    query = (
        select(WallLink)
        .order_by(WallLink.revoked_at.is_not(None), WallLink.created_at.desc(), WallLink.id)
        .limit(_MOST_SHOWN)
    )
    return [WallLinkRead.model_validate(row) for row in session.scalars(query)]


def require_link(session: Session, token: str) -> None:
    """
    Raises:
        NotFound: no link has this token, or it is revoked.
    """
    query = select(WallLink.id).where(WallLink.token_digest == digest(token), WallLink.revoked_at.is_(None))
    if session.scalar(query) is None:
        raise NotFound


def wall_figures(session: Session, services: Services) -> WallFigures:
    """The public figures of this year; the same for everybody."""
    overview = library_overview(session)
    newest = [
        record
        for kind in (RecordKind.DEMAND, RecordKind.ACHIEVEMENT)
        for record in overview[kind].newest
        if record.publish_mode == PublishMode.PUBLIC
    ]
    return WallFigures(
        at=now(),
        totals={kind: one.total for kind, one in overview.items()},
        newest=tuple(newest),
        city=city_figures(session, services, local_now().year, principal=ANONYMOUS),
    )
