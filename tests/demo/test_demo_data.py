"""The demonstration data contains what its README states."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from stdnum.cn import uscc

from app.accounts.organisations.credit_code import matches_registry_code
from app.libraries.datasets.dataset import Dataset, read_dataset
from app.libraries.validation.indicators.parser import parse_indicators
from app.libraries.validation.values.patents import check_ip_number
from app.libraries.validation.values.text import check_keywords, check_title
from tests.support.paths import DEMO_DATA

DIRECTORY = DEMO_DATA
FIELDS = {
    "电子信息",
    "生物与新医药",
    "航空航天",
    "新材料",
    "高技术服务",
    "新能源与节能",
    "资源与环境",
    "先进制造与自动化",
}
MODES = {"assignment", "licence", "equity", "joint_development", "service"}
CONTRACT_TYPES = {"development", "assignment", "licence", "consulting", "service"}
CERTIFICATES = {"none", "primary", "intermediate", "advanced"}
KEYS = {
    "achievements": "id title summary advantages applications keywords field trl transfer_modes asking_price_wan ip"
    " owner_org owner_type region language",
    "demands": "id title description targets keywords field budget_wan deadline min_trl cooperation_modes org region"
    " confidential language",
    "managers": "id name org affiliations regions fields expertise certificate_level years capacity languages"
    " track_record",
    "organisations": "name uscc kind region parent aliases",
}
PATENT_NUMBERS_ASSIGNED_UP_TO = {"1": 1_900_000, "2": 3_900_000}
"""As far as is known, serials of inventions and utility models stay below these in every year up to 2023, so that a
made-up number above them names nobody's right."""

Record = dict[str, Any]


@pytest.fixture(scope="module")
def demo() -> Dataset:
    return read_dataset(DIRECTORY)


@pytest.fixture(scope="module")
def achievements(demo: Dataset) -> dict[str, Record]:
    return {row.data["id"]: row.data for row in demo.achievements}


@pytest.fixture(scope="module")
def demands(demo: Dataset) -> dict[str, Record]:
    return {row.data["id"]: row.data for row in demo.demands}


@pytest.fixture(scope="module")
def managers(demo: Dataset) -> dict[str, Record]:
    return {row.data["id"]: row.data for row in demo.managers}


@pytest.fixture(scope="module")
def organisations(demo: Dataset) -> dict[str, Record]:
    return {row.data["name"]: row.data for row in demo.organisations}


def _topmost(name: str, organisations: dict[str, Record]) -> str:
    while parent := organisations[name]["parent"]:
        name = parent
    return name


def _serves(regions: list[str], region: str) -> bool:
    """A city's code (…00) covers its districts."""
    return any(
        region == served or (served.endswith("00") and served != "000000" and region.startswith(served[:4]))
        for served in regions
    )


def _answers(demo: Dataset) -> Iterator[tuple[str, str]]:
    return (pair for pair, grade in demo.pair_grades.items() if grade >= 2)


def test_every_record_has_exactly_the_fields_of_the_format(demo: Dataset) -> None:
    for name, keys in KEYS.items():
        for row in getattr(demo, name):
            assert set(row.data) == set(keys.split()), row.where


def test_the_set_is_large_enough_and_covers_the_eight_fields(demo: Dataset) -> None:
    assert len(demo.achievements) >= 44
    assert len(demo.demands) >= 22
    assert len(demo.managers) >= 16
    for rows in (demo.achievements, demo.demands):
        assert {row.data["field"] for row in rows} == FIELDS
    assert {field for row in demo.managers for field in row.data["fields"]} == FIELDS


def test_ids_and_names_occur_once(demo: Dataset) -> None:
    patterns = {"achievements": r"A-DEMO-\d{3}", "demands": r"D-DEMO-\d{3}", "managers": r"M-DEMO-\d{2}"}
    for name, pattern in patterns.items():
        ids = [row.data["id"] for row in getattr(demo, name)]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(pattern, id_) for id_ in ids)
    names = [row.data["name"] for row in demo.organisations]
    assert len(names) == len(set(names))


def test_texts_have_the_length_of_real_listings(demo: Dataset) -> None:
    for row in (*demo.achievements, *demo.demands):
        assert check_title(row.data["title"]) == row.data["title"]
        assert check_keywords(row.data["keywords"], 5) == row.data["keywords"]
    for row in demo.achievements:
        # A Chinese character says about as much as two Latin letters.
        longest = 260 if row.data["language"] == "zh" else 500
        assert 80 <= len(row.data["summary"]) <= longest, row.where
        assert re.search(r"\d", row.data["summary"]), row.where
    for row in demo.demands:
        assert 60 <= len(row.data["description"]) <= 220, row.where


