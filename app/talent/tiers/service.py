"""A manager's tier from what is stored: asked for, supposed (what-if), and kept up to date. Flushes, never commits."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import last_day, today
from app.database import now
from app.events.catalogue import TierChanged
from app.events.outbox import emit
from app.libraries.managers.models import Manager
from app.talent.recognition_facts import digest, pack
from app.talent.tiers.choices import choices
from app.talent.tiers.engine import Evaluation, evaluate, plain
from app.talent.tiers.loader import cases
from app.talent.tiers.models import ManagerTier, TierChange
from app.talent.tiers.rules import rule_sets, rules_of

REFRESHED_AT_ONCE = 200


def evaluate_managers(session: Session, manager_ids: Sequence[UUID], *, year: int) -> dict[UUID, Evaluation]:
    """
    Raises:
        Invalid: no rules hold in that year.
    """
    rules = rules_of(year)
    configuration = choices(session, rules).values
    found = cases(session, manager_ids, year=year, day=last_day(year, today()))
    return {id_: evaluate(rules, configuration, case) for id_, case in found.items()}


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """The sums, as they are stored beside a tier; amounts as text."""
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
    """Compute these managers' tiers of the running year anew; returns how many changed.

    Twice is as once: what is stored already is found unchanged. The managers' rows are locked, so that of two
    refreshes the second sees what the first did. In a year without rules nothing is touched.
    """
    year = today().year
    if not any(rules.holds_in(year) for rules in rule_sets()):
        return 0
    ids = session.scalars(
        select(Manager.id).where(Manager.id.in_(manager_ids)).order_by(Manager.id).with_for_update(of=Manager)
    ).all()
    known = {
        row.manager_id: row
        for row in session.scalars(
            select(ManagerTier)
            .where(ManagerTier.manager_id.in_(ids))
            .execution_options(populate_existing=True)
        )
    }
    changed = 0
    for id_, evaluation in evaluate_managers(session, ids, year=year).items():
        row = known.get(id_)
        before = row.tier if row else None
        _store(session, row, id_, evaluation)
        if before != _tier(evaluation):
            changed += 1
            _note_change(session, id_, before, evaluation, cause, cause_id)
    session.flush()
    return changed


def turn_year(session: Session) -> int:
    """Recompute tiers that are still of a former year, some at a time; returns how many were looked at."""
    outdated = session.scalars(
        select(ManagerTier.manager_id)
        .where(ManagerTier.year < today().year)
        .order_by(ManagerTier.manager_id)
        .limit(REFRESHED_AT_ONCE)
    ).all()
    if outdated:
        refresh(session, outdated, cause="year.turned", cause_id=None)
    return len(outdated)


def _tier(evaluation: Evaluation) -> str | None:
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
    row.tier = _tier(evaluation)
    row.rule_id = evaluation.rule.id if evaluation.rule else None
    row.figures, row.inputs, row.computed_at = summary(evaluation), inputs, now()
    session.add(row)


def _note_change(
    session: Session,
    manager_id: UUID,
    before: str | None,
    evaluation: Evaluation,
    cause: str,
    cause_id: UUID | None,
) -> None:
    after = _tier(evaluation)
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
