"""One engagement with its parts for one reader, as the API and the pages ask for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.engagements import contact_visibility, presenter
from app.engagements.access import Participation, participation_of
from app.engagements.lifecycle.stage_changes import NextStage, next_stages
from app.engagements.models import Reveal
from app.engagements.schemas import EngagementRead, RevealRead, TimelineEntryRead
from app.engagements.timeline import entries as timeline
from app.paging import Page, PageRequest, Sort, list_page

NEWEST_REVEALS = Sort(Reveal.revealed_at, datetime, descending=True, name="reveals")


@dataclass(frozen=True, slots=True)
class EngagementDetails:
    """One engagement, the stages that its reader may change to, and what the reader takes part in.

    Attributes:
        takes_part: False while the reader is only invited; then the parts are hidden.
        own_sides: the sides for which the reader takes part.
        reads_files: False for a third party to whom the sides have not opened the files of others.
    """

    read: EngagementRead
    next_stages: tuple[NextStage, ...]
    takes_part: bool
    is_lead: bool
    is_operator: bool
    own_managers: frozenset[UUID]
    own_sides: frozenset[str]
    reads_files: bool

    @property
    def is_open(self) -> bool:
        """Whether work continues."""
        return self.read.stage.is_open


def engagement_details(session: Session, engagement_id: UUID, *, principal: Principal) -> EngagementDetails:
    """
    Raises:
        NotFound: it does not exist, or the principal may not see it.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_READ, principal=principal, invited=True
    )
    return EngagementDetails(
        presenter.read_one(session, participation, principal=principal),
        next_stages(session, participation),
        takes_part=bool(participation.roles),
        is_lead=participation.is_lead,
        is_operator=participation.is_operator,
        own_managers=participation.manager_ids(),
        own_sides=participation.sides,
        reads_files=participation.reads_files,
    )


def timeline_page(
    session: Session,
    engagement_id: UUID,
    paging: PageRequest,
    *,
    principal: Principal,
    newest_first: bool = True,
) -> Page[TimelineEntryRead]:
    """
    Raises:
        NotFound, Conflict: see `participation_of`.
    """
    participation = _participation(session, engagement_id, principal)
    sort = timeline.NEWEST_FIRST if newest_first else timeline.OLDEST_FIRST
    return list_page(
        session,
        timeline.entries_of(
            participation.engagement.id,
            contracts=participation.sees_contracts,
            files=participation.reads_files,
        ),
        sort,
        paging,
        TimelineEntryRead.model_validate,
    )


def reveals_page(
    session: Session, engagement_id: UUID, paging: PageRequest, *, principal: Principal
) -> Page[RevealRead]:
    """Who saw the contacts of the principal's own side; operators see all.

    Raises:
        NotFound, Conflict: see `participation_of`.
    """
    participation = _participation(session, engagement_id, principal)
    query = contact_visibility.reveals_of(participation)
    return list_page(session, query, NEWEST_REVEALS, paging, RevealRead.model_validate)


def _participation(session: Session, engagement_id: UUID, principal: Principal) -> Participation:
    return participation_of(session, engagement_id, Action.ENGAGEMENT_READ, principal=principal)
