"""What stands beside the form: matches as they would be now, and questions that make them better."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.accounts.access.principal import Principal
from app.database import ReadSession
from app.errors import Invalid
from app.libraries.achievements.schemas import AchievementCheck
from app.libraries.demands.schemas import DemandCheck, FindingRead
from app.matching.lists.bands import Band, band_of
from app.matching.lists.check import check_achievement, check_demand
from app.matching.lists.schemas import MatchesOut
from app.matching.matcher import Matcher
from app.web.desk.records.desk_kind import DeskKind
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated

SHORTEST = 15
"""Characters from which on a text is searched with: shorter ones find anything."""
_QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class LiveMatch:
    """One match as it would be now. `score` is None for a reader whose organisation is not verified."""

    record: Mapping[str, Any]
    band: Band
    score: float | None
    sentences: int


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """The matches now, and for a demand its clarity (0–100) and questions. `is_short`: there is too little text."""

    matches: tuple[LiveMatch, ...] = ()
    good: int = 0
    confidence: float | None = None
    clarity: int | None = None
    questions: tuple[FindingRead, ...] = ()
    is_short: bool = False


def live_check(
    session: ReadSession, kind: DeskKind, form: FilledForm, *, principal: Principal, matcher: Matcher
) -> LiveCheck:
    """The check of what stands in the form. Fields that are wrong are left out: saving reports them."""
    values = bind(kind.form, form.posted)
    if len(f"{values.get('title') or ''}{values.get(kind.library.main_text) or ''}") < SHORTEST:
        return LiveCheck(is_short=True)
    try:
        if kind.is_demand:
            payload = _lenient(DemandCheck, values)
            assert isinstance(payload, DemandCheck)
            checked = check_demand(session, payload, principal=principal, matcher=matcher)
            return _live(
                checked.matches, principal, clarity=checked.clarity.score, questions=checked.clarity.findings
            )
        wanted = _lenient(AchievementCheck, values)
        assert isinstance(wanted, AchievementCheck)
        return _live(check_achievement(session, wanted, principal=principal, matcher=matcher), principal)
    except Invalid:
        return LiveCheck(is_short=True)


def _lenient(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    """The values as the model, without the fields that it refuses."""
    try:
        return validated(model, values)
    except Invalid as error:
        wrong = {one.field.partition(".")[0] for one in error.fields}
        return validated(model, {name: value for name, value in values.items() if name not in wrong})


def _live(
    answer: MatchesOut,
    principal: Principal,
    *,
    clarity: int | None = None,
    questions: list[FindingRead] | None = None,
) -> LiveCheck:
    return LiveCheck(
        matches=tuple(
            LiveMatch(
                item.record,
                band_of(item.score, good=item.good),
                item.score if principal.reads_details else None,
                len(item.reasons["sentences"]),
            )
            for item in answer.items
        ),
        good=sum(item.good for item in answer.items),
        confidence=answer.confidence if principal.reads_details else None,
        clarity=clarity,
        questions=tuple((questions or [])[:_QUESTIONS]),
    )
