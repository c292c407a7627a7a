"""Matching through HTTP: what is answered to whom, and what stays hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role
from app.database import Database
from app.libraries.demands.models import Demand
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.http import ON_ONE_DATABASE, create, ok

TEXT = "化工储罐的水性防腐涂料半年就起泡，想找盐雾一千小时以上的体系"


@pytest.fixture
def university(log_in: Callable[..., Any]) -> Any:
    return log_in(Role.INSTITUTION)


@pytest.fixture
def coating(university: Any) -> dict[str, Any]:
    return create(university, "achievements", achievement_payload())


def test_a_text_is_matched_and_nothing_is_stored(
    app: Any, as_enterprise: Any, coating: dict[str, Any]
) -> None:
    answer = ok(as_enterprise.post("/v1/matches/text", json={"text": TEXT}))
    assert [item["record"]["id"] for item in answer["items"]] == [coating["id"]]
    with app.state.services[Database].reading() as session:
        assert session.scalar(select(func.count()).select_from(Demand)) == 0


def test_a_text_finds_demands_too(log_in: Callable[..., Any], university: Any) -> None:
    demand = ok(log_in(Role.ENTERPRISE).post("/v1/demands", json=demand_payload()), 201)
    wanted = {"text": achievement_payload()["summary"], "looking_for": "demand"}
    answer = ok(university.post("/v1/matches/text", json=wanted))
    assert answer["items"][0]["record"]["id"] == demand["id"]


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "短"}, "text"),
        ({"text": "字" * 5001}, "text"),
        ({"text": "？？！……。。。"}, "text"),
        ({"text": 7}, "text"),
        ({}, "text"),
        ({"text": TEXT, "looking_for": "manager"}, "looking_for"),
        ({"text": TEXT, "limit": 0}, "limit"),
        ({"text": TEXT, "extra": 1}, "extra"),
        ({"text": "a\x00b 控制字符控制字符"}, "text"),
    ],
)
def test_a_wrong_text_is_named(as_enterprise: Any, body: dict[str, Any], field: str) -> None:
    problem = as_enterprise.post("/v1/matches/text", json=body)
    assert problem.status_code == 422, problem.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in problem.json()["errors"]] == [field]


def test_matches_are_for_the_owner_the_operator_and_managers(
    log_in: Callable[..., Any], as_operator: Any, as_manager: Any, as_stranger: Any, coating: dict[str, Any]
) -> None:
    owner, other = log_in(Role.ENTERPRISE), log_in(Role.ENTERPRISE)
    demand = ok(owner.post("/v1/demands", json=demand_payload()), 201)
    path = f"/v1/demands/{demand['id']}/matches"
    for reader, status in (
        (owner, 200),
        (as_operator, 200),
        (as_manager, 200),
        (other, 403),
        (as_stranger, 401),
    ):
        assert reader.get(path).status_code == status


def test_a_confidential_demand_never_tells_its_owner(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any], drain: Callable[[], int]
) -> None:
    name = "济南泽川储运装备有限公司"
    owner = log_in(Role.ENTERPRISE, organisation_name=name)
    hidden = demand_payload(publish_mode="confidential", contact_name="沈知远", contact_phone="13800000001")
    ok(owner.post("/v1/demands", json=hidden), 201)
    drain()
    for response in (
        university.get(f"/v1/achievements/{coating['id']}/matches"),
        university.post("/v1/matches/text", json={"text": TEXT, "looking_for": "demand"}),
        university.get("/v1/pairs"),
    ):
        text = response.text
        assert ok(response)["items"], text
        assert "化工储罐" in text
        for secret in (name, "泽川", str(owner.organisation_id), "沈知远", "13800000001"):
            assert secret not in text


def test_sentences_say_where_they_stand(log_in: Callable[..., Any], university: Any) -> None:
    sentence = "水性涂料在盐雾环境半年即起泡脱落。"
    offered = achievement_payload(
        summary=f"以微胶囊改性环氧树脂。{sentence}", advantages="", scenarios=sentence
    )
    create(university, "achievements", offered)
    owner = log_in(Role.ENTERPRISE)
    demand = create(owner, "demands", demand_payload(main_problem=f"现用溶剂型涂料超标。{sentence}"))
    record, reasons = _first(owner.get(f"/v1/demands/{demand['id']}/matches"))
    met = next(met for met in reasons["sentences"] if met["demand"] == sentence)
    assert (met["demand_field"], met["achievement_field"]) == ("main_problem", "summary")
    for side, texts in (("demand", demand), ("achievement", record)):
        start, end = met[f"{side}_span"]
        assert texts[met[f"{side}_field"]][start:end] == sentence


def _first(answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record and the reasons of the first match."""
    item = ok(answer)["items"][0]
    return item["record"], item["reasons"]


