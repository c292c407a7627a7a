"""One organisation under several names and rows: the manager's conflict of interest holds for all of them."""

from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Organisation, Role
from app.database import Database
from tests.matching.managers.test_recommendation import Town
from tests.support.callers import Caller, LogIn
from tests.support.http import created, ok

EMPLOYER = "济南砺桥技术转移有限公司"
SAME = [
    EMPLOYER,
    " 济南 砺桥 技术转移 有限公司",
    "济南砺桥技术转移有限责任公司",
    "济南砺桥技术转移股份有限公司",
    "济南砺桥技术转移有限公司（分公司）",
    "济南砺桥技术转移有限公司青岛第二分公司",
    "济南砺桥技术转移分公司",
    "濟南礪橋技術轉移有限公司",
    "（济南）砺桥技术转移有限公司",
    "济南(砺桥)技术转移有限公司",
    "济南砺桥技术转移　有限公司",
]
OTHERS = [
    "济南砺桥检测有限公司",
    "青岛砺桥技术转移有限公司",
    "济南技术转移有限公司",
    "济南励信技术转移有限公司",
]
LIKE = [
    "济南砺桥技术转移集团有限公司",
    "济南砺桥技术转让有限公司",
    "济南市砺桥技术转移有限公司",
    "济南励桥技术转移有限公司",
]
ENGLISH = [
    "Liqiao Technology Co., Ltd.",
    "LIQIAO TECHNOLOGY CO.,LTD",
    "Liqiao Technology Company Limited",
    "Liqiao Technology Co. Ltd. (Jinan Branch)",
    "The Liqiao Technology Inc.",
    "Liqiao Technology GmbH",
]


@pytest.fixture
def town(app: Any, log_in: LogIn) -> Town:
    return Town(app, log_in)


def organisation(town: Town, name: str, **values: Any) -> UUID:
    """One that the bureau enters."""
    facts = {"name": name, "kind": "enterprise", "region": "000000"} | values
    return UUID(created(town.bureau.post("/v1/organisations", json=facts))["id"])


def owned_by(town: Town, organisation_id: UUID) -> None:
    town.buyer = town.log_in(Role.ENTERPRISE, organisation_id=organisation_id)
    town.pair()


def conflict_of(town: Town, manager: dict[str, Any]) -> str | None:
    """The kind of conflict; the manager is recommended if there is none."""
    [item] = [one for one in town.recommended() if one["manager"]["id"] == manager["id"]]
    assert item["recommended"] == (item["conflict"] is None)
    return None if item["conflict"] is None else str(item["conflict"]["kind"])


@pytest.mark.parametrize(
    ("employer", "owner", "kind"),
    [
        *((EMPLOYER, name, "family") for name in SAME),
        *((EMPLOYER, name, None) for name in OTHERS),
        *((EMPLOYER, name, "possible") for name in LIKE),
        *((ENGLISH[0], name, "family") for name in ENGLISH),
        (ENGLISH[0], "Liqiao Instruments Co., Ltd.", None),
        (ENGLISH[0], "Liqao Technology Co., Ltd.", "possible"),
        ("山东泉城工业研究院济南分院", "山东泉城工业研究院", "family"),
        ("北京泉城律师事务所", "北京泉城（济南）律师事务所济南分所", None),
        ("北京泉城律师事务所", "北京泉城律师事务所（济南）分所", "family"),
    ],
)
def test_an_owner_registered_under_another_writing_is_the_employer(
    town: Town, employer: str, owner: str, kind: str | None
) -> None:
    manager = town.manager(organisation(town, employer))
    owned_by(town, organisation(town, owner))
    assert conflict_of(town, manager) == kind


def test_an_owner_who_registers_themselves_is_the_employer(town: Town, app: Any) -> None:
    """Nobody has verified them."""
    manager = town.manager(organisation(town, EMPLOYER))
    owner = organisation(town, SAME[1])
    with app.state.services[Database].unit_of_work() as session:
        session.get_one(Organisation, owner).self_registered = True
    owned_by(town, owner)
    assert conflict_of(town, manager) == "family"


