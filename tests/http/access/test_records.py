"""Every route that answers with a record by its id, and every reader: one table says who gets an answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.database import Database
from tests.http.access.world import readers, records
from tests.support.callers import LogIn
from tests.support.embedders import BigramEmbedder
from tests.support.http import ON_ONE_DATABASE
from tests.support.scenario import Scenario

STATUS = {"+": 200, "?": 401, "x": 403, "-": 404, "!": 409}
"""`x`: their role sees no such record; `-`: they do not learn that there is one; `!`: it does not exist yet."""

# The readers of a line, in its order: operator, the demand's owner, the achievement's holder, the leading manager |
# another enterprise, institution, manager, an investor | system administrator, security administrator, auditor |
# nobody who is logged in.
# A `hidden` record is confidential: others get its answer without the fields that are not for them.
TABLE = """
organisations/{organisation_id}                          | organisation       | ++++ ++++ x++ ?
users/{user_id}                                          | user               | ++-- ---- -++ ?
achievements/{record_id}                                 | public achievement | ++++ ++++ +++ +
achievements/{record_id}                                 | hidden achievement | ++++ ++++ +++ +
achievements/{record_id}                                 | draft achievement  | +-+- ---- --- -
achievements/{record_id}/versions                        | hidden achievement | +x+x xxxx xxx ?
achievements/{record_id}/versions                        | draft achievement  | +-+- ---- --- ?
demands/{record_id}                                      | public demand      | ++++ ++++ +++ +
demands/{record_id}                                      | hidden demand      | ++++ ++++ +++ +
demands/{record_id}                                      | draft demand       | ++-- ---- --- -
demands/{record_id}/versions                             | hidden demand      | ++xx xxxx xxx ?
demands/{record_id}/versions                             | draft demand       | ++-- ---- --- ?
managers/{record_id}                                     | public manager     | ++++ ++++ +++ +
managers/{record_id}                                     | draft manager      | +--- ---- --- -
managers/{record_id}/versions                            | public manager     | +xx+ xxxx xxx ?
managers/{record_id}/versions                            | draft manager      | +--- ---- --- ?
demands/{demand_id}/matches                              | public demand      | ++x+ xx+x xxx ?
demands/{demand_id}/matches                              | hidden demand      | ++x+ xx+x xxx ?
demands/{demand_id}/matches                              | draft demand       | ++-- ---- --- ?
achievements/{achievement_id}/matches                    | public achievement | +x++ xx+x xxx ?
achievements/{achievement_id}/matches                    | hidden achievement | +x++ xx+x xxx ?
achievements/{achievement_id}/matches                    | draft achievement  | +-+- ---- --- ?
demands/{demand_id}/matches.pdf                          | hidden demand      | ++x+ xx+x xxx ?
demands/{demand_id}/matches.pdf                          | draft demand       | ++-- ---- --- ?
achievements/{achievement_id}/matches.pdf                | hidden achievement | +x++ xx+x xxx ?
achievements/{achievement_id}/matches.pdf                | draft achievement  | +-+- ---- --- ?
channels/{channel_id}                                    | channel            | ---+ ---- --- ?
webhooks/{endpoint_id}                                   | webhook            | ++-x --x- xxx ?
deliveries/{delivery_id}                                 | delivery           | +--+ ---- +-- ?
digests/{digest_id}                                      | digest             | +xx+ xx-x xxx ?
demands/{demand_id}/matches/{achievement_id}/answer      | pair               | x+-x --xx xxx ?
achievements/{achievement_id}/matches/{demand_id}/answer | pair               | x-+x --xx xxx ?
achievements/{achievement_id}/feedback                   | public achievement | +x+x xxxx xxx ?
achievements/{achievement_id}/feedback                   | hidden achievement | +x+x xxxx xxx ?
achievements/{achievement_id}/feedback                   | draft achievement  | +-+- ---- --- -
pushes/{push_id}                                         | push               | +xx+ xx-x xxx ?
assignments/runs/{run_id}                                | run                | +xxx xxxx xxx ?
engagements/{engagement_id}                              | engagement         | ++++ ---- xxx ?
engagements/{engagement_id}/reveals                      | engagement         | ++++ ---- xxx ?
engagements/{engagement_id}/timeline                     | engagement         | ++++ ---- xxx ?
engagement-reviews/{review_id}                           | review             | +xxx xxxx xxx ?
engagements/{engagement_id}/tasks                        | engagement         | ++++ ---- xxx ?
engagements/{engagement_id}/files                        | engagement         | ++++ ---- xxx ?
engagements/{engagement_id}/files/{file_id}/content      | engagement         | ++++ ---- xxx ?
contracts/{contract_id}                                  | contract           | ++++ ---- xxx ?
contracts/{contract_id}/versions                         | contract           | ++++ ---- xxx ?
imports/{batch_id}                                       | batch              | ++-x --xx xxx ?
imports/{batch_id}/rows                                  | batch              | ++-x --xx xxx ?
partner-agreements/{agreement_id}                        | agreement          | +xxx xxxx xxx ?
contracts/{contract_id}/files                            | contract           | ++++ ---- xxx ?
contracts/{contract_id}/files/{file_id}/content          | contract           | ++++ ---- xxx ?
filings/{filing_id}                                      | filing             | +x-+ x--x xxx ?
filings/{filing_id}/moves                                | filing             | +x-+ x--x xxx ?
managers/{manager_id}/affiliations                       | public manager     | +xx+ xxxx xxx ?
managers/{manager_id}/affiliations                       | draft manager      | +--- ---- --- ?
certificates/{certificate_id}                            | certificate        | +x-+ x--x xxx ?
managers/{manager_id}/certificate-level                  | public manager     | +xx+ xxxx xxx ?
managers/{manager_id}/certificate-level                  | draft manager      | +--- ---- --- ?
certificates/{certificate_id}/evidence                   | certificate        | +x-+ x--x xxx ?
training-bases/{base_id}                                 | base               | ++++ ++++ +++ +
trainings/{training_id}                                  | training           | +x-+ x--x xxx ?
managers/{manager_id}/training-summary                   | public manager     | +xx+ xxxx xxx ?
managers/{manager_id}/training-summary                   | draft manager      | +--- ---- --- ?
tier-rules/{rule_set_id}/configuration                   | rules              | ++++ ++++ +++ +
managers/{manager_id}/tier                               | public manager     | +xx+ xxxx xxx ?
managers/{manager_id}/tier                               | draft manager      | +--- ---- --- ?
managers/{manager_id}/tier-changes                       | public manager     | +xx+ xxxx xxx ?
managers/{manager_id}/tier-changes                       | draft manager      | +--- ---- --- ?
recognition-rounds/{round_id}                            | round              | +x++ x++x xxx ?
recognition-rounds/{round_id}/moves                      | round              | +xxx xxxx xxx ?
recognition-rounds/{round_id}/entries                    | round              | +x++ x++x xxx ?
recognition-rounds/{round_id}/export                     | round              | +xxx xxxx xxx ?
recognition-entries/{entry_id}                           | entry              | +x-+ x--x xxx ?
recognition-entries/{entry_id}/certificate.pdf           | entry              | !x-! x--x xxx ?
recognition-rounds/{round_id}/objections                 | round              | +x++ x++x xxx ?
rankings/{ranking_id}                                    | draft ranking      | +--- ---- --- -
rankings/{ranking_id}/places                             | draft ranking      | +--- ---- --- -
contests/{contest_id}                                    | draft contest      | +--- ---- --- -
contests/{contest_id}                                    | open contest       | ++++ ++++ +++ +
contests/{contest_id}/registrations                      | draft contest      | +x-- x--x xxx ?
contests/{contest_id}/registrations                      | open contest       | +x++ x++x xxx ?
contests/{contest_id}/placings                           | draft contest      | +--- ---- --- -
contests/{contest_id}/placings                           | open contest       | ++++ ++++ +++ +
"""


@pytest.fixture(scope="session")
def embedder() -> BigramEmbedder:
    """What texts mean does not matter here."""
    return BigramEmbedder()


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "no model"


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    """The owners and the lead are there before anything else."""
    scenario = Scenario(app.state.services[Database], log_in=log_in)
    assert scenario.enterprise and scenario.institution and scenario.lead
    return scenario


def rows() -> Iterator[tuple[str, str, str]]:
    """Path, name of the record, and the signs of its readers."""
    for line in TABLE.strip().splitlines():
        path, name, signs = (part.strip() for part in line.split("|"))
        yield f"/v1/{path}", name, signs.replace(" ", "")


@ON_ONE_DATABASE
def test_every_route_with_an_id_is_in_the_table(app: Any) -> None:
    routes = {path for path, methods in app.openapi()["paths"].items() if "get" in methods and "_id}" in path}
    assert {path for path, _, _ in rows()} == routes


@ON_ONE_DATABASE
def test_each_reader_gets_the_answer_of_the_table(scenario: Scenario, client: Any) -> None:
    made, who = records(scenario), readers(scenario, client)
    wrong = []
    for path, name, signs in rows():
        needed = re.findall(r"{(\w+_id)}", path)
        address = path.format(**{one: made[name][one] for one in needed})
        for (reader, caller), sign in zip(who.items(), signs, strict=True):
            status = caller.get(address).status_code
            if status != STATUS[sign]:
                wrong.append(f"{path} of the {name} for {reader}: {status}, not {STATUS[sign]}")
    assert wrong == []
