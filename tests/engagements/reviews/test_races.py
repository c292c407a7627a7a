"""Findings of two operators at the same moment."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import OrganisationDecision, Role
from app.engagements.reviews.service import ReviewVerdict, decide
from tests.engagements.reviews.cases import hidden_demand, reviews
from tests.support.scenario import Scenario

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer

NAME, LIKE = "济南柱川液压油缸有限公司", "济南柱川液压油杠有限公司"


def test_two_organisations_are_told_apart_once(scenario: Scenario, drain: Callable[[], int]) -> None:
    """Two engagements wait for one pair of names; who clears the second waits until the first is decided."""
    like = scenario.organisation(name=LIKE)
    _, owner, _, _ = hidden_demand(scenario, NAME, organisation_id=str(like))
    hidden_demand(scenario, owner=owner, organisation_id=str(like))
    drain()
    first, second = (UUID(one["id"]) for one in reviews(scenario))
    operator = Principal(user_id=scenario.operator.user_id, role=Role.OPERATOR)

    def clear(session: Session, review_id: UUID) -> None:
        decide(session, review_id, verdict=ReviewVerdict.CLEAR, reason="信用代码不同", principal=operator)

    with scenario.database.unit_of_work() as one:
        clear(one, first)
        with scenario.database.unit_of_work() as two:
            two.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError):
                clear(two, second)
            two.rollback()
    with scenario.database.unit_of_work() as two:
        clear(two, second)
    with scenario.database.reading() as session:
        assert session.scalars(select(OrganisationDecision.verdict)).all() == ["different"]
