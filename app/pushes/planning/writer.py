"""The push writer: writes the pushes that the rules allow."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.rules import violations
from app.pushes.eligibility.snapshot import EligibilitySnapshot
from app.pushes.models import Push
from app.pushes.planning.attempt import start_attempt
from app.pushes.planning.pair_plan import PairPlan
from app.pushes.policy import Policy

log = structlog.get_logger(__name__)


def write_pushes(
    session: Session, plans: Sequence[PairPlan], *, policy: Policy, follows: UUID | None = None
) -> list[Push]:
    """Write the pushes that the rules allow now, best candidates first. A repetition writes nothing more.

    `follows` is the push whose end freed the slot.
    """
    if not plans:
        return []
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=[plan.key for plan in plans],
        manager_ids={candidate.manager_id for plan in plans for candidate in plan.candidates},
        lock=True,
    )
    return write_under_lock(session, snapshot, plans, follows=follows)


def write_under_lock(
    session: Session, snapshot: EligibilitySnapshot, plans: Sequence[PairPlan], *, follows: UUID | None = None
) -> list[Push]:
    """`write_pushes` for a caller that has loaded the snapshot of these pairs and managers with `lock`."""
    written: list[Push] = []
    refused: Counter[str] = Counter()
    for plan in plans:
        if plan.key[0] not in snapshot.demands or plan.key[1] not in snapshot.achievements:
            continue
        for candidate in plan.candidates:
            if candidate.manager_id not in snapshot.managers:
                continue
            broken = violations(snapshot.of(plan.key, candidate.manager_id))
            if broken:
                refused.update(rule.code for rule in broken)
                continue
            written.append(start_attempt(session, snapshot, plan.key, candidate, follows))
    session.flush()
    log.info("pushes_written", pairs=len(plans), written=len(written), refused=dict(refused))
    return written