def test_filters_limit_the_answer(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any]
) -> None:
    mature = achievement_payload(
        title="高固体分防腐底漆工业化制备技术", trl=8, region="370203", language="zh"
    )
    other = ok(university.post("/v1/achievements", json=mature), 201)
    owner = log_in(Role.ENTERPRISE)
    demand = ok(owner.post("/v1/demands", json=demand_payload()), 201)

    def ids(**params: Any) -> set[str]:
        answer = ok(owner.get(f"/v1/demands/{demand['id']}/matches", params=params))
        return {item["record"]["id"] for item in answer["items"]}

    assert ids() == {coating["id"], other["id"]}
    assert ids(min_trl=7) == {other["id"]}
    assert ids(region="370100") == {coating["id"]}
    assert ids(region="370000") == {coating["id"], other["id"]}
    assert ids(field="40") == {coating["id"], other["id"]}
    assert ids(field="10") == set()
    problem = owner.get(f"/v1/demands/{demand['id']}/matches", params={"region": "999999"})
    assert problem.status_code == 422


def _ids(answer: Any) -> set[str]:
    return {item["record"]["id"] for item in ok(answer)["items"]}


def test_terms_and_owners_limit_the_lists_and_the_match_for_a_text(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any]
) -> None:
    """A negotiable price passes; a confidential record tells nothing of its owner, so no kind of owner finds it."""
    firm = log_in(Role.ENTERPRISE)
    dear = achievement_payload(price_min_wan=200, price_max_wan=300, transfer_modes=["assignment"])
    other = "石墨烯改性水性富锌底漆,用于储罐和塔筒防腐,不起泡,盐雾一千小时划痕处不扩蚀。"
    dear = create(firm, "achievements", dear | {"title": "海上风电防腐底漆", "summary": other})
    hidden = achievement_payload(publish_mode="confidential", title="水性环氧防腐涂层", price_max_wan=90)
    hidden = create(university, "achievements", hidden)
    owner = log_in(Role.ENTERPRISE)
    demand = create(owner, "demands", demand_payload(budget_max_wan=300))
    everything = {coating["id"], dear["id"], hidden["id"]}
    path = f"/v1/demands/{demand['id']}/matches"
    for parameters, expected in (
        ({}, everything),
        ({"price_max": 100}, {coating["id"], hidden["id"]}),
        ({"price_max": "200"}, everything),
        ({"mode": "assignment"}, {dear["id"]}),
        ({"mode": ["assignment", "licence"]}, everything),
        ({"mode": "技术转让"}, {dear["id"]}),
        ({"owner_kind": "enterprise"}, {dear["id"]}),
        ({"owner_kind": ["university", "enterprise"]}, {dear["id"], coating["id"]}),
        ({"owner_kind": "bureau"}, set()),
        ({"mode": "licence", "price_max": 80}, {coating["id"]}),
    ):
        assert _ids(owner.get(path, params=parameters)) == expected, parameters
        assert _ids(owner.post("/v1/matches/text", json={"text": TEXT, **_listed(parameters)})) == expected

    back = f"/v1/achievements/{coating['id']}/matches"
    for parameters, expected in (
        ({}, {demand["id"]}),
        ({"budget_min": 300}, {demand["id"]}),
        ({"budget_min": 301}, set()),
        ({"mode": "licence"}, {demand["id"]}),
        ({"mode": "assignment"}, set()),
        ({"owner_kind": "enterprise"}, {demand["id"]}),
        ({"owner_kind": "university"}, set()),
    ):
        assert _ids(university.get(back, params=parameters)) == expected, parameters
        text = {"text": achievement_payload()["summary"], "looking_for": "demand", **_listed(parameters)}
        assert _ids(university.post("/v1/matches/text", json=text)) == expected, parameters


