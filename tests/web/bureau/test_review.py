"""Review: the queue, a record with its checks and changes, decisions, refusals that lose nothing, approval of many."""

import re

from app.accounts.models import Role
from tests.web.bureau.desk import Submissions
from tests.web.html import faults_of, text_of
from tests.web.readers import ReaderOf


def test_the_queue_shows_the_oldest_first_with_what_the_checks_find(
    reader: ReaderOf, submissions: Submissions
) -> None:
    submissions.demand("储罐防腐涂料")
    submissions.demand("含糊的需求", main_problem="希望显著提升效果，请专家指导。")
    page = reader(Role.OPERATOR).get("/bureau/review")
    assert faults_of(page.text) == []
    text = text_of(page.text)
    assert text.index("储罐防腐涂料") < text.index("含糊的需求")
    assert "2 条待审" in text
    assert "无提醒" in text[text.index("储罐防腐涂料") : text.index("含糊的需求")]
    assert "处提醒" in text[text.index("含糊的需求") :]
    clean = reader(Role.OPERATOR).get("/bureau/review?flag=clean")
    assert "储罐防腐涂料" in clean.text
    assert "含糊的需求" not in clean.text


def test_approval_publishes_and_leads_to_the_next_record_until_it_is_taken_back(
    reader: ReaderOf, submissions: Submissions
) -> None:
    first, second = submissions.demand("储罐防腐涂料"), submissions.demand("管道防腐涂料")
    operator = reader(Role.OPERATOR)
    shown = operator.get(f"/bureau/review/demand/{first}")
    assert faults_of(shown.text) == []
    assert "单位已核验" in shown.text
    answer = operator.post(
        f"/bureau/review/demand/{first}/approve", data={"_version": "1", "following": second}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/bureau/review/demand/{second}?done={first}"
    assert submissions.state(first) == "published"
    following = operator.get(answer.headers["location"])
    assert faults_of(following.text) == []
    assert "已通过《储罐防腐涂料》" in following.text
    taken = operator.post(f"/bureau/review/demand/{first}/withdraw", data={})
    assert taken.status_code == 303
    assert submissions.state(first) == "withdrawn"


def test_a_return_tells_the_owner_what_to_change(reader: ReaderOf, submissions: Submissions) -> None:
    number = submissions.demand("储罐防腐涂料")
    operator = reader(Role.OPERATOR)
    path = f"/bureau/review/demand/{number}/return"
    refused = operator.post(path, data={"_version": "1", "note": " "})
    assert refused.status_code == 422
    assert "请选择或写明退回的理由" in refused.text
    assert faults_of(refused.text) == []
    answer = operator.post(path, data={"_version": "1", "reason": "figures", "note": "请写明钢球号数。"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/bureau/review?kind=demand&done={number}",
    )
    record = submissions.record(number)
    assert record.state == "draft"
    assert record.review_note is not None
    assert "可以检测的指标" in record.review_note
    assert record.review_note.endswith("请写明钢球号数。")


def test_a_decided_or_changed_record_is_not_decided_again_and_the_note_is_kept(
    reader: ReaderOf, submissions: Submissions
) -> None:
    number = submissions.demand("储罐防腐涂料")
    path = f"/bureau/review/demand/{number}"
    one, other = reader(Role.OPERATOR), reader(Role.OPERATOR)
    stale = one.post(f"{path}/return", data={"_version": "7", "note": "这句话不能丢"})
    assert stale.status_code == 412
    assert "这句话不能丢" in stale.text
    assert one.post(f"{path}/approve", data={"_version": "1"}).status_code == 303
    late = other.post(f"{path}/return", data={"_version": "2", "note": "这句话不能丢", "following": ""})
    assert late.status_code == 303  # a published record may be returned, with a reason
    again = other.post(f"{path}/approve", data={"_version": "3"})
    assert again.status_code == 409
    assert "已处理此记录" in again.text


def test_many_are_approved_only_after_a_look_at_their_list(
    reader: ReaderOf, submissions: Submissions
) -> None:
    clean = [submissions.demand("储罐防腐涂料"), submissions.demand("管道耐磨陶瓷", main_problem=OTHER)]
    flagged = submissions.demand("含糊的需求", main_problem="希望显著提升效果，请专家指导。")
    operator = reader(Role.OPERATOR)
    page = operator.get("/bureau/review?kind=demand&bulk=1")
    assert faults_of(page.text) == []
    assert "将通过并发布 2 条" in page.text
    assert "含糊的需求" not in page.text
    answer = operator.post(
        "/bureau/review/approve",
        data={"kind": "demand", "record": [f"{clean[0]}/1", f"{flagged}/1"]},
    )
    assert answer.status_code == 303
    assert [submissions.state(one) for one in (*clean, flagged)] == ["published", "submitted", "submitted"]
    assert flagged in operator.get(answer.headers["location"]).text


OTHER = (
    "渣浆管道弯头 3 个月即磨穿，介质含 30% 石英砂，流速 4 m/s，温度 20–80 ℃，压力 1.6 MPa，年输送 50 万吨。"
    "要求陶瓷内衬洛氏硬度不低于 85，磨损量不高于 0.1 g，抗冲击 10 J 不开裂，寿命不少于 24 个月，适用管径 200 mm。"
)


def test_a_queue_that_is_none_and_a_record_that_is_none_are_not_found(reader: ReaderOf) -> None:
    operator = reader(Role.OPERATOR)
    assert operator.get("/bureau/review?kind=nonsense").status_code == 404
    assert operator.get("/bureau/review/nonsense/JN-D-2026-000001").status_code == 404
    assert operator.post("/bureau/review/nonsense/JN-D-2026-000001/approve").status_code == 404


def test_a_colleague_is_seen_and_their_decision_shows_at_once(
    reader: ReaderOf, submissions: Submissions
) -> None:
    """What `/seen` answers is what an open page shows within five seconds."""
    first, second = reader(Role.OPERATOR), reader(Role.OPERATOR)
    number = submissions.demand("储罐外壁水性防腐涂料")
    path = f"/bureau/review/demand/{number}"
    assert "在看" not in first.post(f"{path}/seen").text
    watched = second.post(f"{path}/seen").text
    assert "在看" in watched
    assert f'hx-post="{path}/seen"' in watched
    assert 'hx-trigger="every 4s"' in watched, "an answer that asks again at once would never stop"
    assert "在看" in second.get(path).text, "without scripts too"
    (version,) = re.findall(r'name="_version" value="(\d+)"', first.get(path).text)
    assert (
        first.post(
            f"{path}/return", data={"_version": version, "reason": "unclear", "note": "请补充。"}
        ).status_code
        == 303
    )
    outcome = second.post(f"{path}/seen").text
    assert "退回此记录" in outcome
    assert "hx-post" not in outcome, "there is nothing more to wait for"
    assert second.post(f"{path}/approve", data={"_version": version}).status_code in (409, 412)
    assert second.post("/bureau/review/demand/JN-D-2026-999999/seen").status_code == 404
    assert reader(Role.MANAGER).post(f"{path}/seen").status_code == 403
    assert reader(None).post(f"{path}/seen").status_code == 401
