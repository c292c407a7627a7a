"""Responses of matching, reduced to what the reader may see."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.database import by_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, ViewLevel
from app.libraries.record.models import Record
from app.libraries.visibility.fields import present
from app.matching.lists.bands import reads_as_nothing, shown_score
from app.matching.lists.evidence import located
from app.matching.lists.schemas import AdditionOut, MatchesOut, MatchOut
from app.matching.matcher import Matcher
from app.matching.ranking.explanation import shown
from app.matching.results import MatchAnswer, PairMatch
from app.services import provided

AnyRecord = TypeVar("AnyRecord", bound=Record)


AppMatcher = Annotated[Matcher, Depends(provided(Matcher))]


def matches_out(
    session: Session,
    answer: MatchAnswer,
    kind: RecordKind,
    principal: Principal,
    *,
    subject: Mapping[str, Any],
    own_demand: bool = False,
) -> MatchesOut:
    """The answer for one reader. Only the demand's owner and operators may learn that organisations were excluded.

    Where nothing is good, records whose score reads as 0 are left out: of those seen at level 0 all. `subject` is what
    the list is for, with the fields that the reader may see.
    """
    return MatchesOut(
        items=[
            MatchOut(
                rank=rank,
                score=score,
                good=item.good,
                record=record,
                reasons=_reasons(item.reasons, kind, subject, record),
                similar=list(item.similar),
            )
            for rank, (item, record, score) in enumerate(_listed(session, answer, kind, principal), 1)
        ],
        threshold=answer.threshold,
        no_good_match=_no_good_match(answer, principal),
        excluded=list(answer.excluded) if principal.reads_details or own_demand else [],
        to_add=_additions(answer, principal),
        # It is made of exact scores.
        confidence=answer.confidence if principal.reads_details else None,
        left_out=_left_out(answer, sees_exclusions=own_demand or principal.sees_everything),
        model_version=answer.model_version,
        index_position=answer.index_position,
        computed_at=answer.computed_at,
    )


def _listed(
    session: Session, answer: MatchAnswer, kind: RecordKind, principal: Principal
) -> Iterator[tuple[PairMatch, dict[str, Any], float]]:
    """The matches that the reader may see, best first, each with its record and score as they see them."""
    model = Achievement if kind is RecordKind.ACHIEVEMENT else Demand
    ids = [item.achievement_id if kind is RecordKind.ACHIEVEMENT else item.demand_id for item in answer.items]
    records: Mapping[UUID, Record] = by_id(session, model, [id_ for id_ in ids if id_ is not None])
    organisations = owners_of(session, records.values())
    for item, id_ in zip(answer.items, ids, strict=True):
        if id_ is None or id_ not in records:
            continue
        record = present(records[id_], principal, organisations=organisations)
        score = score_for(item.score, answer.threshold, record)
        if answer.no_good_match is None or not reads_as_nothing(score, good=item.good):
            yield item, record, score


def _left_out(answer: MatchAnswer, *, sees_exclusions: bool) -> dict[str, int]:
    return {
        code: count for code, count in answer.left_out.items() if code != "excluded_org" or sees_exclusions
    }


def _additions(answer: MatchAnswer, principal: Principal) -> list[AdditionOut]:
    """What the demand should add. All but the first tell something of the texts and terms of others."""
    return [
        AdditionOut.model_validate(one)
        for one in answer.to_add
        if principal.reads_details or one["code"] == "problem"
    ]


def _reasons(
    reasons: Mapping[str, Any], kind: RecordKind, subject: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, Any]:
    sides = (subject, other) if kind is RecordKind.ACHIEVEMENT else (other, subject)
    return located(shown(reasons, other["view_level"]), *sides)


def _no_good_match(answer: MatchAnswer, principal: Principal) -> dict[str, Any] | None:
    """Gaps reveal maturity and prices of all candidates, shown or not, which level 0 hides; so does the best score."""
    if answer.no_good_match is None or principal.reads_details:
        return dict(answer.no_good_match) if answer.no_good_match else None
    reduced = dict(answer.no_good_match) | {"missing": []}
    if reduced["best_score"] is not None:
        reduced |= {
            "zh": "没有合适的匹配：均低于匹配线",
            "en": "no good match: all scores are below the threshold",
            "best_score": None,
        }
    return reduced


def score_for(score: float, threshold: float, *sides: Mapping[str, Any]) -> float:
    """The score of a match for a reader who sees its records so (`bands.shown_score`)."""
    exact = all(side["view_level"] >= ViewLevel.LOGGED_IN for side in sides)
    return shown_score(score, threshold=threshold, exact=exact)


def owners_of(session: Session, records: Iterable[Record]) -> dict[UUID, Organisation]:
    return by_id(session, Organisation, {record.owner_org_id for record in records})
