"""The check of a demand before it is published: how clear it is, and which matches it would have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import local_now
from app.database import new_id
from app.errors import Invalid
from app.libraries.demands.clarity import Clarity, Finding, Severity, clarity
from app.libraries.demands.models import Demand
from app.libraries.demands.schemas import ClarityRead, DemandCheck, FindingRead
from app.libraries.demands.service import LIBRARY
from app.libraries.disclosure.visibility import owns, present
from app.libraries.lifecycle.apply_values import check_owner, fill_defaults, set_values
from app.libraries.lifecycle.publishing import check_required_fields, leaks_of
from app.libraries.record.enums import RecordKind
from app.libraries.record.versions import values_of
from app.libraries.validation.leaks.leak_check import Leak
from app.matching.lists.presenter import matches_out
from app.matching.lists.schemas import DemandCheckOut
from app.matching.matcher import Matcher

SHOWN = 5

_SAYING = ("title", "main_problem", "key_technology", "expected_goal", "scenario")


def check_demand(
    session: Session, payload: DemandCheck, *, principal: Principal, matcher: Matcher
) -> DemandCheckOut:
    """The clarity of a demand that is not stored, and its best matches.

    Raises:
        Forbidden: the principal may not create a demand of that owner.
        Invalid: no text, no owner, or fields that contradict each other.
    """
    demand = _transient(session, payload.values(), principal)
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


def _transient(session: Session, values: Mapping[str, Any], principal: Principal) -> Demand:
    """The demand that the request would create, not attached to a session.

    Raises:
        Forbidden: the principal may not create a demand of that owner.
        Invalid: no text, no owner, or fields that contradict each other.
    """
    # An explicit null means a missing field: there is no stored value that it could clear.
    given = {name: value for name, value in values.items() if value is not None and name != "draft"}
    demand = Demand(id=new_id(), number="", title="")
    demand.owner_org_id = given.pop("owner_org_id", None) or principal.organisation_id
    if demand.owner_org_id is None:
        raise Invalid.field(
            "owner_org_id", "required", "请指明所属单位", "name the organisation that owns the record"
        )
    require(principal, Action.DEMAND_CHECK, own=owns(principal, demand))
    check_owner(session, demand.owner_org_id)
    set_values(session, LIBRARY, demand, given, principal)
    fill_defaults(demand)
    if not any(getattr(demand, name) for name in _SAYING):
        raise Invalid.field(
            "main_problem",
            "text_missing",
            "请至少填写名称、主要问题、技术关键、预期目标、应用场景中的一项",
            "give at least one text: title, main problem, key technology, expected goal or scenario",
        )
    check_required_fields(LIBRARY, demand)
    return demand


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
        question_zh="不写出这一处,能否改用行业、地区或用途来说明?",
        question_en="Can you describe it by trade, region or use instead?",
        excerpt=leak.excerpt,
    )
