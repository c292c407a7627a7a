"""Pushes for tests, put where planning would put them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.database import now
from app.pushes.inbox_log import NEW, record_change
from app.pushes.models import Push, PushAttempt


def make_push(
    session: Session,
    *,
    manager_id: UUID,
    demand_id: UUID,
    achievement_id: UUID,
    score: float = 0.8,
    **values: Any,
) -> Push:
    """A push in its first round."""
    push = Push(
        **{
            "manager_id": manager_id,
            "demand_id": demand_id,
            "achievement_id": achievement_id,
            "pair_score": score,
            "manager_score": 0.9,
            "rank_score": score * 0.9,
            "rank_key": score * 0.9,
            "reasons": {"pair": {"one_line_zh": "腐蚀与防腐相符", "one_line_en": "corrosion"}, "manager": {}},
            "model_version": "test-1",
            "demand_version": 1,
            "achievement_version": 1,
            "expires_at": now() + timedelta(days=30),
            **values,
        }
    )
    session.add(push)
    session.flush()
    record_change(session, push, NEW)
    session.add(
        PushAttempt(push_id=push.id, manager_id=manager_id, round=push.round, pushed_at=push.pushed_at)
    )
    session.flush()
    return push
