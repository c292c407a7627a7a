"""What a demand or an achievement would be like if it were published: how clear it is, which matches it would have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import local_now
from app.database import new_id
from app.errors import Invalid
from app.libraries.achievements.models import Achievement
from app.libraries.achievements.schemas import AchievementCheck
from app.libraries.achievements.service import LIBRARY as ACHIEVEMENTS
from app.libraries.demands.clarity import Clarity, Finding, Severity, clarity
from app.libraries.demands.models import Demand
from app.libraries.demands.schemas import ClarityRead, DemandCheck, FindingRead
from app.libraries.demands.service import LIBRARY as DEMANDS
from app.libraries.library import Library
from app.libraries.lifecycle.apply_values import check_owner, fill_defaults, set_values
from app.libraries.lifecycle.publishing import check_required_fields, leaks_of
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record
from app.libraries.record.versions import values_of
from app.libraries.validation.leaks.leak_check import Leak
from app.libraries.visibility.fields import present
from app.libraries.visibility.rows import owns
from app.matching.lists.presenter import matches_out
from app.matching.lists.schemas import DemandCheckOut, MatchesOut
from app.matching.matcher import Matcher

SHOWN = 5

_SAYING = {
    RecordKind.DEMAND: ("title", "main_problem", "key_technology", "expected_goal", "scenario"),
    RecordKind.ACHIEVEMENT: ("title", "summary", "advantages", "problem_solved", "scenarios"),
}


def check_demand(
    session: Session, payload: DemandCheck, *, principal: Principal, matcher: Matcher
) -> DemandCheckOut:
    """The clarity of a demand that is not stored, and its best matches.

    Raises:
        Forbidden: the principal may not create a demand of that owner.
        Invalid: no text, no owner, or fields that contradict each other.
    """
    demand = _transient(session, DEMANDS, payload.values(), principal)
    assert isinstance(demand, Demand)
    result = clarity(values_of(demand), today=local_now().date())
    leaks = leaks_of(session, demand)
    answer = matcher.for_demand(session, demand, limit=SHOWN)
    return DemandCheckOut(
        clarity=_clarity_out(result, leaks),
        matches=matches_out(
            session,
            answer,
            RecordKind.ACHIEVEMENT,
            principal,
            own_demand=True,
            subject=present(demand, principal),
        ),
    )


def check_achievement(
    session: Session, payload: AchievementCheck, *, principal: Principal, matcher: Matcher
) -> MatchesOut:
    """The best demands for an achievement that is not stored. Raises as `check_demand`."""
    achievement = _transient(session, ACHIEVEMENTS, payload.values(), principal)
    assert isinstance(achievement, Achievement)
    answer = matcher.for_achievement(session, achievement, limit=SHOWN)
    subject = present(achievement, principal)
    return matches_out(session, answer, RecordKind.DEMAND, principal, subject=subject)


_VERBS = {RecordKind.DEMAND: Action.DEMAND_CHECK, RecordKind.ACHIEVEMENT: Action.ACHIEVEMENT_CREATE}


def _transient(session: Session, library: Library, values: Mapping[str, Any], principal: Principal) -> Record:
    """The record that the request would create, not attached to a session.

    Raises:
        Forbidden: the principal may not create a record of that owner.
        Invalid: no text, no owner, or fields that contradict each other.
    """
    # An explicit null means a missing field: there is no stored value that it could clear.
    given = {name: value for name, value in values.items() if value is not None and name != "draft"}
    record: Record = library.model(id=new_id(), number="", title="")
    owner = given.pop("owner_org_id", None) or principal.organisation_id
    if owner is None:
        raise Invalid.field(
            "owner_org_id", "required", "请指明所属单位", "name the organisation that owns the record"
        )
    record.owner_org_id = owner
    require(principal, _VERBS[library.kind], own=owns(principal, record))
    check_owner(session, record.owner_org_id)
    set_values(session, library, record, given, principal)
    fill_defaults(record)
    if not any(getattr(record, name) for name in _SAYING[library.kind]):
        raise Invalid.field(library.main_text, "text_missing", *_TEXT_MISSING[library.kind])
    check_required_fields(library, record)
    return record


_TEXT_MISSING = {
    RecordKind.DEMAND: (
        "请至少填写名称、主要问题、技术关键、预期目标、应用场景中的一项",
        "give at least one text: title, main problem, key technology, expected goal or scenario",
    ),
    RecordKind.ACHIEVEMENT: (
        "请至少填写名称、简介、技术优势、解决的问题、应用场景中的一项",
        "give at least one text: title, summary, advantages, problem solved or scenarios",
    ),
}


def _clarity_out(result: Clarity, leaks: list[Leak]) -> ClarityRead:
    return ClarityRead(
        score=result.score,
        parts=dict(result.parts),
        findings=[
            FindingRead.model_validate(finding, from_attributes=True)
            for finding in (*map(_leak_finding, leaks), *result.findings)
        ],
    )


def _leak_finding(leak: Leak) -> Finding:
    return Finding(
        code=f"leak_{leak.kind}",
        field=leak.field,
        severity=Severity.HIGH,
        zh=leak.zh,
        en=leak.en,
        question_zh="不写出这一处，能否改用行业、地区或用途来说明？",
        question_en="Can you describe it by trade, region or use instead?",
        excerpt=leak.excerpt,
    )
