"""Tiers of managers from stored data: evaluation on request, and the stored tier that events keep up to date."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import last_day, today
from app.database import by_id, now
from app.errors import NotFound
from app.events.catalogue import TierChanged
from app.events.outbox import emit
from app.libraries.managers.models import Manager
from app.paging import Page, PageRequest, Sort, list_page
from app.talent.access import manager_for, own_rows
from app.talent.recognition_facts import digest, pack
from app.talent.tiers import presenter
from app.talent.tiers.choices import choices
from app.talent.tiers.engine import Evaluation, evaluate, plain
from app.talent.tiers.enums import Tier
from app.talent.tiers.loader import cases, managers_with_tier_inputs
from app.talent.tiers.models import ManagerTier, TierChange
from app.talent.tiers.rules import Configuration, rule_set, rule_sets, rules_of
from app.talent.tiers.schemas import StandingRead, TierChangeRead, TierRead, WhatIf, WhatIfRead
from app.talent.tiers.what_if import case_with_hypotheticals

REFRESH_BATCH = 200
_NEWEST = Sort(TierChange.changed_at, datetime, descending=True, name="tier-changes")
_LATEST = Sort(ManagerTier.computed_at, datetime, descending=True, name="tiers")


def evaluate_managers(session: Session, manager_ids: Sequence[UUID], *, year: int) -> dict[UUID, Evaluation]:
    """
    Raises:
        Invalid: no rules are in force in that year.
    """
    rules = rules_of(year)
    configuration = choices(session, rules).values
    tier_cases = cases(session, manager_ids, year=year, day=last_day(year, today()))
    return {id_: evaluate(rules, configuration, case) for id_, case in tier_cases.items()}


def tier_shifts(
    session: Session, rule_set_id: str, chosen: Mapping[str, str], *, principal: Principal
) -> list[tuple[str, str, str | None, str | None]]:
    """Whose tier would change if these choices were made: number, name, tier now, and then; by number.

    Raises:
        NotFound: the rule set does not exist.
    """
    require(principal, Action.TIER_CONFIGURE)
    rules = rule_set(rule_set_id)
    if rules is None:
        raise NotFound
    present = choices(session, rules).values
    changed = Configuration.model_validate(present.model_dump(mode="json") | dict(chosen))
    day = min(max(today(), rules.valid_from), rules.valid_to)
    ids = managers_with_tier_inputs(session)
    found = cases(session, ids, year=day.year, day=day)
    managers = by_id(session, Manager, list(found))
    shifts = []
    for id_, case in found.items():
        before, after = _tier_code(evaluate(rules, present, case)), _tier_code(evaluate(rules, changed, case))
        if before != after:
            shifts.append((managers[id_].number, managers[id_].title, before, after))
    return sorted(shifts)


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """The figures that are stored with a tier; amounts as strings."""
    figures = evaluation.figures
    return {
        "landed_projects": plain(figures.landed_projects),
        "amount_year_wan": plain(figures.amount_year_wan),
        "amount_total_wan": plain(figures.amount_total_wan),
        "certificate": figures.certificate.level.value if figures.certificate else "none",
        "filed": figures.filed,
        "contracts": sum(line.in_total for line in figures.lines),
    }


def refresh(session: Session, manager_ids: Sequence[UUID], *, cause: str, cause_id: UUID | None) -> int:
    """Recompute these managers' tiers of the current year; returns the number of changed tiers.

    Idempotent. The managers' rows are locked, so that concurrent refreshes see each other's result. In a year without
    rules nothing changes.
    """
    year = today().year
    if not any(rules.holds_in(year) for rules in rule_sets()):
        return 0
    ids = session.scalars(
        select(Manager.id).where(Manager.id.in_(manager_ids)).order_by(Manager.id).with_for_update(of=Manager)
    ).all()
    stored = {
        row.manager_id: row
        for row in session.scalars(
            select(ManagerTier)
            .where(ManagerTier.manager_id.in_(ids))
            .execution_options(populate_existing=True)
        )
    }
    changed = 0
    for id_, evaluation in evaluate_managers(session, ids, year=year).items():
        row = stored.get(id_)
        before = row.tier if row else None
        _store(session, row, id_, evaluation)
        if before != _tier_code(evaluation):
            changed += 1
            _log_change(session, id_, before, evaluation, cause, cause_id)
    session.flush()
    return changed


def refresh_outdated_years(session: Session) -> int:
    """Recompute one batch of tiers that are still of an earlier year; returns the number of managers."""
    outdated = session.scalars(
        select(ManagerTier.manager_id)
        .where(ManagerTier.year < today().year)
        .order_by(ManagerTier.manager_id)
        .limit(REFRESH_BATCH)
    ).all()
    if outdated:
        refresh(session, outdated, cause="year.turned", cause_id=None)
    return len(outdated)


def _tier_code(evaluation: Evaluation) -> str | None:
    return evaluation.tier.value if evaluation.tier else None


def _store(session: Session, row: ManagerTier | None, manager_id: UUID, evaluation: Evaluation) -> None:
    inputs = digest(
        {
            "rules": evaluation.rules.model_dump(mode="json"),
            "configuration": evaluation.configuration.model_dump(mode="json"),
            "case": pack(evaluation.case),
        }
    )
    if row is not None and row.inputs == inputs:
        return
    row = row or ManagerTier(manager_id=manager_id)
    row.year, row.day = evaluation.case.year, evaluation.case.day
    row.tier = _tier_code(evaluation)
    row.rule_id = evaluation.rule.id if evaluation.rule else None
    row.figures, row.inputs, row.computed_at = summary(evaluation), inputs, now()
    session.add(row)


def _log_change(
    session: Session,
    manager_id: UUID,
    before: str | None,
    evaluation: Evaluation,
    cause: str,
    cause_id: UUID | None,
) -> None:
    after = _tier_code(evaluation)
    session.add(
        TierChange(
            manager_id=manager_id,
            year=evaluation.case.year,
            before=before,
            after=after,
            rule_id=evaluation.rule.id if evaluation.rule else None,
            figures=summary(evaluation),
            cause=cause,
            cause_id=cause_id,
        )
    )
    emit(
        session,
        TierChanged(
            subject_id=manager_id, year=evaluation.case.year, before=before, after=after, cause=cause
        ),
    )


def tier_of(
    session: Session, manager_id: UUID | None, year: int | None = None, *, principal: Principal
) -> TierRead:
    """The tier of a manager in a year, by default this one; without an id that of the principal.

    Raises:
        NotFound, Forbidden: see `manager_for`.
        Invalid: no rules are in force in that year.
    """
    manager = manager_for(session, manager_id, Action.TIER_READ, principal=principal)
    reference_year = year or today().year
    rules = rules_of(reference_year)
    chosen = choices(session, rules)
    case = cases(session, [manager.id], year=reference_year, day=last_day(reference_year, today()))[
        manager.id
    ]
    evaluation = evaluate(rules, chosen.values, case)
    return presenter.tier_read(manager, evaluation, configuration_version=chosen.version)


def tier_with_hypotheticals(
    session: Session, manager_id: UUID | None, wanted: WhatIf, *, principal: Principal
) -> WhatIfRead:
    """The tier of a manager as it would be with hypothetical contracts, certificates or choices. Nothing is stored.

    Raises:
        NotFound, Forbidden, Invalid: as `tier_of`.
    """
    manager = manager_for(session, manager_id, Action.TIER_READ, principal=principal)
    year = wanted.year or today().year
    rules = rules_of(year)
    chosen = choices(session, rules)
    case = cases(session, [manager.id], year=year, day=last_day(year, today()))[manager.id]
    hypothetical_case, hypothetical_ids = case_with_hypotheticals(case, wanted.contracts, wanted.certificates)
    configuration = Configuration.model_validate(
        chosen.values.model_dump(mode="json") | wanted.configuration.given_choices()
    )
    return WhatIfRead(
        actual_tier=evaluate(rules, chosen.values, case).tier,
        supposed=presenter.tier_read(
            manager,
            evaluate(rules, configuration, hypothetical_case),
            configuration_version=chosen.version,
            hypothetical=hypothetical_ids,
        ),
    )


def standing_page(
    session: Session, paging: PageRequest, tiers: Sequence[Tier] | None = None, *, principal: Principal
) -> Page[StandingRead]:
    """One page of this year's tiers of the managers that the principal may act for, last computed first."""
    require(principal, Action.TIER_READ, own=True)
    query = select(ManagerTier).where(own_rows(ManagerTier.manager_id, principal))
    if tiers:
        query = query.where(ManagerTier.tier.in_(tiers))
    return list_page(session, query, _LATEST, paging, StandingRead.model_validate)


def tier_change_page(
    session: Session, paging: PageRequest, manager_id: UUID, *, principal: Principal
) -> Page[TierChangeRead]:
    """One page of the changes of one manager's tier, newest first.

    Raises:
        NotFound, Forbidden: see `manager_for`.
    """
    manager = manager_for(session, manager_id, Action.TIER_READ, principal=principal)
    query = select(TierChange).where(TierChange.manager_id == manager.id)
    return list_page(session, query, _NEWEST, paging, TierChangeRead.model_validate)
