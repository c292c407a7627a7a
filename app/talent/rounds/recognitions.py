"""Published recognitions: who has which tier, for everybody to read."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import JINAN_TIME
from app.paging import Page, PageRequest, Sort, fetch_page
from app.talent.rounds.models import RecognitionEntry, RecognitionRound, RoundState
from app.talent.rounds.schemas import RecognitionRead
from app.talent.tiers.enums import Tier

_BY_YEAR = Sort(RecognitionRound.year, int, descending=True, name="recognitions")


def published_recognitions(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    year: int | None = None,
    tiers: Collection[Tier] = (),
) -> Page[RecognitionRead]:
    """Name, tier and year, latest year first; those that were withdrawn since say so."""
    require(principal, Action.RECOGNITION_READ)
    query = (
        select(RecognitionEntry)
        .join(RecognitionRound, RecognitionRound.id == RecognitionEntry.round_id)
        .where(RecognitionRound.state == RoundState.PUBLISHED, RecognitionEntry.tier.is_not(None))
    )
    if year is not None:
        query = query.where(RecognitionRound.year == year)
    if tiers:
        query = query.where(RecognitionEntry.tier.in_(tiers))
    rows, next_cursor = fetch_page(session, query, _BY_YEAR, paging)
    years = dict(session.execute(select(RecognitionRound.id, RecognitionRound.year)).all())
    items = [
        RecognitionRead(
            name=row.manager_name,
            tier=row.tier,
            year=years[row.round_id],
            withdrawn_on=row.withdrawn_at and row.withdrawn_at.astimezone(JINAN_TIME).date(),
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=next_cursor)