def _listed(parameters: dict[str, Any]) -> dict[str, Any]:
    """As a body has them: what may be given several times is a list."""
    return {
        name: [value] if name in ("mode", "owner_kind") and isinstance(value, str) else value
        for name, value in parameters.items()
    }


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"mode": "barter"}, "mode"),
        ({"owner_kind": "club"}, "owner_kind"),
        ({"price_max": "cheap"}, "price_max"),
        ({"price_max": -1}, "price_max"),
        ({"price": 100}, "price"),
    ],
)
def test_a_filter_that_is_not_understood_is_refused(
    as_enterprise: Any, coating: dict[str, Any], parameters: dict[str, Any], field: str
) -> None:
    demand = create(as_enterprise, "demands", demand_payload())
    for answer in (
        as_enterprise.get(f"/v1/demands/{demand['id']}/matches", params=parameters),
        as_enterprise.post("/v1/matches/text", json={"text": TEXT, **_listed(parameters)}),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"].split(".")[0] == field


def test_a_filter_of_the_other_library_is_refused(university: Any, coating: dict[str, Any]) -> None:
    path = f"/v1/achievements/{coating['id']}/matches"
    for parameters in ({"price_max": 100}, {"min_trl": 5}):
        assert university.get(path, params=parameters).status_code == 422
        body = {"text": TEXT, "looking_for": "demand", **parameters}
        problem = university.post("/v1/matches/text", json=body)
        assert [error["field"] for error in problem.json()["errors"]] == list(parameters)
    problem = university.post("/v1/matches/text", json={"text": TEXT, "budget_min": 10})
    assert [error["code"] for error in problem.json()["errors"]] == ["other_kind"]


def test_amounts_filter_for_verified_readers_only(
    log_in: Callable[..., Any], coating: dict[str, Any]
) -> None:
    """Otherwise filtering would tell the price that is hidden from them."""
    newcomer = log_in(Role.ENTERPRISE, verified=False)
    demand = create(newcomer, "demands", demand_payload())
    path = f"/v1/demands/{demand['id']}/matches"
    assert newcomer.get(path, params={"price_max": 100}).status_code == 403
    assert newcomer.get(path, params={"mode": "licence"}).status_code == 200


def test_a_pair_has_one_score_wherever_it_is_shown(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any], drain: Callable[[], int]
) -> None:
    """The store changes after the pair was stored: what the pair is worth now counts, everywhere."""
    owner = log_in(Role.ENTERPRISE)
    demand = create(owner, "demands", demand_payload())
    drain()
    for summary in ("罐区储油的水性涂料回收线,盐雾房配套。", "环氧地坪涂料,固化快,耐磨,车间地面翻新用。"):
        create(university, "achievements", achievement_payload(title=summary[:10], summary=summary))
    live = ok(owner.get(f"/v1/demands/{demand['id']}/matches"))["items"]
    back = ok(university.get(f"/v1/achievements/{coating['id']}/matches"))["items"]
    (pair,) = (
        one
        for one in ok(owner.get("/v1/pairs"))["items"]
        if one["achievement"]["id"] == coating["id"] and one["demand"]["id"] == demand["id"]
    )
    of_coating = next(item for item in live if item["record"]["id"] == coating["id"])
    assert pair["score"] == of_coating["score"] == pytest.approx(back[0]["score"], abs=1e-5)
    assert pair["reasons"] == of_coating["reasons"]