def test_titles_and_texts_are_not_repeated(demo: Dataset) -> None:
    for rows, key in (
        (demo.achievements, "summary"),
        (demo.demands, "description"),
        (demo.managers, "expertise"),
    ):
        texts = [row.data[key] for row in rows]
        assert len(texts) == len(set(texts))


def test_targets_can_be_measured(demo: Dataset) -> None:
    for row in demo.demands:
        indicators = parse_indicators(row.data["targets"]).indicators
        assert len([found for found in indicators if found.unit]) >= 2, row.where


def test_codes_and_ranges(demo: Dataset) -> None:
    for row in demo.achievements:
        data = row.data
        assert set(data["transfer_modes"]) <= MODES
        assert 1 <= data["trl"] <= 9
        assert data["asking_price_wan"] is None or data["asking_price_wan"] > 0
    for row in demo.demands:
        data = row.data
        assert set(data["cooperation_modes"]) <= MODES
        assert 1 <= data["min_trl"] <= 9
        assert data["budget_wan"] is None or data["budget_wan"] > 0
        assert date(2027, 3, 1) <= date.fromisoformat(data["deadline"]) <= date(2028, 6, 30)
    for row in demo.managers:
        data = row.data
        assert data["certificate_level"] in CERTIFICATES
        assert data["capacity"] >= 1
        assert set(data["fields"]) <= FIELDS
        assert {entry["contract_type"] for entry in data["track_record"]} <= CONTRACT_TYPES


def test_what_the_demonstration_needs_is_there(demo: Dataset) -> None:
    foreign = [row.data for row in demo.achievements if row.data["region"] == "000000"]
    assert Counter(data["language"] for data in foreign) == {"en": 4}
    assert sum(row.data["confidential"] for row in demo.demands) == 4
    assert sum(not row.data["track_record"] for row in demo.managers) == 2
    assert any(row.data["capacity"] == 1 for row in demo.managers)
    assert sum("en" in row.data["languages"] for row in demo.managers) >= 2


def test_codes_of_organisations_are_valid_and_nobodys(organisations: dict[str, Record]) -> None:
    given = [data["uscc"] for data in organisations.values() if data["uscc"] is not None]
    assert len(given) == len(set(given))
    for code in given:
        assert uscc.is_valid(code), code
        assert matches_registry_code(code), code
        assert code[8:10] == "YQ", code
    for data in organisations.values():
        assert (data["uscc"] is None) == (data["region"] == "000000"), data["name"]
        assert data["kind"] in {"enterprise", "university", "institute", "agency", "bureau"}
        assert data["parent"] is None or data["parent"] in organisations


def test_parents_come_to_an_end(organisations: dict[str, Record]) -> None:
    for name in organisations:
        steps, here = 0, name
        while parent := organisations[here]["parent"]:
            steps, here = steps + 1, parent
            assert steps < len(organisations), name


def test_patent_numbers_have_the_right_check_digit_and_are_nobodys(demo: Dataset) -> None:
    for row in demo.achievements:
        for text in row.data["ip"]:
            number = check_ip_number(text, today=date(2026, 1, 1))
            assert number.family in {"patent", "software_copyright"}, text
            if number.family == "patent":
                assert number.verified, text
                assert int(number.number[7:14]) > PATENT_NUMBERS_ASSIGNED_UP_TO[number.number[6]], text
            assert number.year is not None
            assert number.year <= 2023, text


def test_every_owner_is_a_described_organisation(demo: Dataset, organisations: dict[str, Record]) -> None:
    for row in demo.achievements:
        owner = organisations[row.data["owner_org"]]
        assert (owner["kind"], owner["region"]) == (row.data["owner_type"], row.data["region"]), row.where
    for row in demo.demands:
        assert organisations[row.data["org"]]["region"] == row.data["region"], row.where
        assert organisations[row.data["org"]]["kind"] == "enterprise", row.where
    for row in demo.managers:
        assert {row.data["org"], *row.data["affiliations"]} <= set(organisations), row.where


