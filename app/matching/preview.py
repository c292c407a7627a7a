"""A preview for readers without an account: public achievements that may answer a problem, without scores.

It says less than registering by oneself would: titles of public records and one of two words. Confidential records
are left out whole, so that varying the text tells nothing about them.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import ANONYMOUS, Principal
from app.database import by_id
from app.libraries.achievements.models import Achievement
from app.libraries.record.enums import PublishMode, RecordKind
from app.libraries.summaries import RecordSummary, summariser
from app.matching.matcher import Matcher

SHOWN = 5
CLOSE = 0.8
"""From this score on a match is called close; below it, from the threshold on, fairly close."""
_SEARCHED = 20


@dataclass(frozen=True, slots=True)
class MatchPreview:
    """An achievement as a stranger sees it, and whether it comes close."""

    achievement: RecordSummary
    is_close: bool


def preview_matches(
    session: Session, matcher: Matcher, text: str, *, principal: Principal
) -> tuple[MatchPreview, ...]:
    """The public achievements that match a text well, best first, at most five. Nothing is stored.

    Raises:
        Forbidden: the permission table does not permit it.
    """
    require(principal, Action.MATCH_PREVIEW)
    answer = matcher.for_text(session, text, looking_for=RecordKind.ACHIEVEMENT, limit=_SEARCHED)
    scores = {item.achievement_id: item.score for item in answer.items if item.good and item.achievement_id}
    records = by_id(session, Achievement, list(scores))
    public = [
        records[id_]
        for id_ in scores
        if id_ in records and records[id_].publish_mode == PublishMode.PUBLIC.value
    ][:SHOWN]
    summary = summariser(session, public, principal=ANONYMOUS)
    return tuple(MatchPreview(summary(record), scores[record.id] >= CLOSE) for record in public)
