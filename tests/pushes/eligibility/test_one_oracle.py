"""Every path from a pair to an engagement against one oracle, while another process switches the ranker in between."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.accounts.access.principal import SYSTEM
from app.errors import Conflict
from app.matching.models import Pair
from app.matching.ranking import registry
from app.matching.ranking.ranker import Ranker, load_ranker
from app.pushes.digests.preview import preview_list
from app.pushes.inbox import service as inbox
from app.pushes.inbox.undo import undo
from app.pushes.policy import Policy, current_policy
from tests.pushes.eligibility.test_every_path import TIED, World, sampled
from tests.support.scenario import Scenario

SCORE = 0.9
"""Of every pair: above the threshold of the shipped ranker and below that of the strict one."""
STRICT = 0.97
PATHS = ("planned", "assigned", "previewed", "pushed", "invited", "accepted", "undone")


class Process:
    """This process, and another one that switches rankers: only the database tells."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.shipped: Ranker = load_ranker()
        assert self.shipped.threshold < SCORE
        scenario.matcher.ranker = registry.ActiveRanker(self.shipped).current  # type: ignore[assignment, method-assign]
        with scenario.database.unit_of_work() as session:
            strict = replace(self.shipped, version="strict", threshold=STRICT)
            registry.register(session, strict, state=registry.TRAINED)
        self.strict = False

    def switch(self, *, strict: bool) -> None:
        """`model use` of the strict ranker, or a rollback to the one before."""
        if strict == self.strict:
            return
        with self.scenario.database.unit_of_work() as session:
            if strict:
                registry.use(session, "strict", shipped=self.shipped, principal=SYSTEM)
            else:
                registry.rollback(session, shipped=self.shipped, principal=SYSTEM)
        self.strict = strict

    def policy(self) -> Policy:
        with self.scenario.database.reading() as session:
            return current_policy(session, self.scenario.services)

    def start(self) -> None:
        """No pair and no preference for a manager is left of an earlier example."""
        self.switch(strict=False)
        self.scenario.matcher.fits.clear()
        with self.scenario.database.unit_of_work() as session:
            session.execute(delete(Pair))


def is_previewed(world: World) -> bool:
    scenario = world.scenario
    with scenario.database.reading() as session:
        found = preview_list(
            session,
            scenario.matcher,
            world.manager_id,
            policy=current_policy(session, scenario.services),
            sees_confidential=True,
        )
    return any(item.demand_id == world.demand_id for item in found.items)


def is_undone(world: World) -> bool:
    """Whether the manager can take back that they declined a push of the pair."""
    scenario = world.scenario
    pushes = scenario.pushes(manager_id=world.manager_id)
    push_id = (
        pushes[0].id if pushes else scenario.push(world.manager_id, world.demand_id, world.achievement_id)
    )
    principal = scenario.as_manager(world.manager_id)
    with scenario.database.reading() as session:
        inbox.decline(session, push_id, reason="price", note="", principal=principal)
        try:
            undo(session, push_id, policy=current_policy(session, scenario.services), principal=principal)
        except Conflict as refusal:
            if refusal.problem_code not in {*TIED, "pair_below_threshold"}:
                raise
            return False
    return True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_every_path_follows_the_ties_and_the_ranker_of_the_moment(scenario: Scenario) -> None:
    process = Process(scenario)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=len(PATHS), max_size=len(PATHS)))
    def holds(seed: int, strict: list[bool]) -> None:
        process.start()
        world = World(scenario, sampled(seed))
        answer = not world.ties.forbid_the_answer
        found, expected = {}, {}
        for path, is_strict in zip(PATHS, strict, strict=True):
            process.switch(strict=is_strict)
            scenario.policy = process.policy()
            found[path] = (
                (is_previewed if path == "previewed" else is_undone)(world)
                if path
                in {
                    "previewed",
                    "undone",
                }
                else getattr(world, f"is_{path}")()
            )
            allowed = (
                answer if path in {"invited", "accepted", "undone"} else not world.ties.forbid_the_manager
            )
            # An invitation and an answer to a push that was sent do not depend on the present threshold.
            expected[path] = allowed and (path in {"invited", "accepted"} or not is_strict)
        assert found == expected

    holds()