def test_own_achievements_and_excluded_organisations_do_not_match(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any], as_operator: Any
) -> None:
    own = ok(university.post("/v1/demands", json=demand_payload()), 201)
    assert ok(university.get(f"/v1/demands/{own['id']}/matches"))["items"] == []

    code = "12370000YY00000362"
    path = f"/v1/organisations/{university.organisation_id}"
    tag = as_operator.get(path).headers["ETag"]
    ok(as_operator.patch(path, json={"uscc": code}, headers={"If-Match": tag}))
    owner = log_in(Role.ENTERPRISE)
    excluding = ok(owner.post("/v1/demands", json=demand_payload(excluded_orgs=[code])), 201)
    answer = ok(owner.get(f"/v1/demands/{excluding['id']}/matches"))
    assert answer["items"] == [] and answer["left_out"] == {"excluded_org": 1}


def test_who_is_not_verified_sees_titles_but_no_texts_and_no_reasons(
    app: Any, log_in: Callable[..., Any], coating: dict[str, Any], as_operator: Any
) -> None:
    newcomer = log_in(Role.ENTERPRISE, verified=False)
    demand = ok(newcomer.post("/v1/demands", json=demand_payload()), 201)
    answer = ok(newcomer.get(f"/v1/demands/{demand['id']}/matches"))
    (match,) = answer["items"]
    assert match["record"]["title"] == coating["title"]
    assert "summary" not in match["record"]
    assert "owner_name" not in match["record"]
    assert match["reasons"]["sentences"] == []
    assert coating["summary"][:12] not in str(answer)
    assert newcomer.post("/v1/matches/text", json={"text": TEXT}).status_code == 403
    assert newcomer.get("/v1/achievements", params={"q": "缓蚀微胶囊改性"}).json()["items"]
    assert newcomer.get("/v1/achievements", params={"q": "一千二百小时"}).json()["items"] == []
    assert (
        newcomer.get("/v1/achievements", params={"owner": str(newcomer.organisation_id)}).status_code == 403
    )

    path = f"/v1/organisations/{newcomer.organisation_id}"
    tag = as_operator.get(path).headers["ETag"]
    coded = as_operator.patch(path, json={"uscc": "91370102YY000001X4"}, headers={"If-Match": tag})
    tag = coded.headers["ETag"]
    ok(as_operator.post(f"{path}/verify", headers={"If-Match": tag}))
    (match,) = ok(newcomer.get(f"/v1/demands/{demand['id']}/matches"))["items"]
    assert match["record"]["summary"] == coating["summary"]
    assert match["reasons"]["sentences"]


def test_matching_figures_are_shown_to_the_bureau_only(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any]
) -> None:
    """The offer says 1,200 h in English, the demand asks for 1,000 h in Chinese."""
    english = achievement_payload() | {
        "title": "Waterborne anticorrosion coating for steel structures",
        "summary": "A waterborne coating for storage tanks in marine air. Salt spray 1200 h without blistering. "
        "Adhesion is 12 MPa after cycling, and the film cures at room temperature on site.",
        "indicators": [{"name": "salt spray", "op": "≥", "value": 1200, "unit": "h"}],
        "language": "en",
    }
    foreign = ok(university.post("/v1/achievements", json=english), 201)
    wanted = demand_payload() | {"indicators": [{"name": "盐雾", "op": "≥", "value": 1000, "unit": "h"}]}
    owner = log_in(Role.ENTERPRISE)
    demand = ok(owner.post("/v1/demands", json=wanted), 201)
    answer = ok(owner.get(f"/v1/demands/{demand['id']}/matches"))
    reasons = {item["record"]["id"]: item["reasons"] for item in answer["items"]}
    actual = [figure for figure in reasons[foreign["id"]]["figures"] if figure["required"].startswith("盐雾")]
    assert [(figure["state"], figure["offered"]) for figure in actual] == [("holds", "salt spray ≥ 1200 h")]
    assert "满足" in actual[0]["zh"] and "holds" in actual[0]["en"]
    assert 0 < answer["confidence"] < 1

    unknown = log_in(Role.ENTERPRISE, verified=False)
    theirs = ok(unknown.post("/v1/demands", json=wanted), 201)
    hidden = ok(unknown.get(f"/v1/demands/{theirs['id']}/matches"))
    assert hidden["items"]
    assert all(item["reasons"]["figures"] == [] for item in hidden["items"])