def test_a_former_name_is_remembered(town: Town) -> None:
    manager = town.manager(organisation(town, EMPLOYER))
    renamed = organisation(town, SAME[2])
    change(town.bureau, renamed, name="济南长虹科技服务有限公司")
    read = ok(town.bureau.get(f"/v1/organisations/{renamed}"))
    [former] = read["former_names"]
    assert (former["name"], former["since"]) == (SAME[2], None)
    assert former["until"] is not None
    owned_by(town, renamed)
    assert conflict_of(town, manager) == "family"


def test_a_former_name_is_entered_with_its_dates(town: Town) -> None:
    manager = town.manager(organisation(town, EMPLOYER))
    former = {"name": SAME[3], "since": "2012-01-01", "until": "2019-06-30"}
    owner = organisation(town, "济南长虹科技服务有限公司", former_names=[former])
    assert ok(town.bureau.get(f"/v1/organisations/{owner}"))["former_names"] == [former]
    owned_by(town, owner)
    assert conflict_of(town, manager) == "family"
    wrong = {"name": SAME[3], "since": "2020-01-01", "until": "2019-06-30"}
    facts = {"name": "济南某公司", "kind": "enterprise", "region": "000000", "former_names": [wrong]}
    answer = town.bureau.post("/v1/organisations", json=facts)
    assert answer.json()["errors"][0]["field"] == "former_names.0.until"


def test_a_short_alias_identifies_nobody_and_a_full_one_does(town: Town) -> None:
    manager = town.manager(organisation(town, EMPLOYER, aliases=["砺桥"]))
    other = organisation(town, "青岛砺桥机械有限公司", aliases=["砺桥"])
    owned_by(town, other)
    assert conflict_of(town, manager) == "possible"
    owned_by(town, organisation(town, "济南长虹科技服务有限公司", aliases=[SAME[2]]))
    assert conflict_of(town, manager) == "family"


def test_the_firm_of_a_spouse_that_is_registered_a_second_time(town: Town) -> None:
    firm = organisation(town, "济南金阀密封件有限公司")
    tie = {"organisation_id": str(firm), "kind": "family"}
    manager = town.manager(declared_conflicts=[tie])
    owned_by(town, organisation(town, "济南金阀密封件有限责任公司"))
    assert conflict_of(town, manager) == "declared"


def test_an_excluded_organisation_registered_a_second_time(town: Town) -> None:
    code = "91370102YY000001X4"
    organisation(town, EMPLOYER, uscc=code)
    town.pair(demand={"excluded_orgs": [code]})
    manager = town.manager(organisation(town, SAME[4]))
    assert conflict_of(town, manager) == "excluded"


def test_nobody_joins_two_strangers_by_registering_a_third(town: Town, app: Any) -> None:
    manager = town.manager(organisation(town, EMPLOYER))
    stranger = organisation(town, OTHERS[0])
    third = organisation(town, SAME[1], former_names=[{"name": OTHERS[0]}])
    with app.state.services[Database].unit_of_work() as session:
        session.get_one(Organisation, third).self_registered = True
    owned_by(town, stranger)
    assert conflict_of(town, manager) is None


def change(caller: Caller, organisation_id: UUID, **values: Any) -> None:
    path = f"/v1/organisations/{organisation_id}"
    read = caller.get(path)
    ok(caller.patch(path, json=values, headers={"If-Match": read.headers["ETag"]}))


@pytest.mark.parametrize(
    "tie",
    [{"organisation_name": "濟南金閥 密封件有限責任公司"}, {"organisation_code": "9137 0102-yy000001x4"}],
)
def test_a_tie_by_name_or_code_holds_once_the_firm_is_registered(town: Town, tie: dict[str, str]) -> None:
    manager = town.manager(declared_conflicts=[tie | {"kind": "family"}])
    owned_by(town, organisation(town, "济南金阀密封件有限公司", uscc="91370102YY000001X4"))
    assert conflict_of(town, manager) == "declared"


def test_an_organisation_is_excluded_by_its_name(town: Town) -> None:
    town.pair(demand={"excluded_orgs": [SAME[7]]})
    manager = town.manager(organisation(town, EMPLOYER))
    assert conflict_of(town, manager) == "excluded"


def test_a_declared_name_that_is_nearly_the_owner_s_is_a_possible_tie(town: Town) -> None:
    manager = town.manager(declared_conflicts=[{"organisation_name": "济南金阀密封厂", "kind": "family"}])
    owned_by(town, organisation(town, "济南金阀密封有限公司"))
    assert conflict_of(town, manager) == "possible"
