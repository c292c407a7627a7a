"""Look-up of a contest that the principal may see."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.access.principal import Principal
from app.database import one_or_not_found
from app.talent.contests.models import Contest, ContestState


def find_contest(session: Session, contest_id: UUID, *, principal: Principal, lock: bool = False) -> Contest:
    """
    Raises:
        NotFound: it does not exist, or is a draft that only operators may see.
    """
    require(principal, Action.CONTEST_READ)
    query = select(Contest).where(Contest.id == contest_id)
    if not allowed(principal, Action.CONTEST_MANAGE, own=False):
        query = query.where(Contest.state != ContestState.DRAFT)
    contest = one_or_not_found(session, query.with_for_update(of=Contest) if lock else query)
    return contest