def test_a_one_line_demand_is_told_what_to_add(
    log_in: Callable[..., Any], university: Any, coating: dict[str, Any]
) -> None:
    """Figures, fields and terms in which the nearest achievements differ, as far as the reader may know them."""
    other = achievement_payload(
        title="水性富锌防腐底漆",
        summary="水性无机富锌底漆,用于储罐防腐涂料配套。",
        indicators=[{"name": "附着力", "op": "≥", "value": 8, "unit": "MPa"}],
        trl=8,
        price_max_wan=80,
        fields=["401"],
    )
    create(university, "achievements", other)
    line = {"title": "储罐防腐涂料", "main_problem": "找储罐用的水性防腐涂料"}
    bare = demand_payload(**line, fields=["405"], min_trl=None)
    for verified in (True, False):
        owner = log_in(Role.ENTERPRISE, verified=verified)
        demand = create(owner, "demands", bare)
        answer = ok(owner.get(f"/v1/demands/{demand['id']}/matches"))
        asked = {one["code"]: one for one in answer["to_add"]}
        if verified:
            assert set(asked) >= {"problem", "indicators", "min_trl"}
            assert "附着力" in asked["indicators"]["zh"] and "附着力" in asked["indicators"]["en"]
            assert "fields" not in asked
        else:
            assert set(asked) == {"problem"}
    owner = log_in(Role.ENTERPRISE)
    text = ok(owner.post("/v1/matches/text", json={"text": line["main_problem"]}))
    assert [one["code"] for one in text["to_add"]] == ["problem", "indicators"]
    # In a foreman's words, which nothing in the library uses: that there is nothing would be too much said.
    vague = ok(owner.post("/v1/matches/text", json={"text": "皮带老是撕口,怎么提前发现"}))
    assert [gap["code"] for gap in vague["no_good_match"]["missing"]] == ["too_short_for_a_topic"]
    assert "problem" in [one["code"] for one in vague["to_add"]]
    full = create(owner, "demands", demand_payload(main_problem=demand_payload()["main_problem"] * 2))
    assert ok(owner.get(f"/v1/demands/{full['id']}/matches"))["to_add"] == []


def test_without_a_good_match_the_answer_says_what_is_missing(
    log_in: Callable[..., Any], university: Any
) -> None:
    young = achievement_payload() | {"trl": 3, "price_min_wan": 900, "price_max_wan": 900}
    ok(university.post("/v1/achievements", json=young), 201)
    asked = demand_payload() | {
        "title": "桥梁钢结构旧防腐涂层激光清除装备",
        "main_problem": "桥梁钢结构的环氧防腐涂层到期要除旧，喷砂扬尘被投诉，"
        "人工打磨太慢，想找能在现场清除旧涂层的装备。",
        "fields": ["801"],
        "min_trl": 8,
        "budget_max_wan": 50,
    }
    for verified in (True, False):
        caller = log_in(Role.ENTERPRISE, verified=verified)
        demand = ok(caller.post("/v1/demands", json=asked), 201)
        answer = ok(caller.get(f"/v1/demands/{demand['id']}/matches"))
        assert answer["no_good_match"]["code"] == "below_threshold"
        missing = {lack["code"]: lack for lack in answer["no_good_match"]["missing"]}
        if verified:
            assert missing["on_topic"]["count"] == 1
            assert "3 级" in missing["trl"]["zh"] and "TRL 3" in missing["trl"]["en"]
            assert "900" in missing["price"]["zh"]
        else:
            assert missing == {}
