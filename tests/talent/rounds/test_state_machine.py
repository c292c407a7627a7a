"""A round under any sequence of moves and changes: the table is kept, and what is frozen comes to the same."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.engagements.contract_models import ContractState
from app.talent.rounds.models import TRANSITIONS, RoundState
from tests.support.scenario import Scenario

pytestmark = pytest.mark.slow

ROUNDS = "/v1/recognition-rounds"
FROZEN = (RoundState.FROZEN, RoundState.REVIEWED, RoundState.PUBLISHED)
CHANGES: list[dict[str, Any]] = [
    {"deal_amount_wan": Decimal("499.99"), "technology_amount_wan": Decimal("1")},
    {"deal_amount_wan": Decimal("700.00")},
    {"state": ContractState.CANCELLED},
    {"state": ContractState.REGISTERED},
    {"landed_on": date(2026, 6, 1), "landed_in_jinan": True},
]

moves = st.sampled_from([("move", name) for name in TRANSITIONS])
changes = st.sampled_from([("change", place) for place in range(len(CHANGES))])
others = st.sampled_from([("recompute", 0), ("work", 0)])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@given(steps=st.lists(moves | moves | changes | others, max_size=9))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_sequence(scenario: Scenario, steps: list[tuple[str, Any]]) -> None:
    manager = scenario.recognised_manager()
    contract = scenario.signed_contract(manager.id, deal="500.00")
    _clear(scenario)
    round_id = scenario.operator_client.post(ROUNDS, {"year": 2026, "title": "认定"}).json()["id"]
    state, frozen = RoundState.OPEN, None
    for kind, what in steps:
        if kind == "move":
            move = TRANSITIONS[what]
            answer = scenario.operator_client.post(f"{ROUNDS}/{round_id}/{what}", {"note": "理由"})
            assert (answer.status_code == 200) is (state in move.sources), (state, what, answer.text)
            if state in move.sources:
                state = RoundState(move.target)  # type: ignore[call-arg]  # by its value
                frozen = _recomputed(scenario, round_id) if what == "freeze" else frozen
        elif kind == "change":
            _change(scenario, contract, CHANGES[what])
        elif kind == "work":
            scenario.announce_amendment(contract)
            scenario.work()
        assert scenario.operator_client.get(f"{ROUNDS}/{round_id}").json()["state"] == state
        if state in FROZEN:
            once, twice = (_recomputed(scenario, round_id) for _ in range(2))
            assert once == twice
            assert frozen is not None and once["equal"]
            assert once["recomputed_digest"] == frozen["recomputed_digest"]


def _clear(scenario: Scenario) -> None:
    """A published round of the year would stay: these tests take it away behind the service's back."""
    from sqlalchemy import delete

    from app.talent.rounds.models import Objection, RecognitionEntry, RecognitionRound

    with scenario.database.unit_of_work() as session:
        for table in (Objection, RecognitionEntry, RecognitionRound):
            session.execute(delete(table))


def _recomputed(scenario: Scenario, round_id: str) -> dict[str, Any]:
    found: dict[str, Any] = scenario.operator_client.post(f"{ROUNDS}/{round_id}/recompute").json()
    return found


def _change(scenario: Scenario, contract: UUID, columns: dict[str, Any]) -> None:
    scenario.change_contract(contract, **columns)
