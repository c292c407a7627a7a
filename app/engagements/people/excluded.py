"""Files that a side opens to a third party whom the demand excludes (回避单位)."""

from sqlalchemy.orm import Session

from app.engagements.models import Engagement, Participant
from app.engagements.reviews.upkeep import parts_that_wait
from app.errors import Conflict


def refuse_opening_to_excluded(session: Session, engagement: Engagement, participant: Participant) -> None:
    """For the demand's owner, who knows whom they exclude, but perhaps not that this is one of them.

    Raises:
        Conflict: the demand excludes the participant's organisation.
    """
    if participant.id in {part.subject_id for part in parts_that_wait(session, [engagement])[engagement.id]}:
        raise Conflict(
            "Your demand excludes this participant's organisation, or its group.",
            "该参与方所在单位属于本需求回避的单位，或与其同属一个集团。",
            code="excluded_org",
        )