def test_a_confidential_demand_does_not_name_its_owner(
    demands: dict[str, Record], organisations: dict[str, Record]
) -> None:
    for data in demands.values():
        if data["confidential"]:
            text = data["title"] + data["description"] + data["targets"]
            assert not [
                name for name in (data["org"], *organisations[data["org"]]["aliases"]) if name in text
            ]


def test_judgements_refer_to_records(
    demo: Dataset,
    achievements: dict[str, Record],
    demands: dict[str, Record],
    managers: dict[str, Record],
) -> None:
    pairs = set(demo.pair_grades)
    assert {demand for demand, _ in pairs} == set(demands)
    assert {achievement for _, achievement in pairs} <= set(achievements)
    assert set(demo.pair_grades.values()) == {1, 2, 3}
    for demand, achievement, manager in (*demo.manager_grades, *demo.conflicts):
        assert (demand, achievement) in pairs
        assert manager in managers
    assert {key[:2] for key in demo.manager_grades} == set(_answers(demo))


def test_most_demands_have_one_or_two_answers_and_three_have_none(
    demo: Dataset, demands: dict[str, Record]
) -> None:
    answers = Counter(demand for demand, _ in _answers(demo))
    assert set(demands) - set(answers) == {"D-DEMO-023", "D-DEMO-024", "D-DEMO-025"}
    assert set(answers.values()) == {1, 2}
    decoys = {demand for (demand, _), grade in demo.pair_grades.items() if grade == 1}
    assert decoys == set(demands)


def test_the_terms_of_a_full_answer_fit(
    demo: Dataset, achievements: dict[str, Record], demands: dict[str, Record]
) -> None:
    for (demand_id, achievement_id), grade in demo.pair_grades.items():
        demand, achievement = demands[demand_id], achievements[achievement_id]
        if grade == 3:
            assert achievement["trl"] >= demand["min_trl"], (demand_id, achievement_id)
            assert set(achievement["transfer_modes"]) & set(demand["cooperation_modes"])
            price, budget = achievement["asking_price_wan"], demand["budget_wan"]
            assert price is None or budget is None or price <= budget, (demand_id, achievement_id)


def test_manager_grades_follow_field_and_region(
    demo: Dataset,
    achievements: dict[str, Record],
    demands: dict[str, Record],
    managers: dict[str, Record],
) -> None:
    for demand_id, achievement_id in _answers(demo):
        demand, fields = (
            demands[demand_id],
            {demands[demand_id]["field"], achievements[achievement_id]["field"]},
        )
        for manager_id, manager in managers.items():
            grade = demo.manager_grades.get((demand_id, achievement_id, manager_id), 0)
            in_field = bool(fields & set(manager["fields"]))
            served = _serves(manager["regions"], demand["region"])
            expected = {2, 3} if in_field and served else {1} if in_field else {0}
            assert grade in expected, (demand_id, achievement_id, manager_id)
            assert grade < 3 or manager["track_record"], (demand_id, achievement_id, manager_id)


def test_conflicts_are_those_that_affiliations_and_parents_make(
    demo: Dataset,
    achievements: dict[str, Record],
    demands: dict[str, Record],
    managers: dict[str, Record],
    organisations: dict[str, Record],
) -> None:
    def family(*names: str) -> set[str]:
        return {_topmost(name, organisations) for name in names}

    expected = {
        (demand, achievement, manager_id)
        for demand, achievement in demo.pair_grades
        for manager_id, manager in managers.items()
        if family(demands[demand]["org"], achievements[achievement]["owner_org"])
        & family(manager["org"], *manager["affiliations"])
    }
    assert demo.conflicts == expected


def test_some_conflicts_show_only_through_a_parent(
    demo: Dataset,
    achievements: dict[str, Record],
    demands: dict[str, Record],
    managers: dict[str, Record],
) -> None:
    """Both for an achievement (a university and its company) and for a demand (a group and its plant)."""
    sides = set()
    for demand, achievement, manager_id in demo.conflicts:
        manager = managers[manager_id]
        own = {manager["org"], *manager["affiliations"]}
        owner, asker = achievements[achievement]["owner_org"], demands[demand]["org"]
        if not own & {owner, asker}:
            sides.add((owner, asker))
    assert {owner for owner, _ in sides} >= {"济南岱阳熔合科技有限公司", "济南鹊华药剂科技有限公司"}
    assert "济南轴远车桥有限公司" in {asker for _, asker in sides}
