"""Whatever is sent by the API's own description, kept or broken: an answer in the described form, never a fault."""

from contextlib import suppress
from itertools import count, cycle
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import StopTest, Unsatisfiable, UnsatisfiedAssumption
from hypothesis.strategies import DrawFn, SearchStrategy, composite
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from app.accounts.models import Role
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder

PROBLEM = "application/problem+json"
TRIES = 100
ENDLESS = {"/v1/pushes/stream"}
SENT = {"method", "url", "params", "json", "data", "content", "headers"}


@pytest.fixture(scope="module")
def embedder() -> BigramEmbedder:
    """What the texts mean does not matter here."""
    return BigramEmbedder()


def few_tries(cases: SearchStrategy[Case[Any]]) -> SearchStrategy[Case[Any]]:
    """The cases, and an end of the search after `TRIES` that came to none: nothing can be broken of a request that has
    no input, or whose input may be any text. Hypothesis itself would try a thousand times."""
    tries = count(1)

    @composite
    def drawn(draw: DrawFn) -> Case[Any]:
        try:
            return draw(cases)
        except (StopTest, UnsatisfiedAssumption) as unsuitable:
            if next(tries) < TRIES:
                raise
            raise SkipTest("nothing to break") from unsuitable

    return drawn()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_input_makes_a_fault(
    app: Any, client: Any, as_operator: Any, log_in: LogIn, mode: GenerationMode
) -> None:
    """Sent by a stranger, by the bureau, and by each other role in its turn: to think of a request takes longer than to
    answer it."""
    others = cycle([log_in(role) for role in Role if role is not Role.OPERATOR])
    faults: list[tuple[Any, ...]] = []
    asked = set()
    described = schemathesis.openapi.from_dict(app.openapi())

    def ask(case: Case[Any]) -> None:
        asked.add(case.operation.label)
        sent = case.as_transport_kwargs(base_url="http://testserver")
        if isinstance(sent.get("data"), bytes | str):
            sent["content"] = sent.pop("data")
        # A stream that is open to its reader ends only with their connection, which a test client does not close.
        callers = (client, as_operator, *(() if case.path in ENDLESS else (next(others),)))
        for http in callers:
            check(case, http, {name: value for name, value in sent.items() if name in SENT})

    def check(case: Case[Any], http: Any, sent: dict[str, Any]) -> None:
        answer = http.request(**sent)
        documented = {str(status) for status in case.operation.definition.raw["responses"]}
        if answer.status_code >= 500:
            faults.append((case.operation.label, answer.status_code, sent, answer.text[:300]))
        elif answer.status_code >= 400 and answer.headers["content-type"] != PROBLEM:
            faults.append((case.operation.label, answer.status_code, answer.headers["content-type"]))
        elif str(answer.status_code) not in documented | {"400", "401", "404", "405", "413", "422"}:
            faults.append((case.operation.label, answer.status_code, "undocumented"))

    bounded = settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        with suppress(Unsatisfiable, SkipTest):
            bounded(given(few_tries(operation.as_strategy(generation_mode=mode)))(ask))()
    assert not faults
    assert len(asked) > 40
