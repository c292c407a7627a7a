"""The main workflow over HTTP: an enterprise posts a demand, and a manager finds it in their inbox."""

import hashlib
import json
from typing import Any

import httpx
from rich.table import Table
from rich.text import Text

from app.clock import local_now
from app.demo.accounts import ENTERPRISE_EMAIL, INSTITUTION_EMAIL, OPERATOR_EMAIL, SELLER_EMAIL, manager_email
from app.demo.push_wait import PushWait
from app.demo.terminal import Prose, plain_console, table
from app.matching.lists.bands import written_score

DEMAND = {
    "title": "液压支架立柱活塞杆不再镀硬铬后的防锈耐磨办法",
    "main_problem": (
        "我厂给煤矿做支架立柱和油缸，活塞杆一直镀硬铬。园区环评不再批六价铬，库存杆只够用四个月。"
        "试过氮化，淋水巷道里放三周就起锈斑，密封圈被划伤后漏液，上季度返修四百多根。"
        "想找一种不镀铬、杆面又硬又不生锈的办法，最好能先在旧杆上试。"
    ),
    "expected_goal": (
        "杆面硬度不低于800 HV，中性盐雾600 h以上不生锈，单根成本不超过镀铬的1.4倍，适用杆径45~110 mm。"
    ),
    "keywords": ["活塞杆", "代镀铬", "防锈", "耐磨"],
    "fields": ["80"],
    "region": "370113",
    "cooperation_modes": ["licence", "service"],
    "min_trl": 7,
    "budget_min_wan": "120",
    "budget_max_wan": "220",
}
SHOWN = 5
PAIRS_SHOWN = 2
RECOMMENDED_SHOWN, FLAGGED_SHOWN = 3, 2

out = plain_console()


def run_story(base: str, password: str, *, keeps_serving: bool) -> None:
    """Carry out the workflow and print each step.

    Raises:
        RuntimeError: the service does not answer, or answers with an error.
    """
    try:
        with httpx.Client(base_url=base, timeout=60) as http:
            enterprise = _login(http, ENTERPRISE_EMAIL, password)
            operator = _login(http, OPERATOR_EMAIL, password)
            demand = _post_demand(http, enterprise)
            matches = _show_matches(http, enterprise, demand)
            ranked = _show_recommendations(http, operator, demand, matches)
            if matches:
                _show_inbox(http, operator, ranked, demand, password)
    except httpx.HTTPError as error:
        raise RuntimeError(f"{base}: {error or type(error).__name__}") from error
    _show_addresses(base, password, keeps_serving=keeps_serving)


def _login(http: httpx.Client, email: str, password: str) -> dict[str, str]:
    answer = _checked(http.post("/v1/auth/token", data={"username": email, "password": password}))
    return {"Authorization": f"Bearer {answer['access_token']}"}


def _post_demand(http: httpx.Client, login: dict[str, str]) -> dict[str, Any]:
    payload = DEMAND | {"deadline": f"{local_now().year + 1}-12-31"}
    # The key depends only on the demand, so that running the demonstration again does not post it twice.
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    headers = login | {"Idempotency-Key": f"demo-story-{digest[:16]}"}
    demand = _checked(http.post("/v1/demands", json=payload, headers=headers))
    out.rule("① 企业发布技术需求 · POST /v1/demands")
    out.print(f"{demand['number']} {demand['title']}", style="bold")
    out.print(Prose(demand["main_problem"]))
    out.print(Prose(f"目标：{demand['expected_goal']}"))
    score = demand["completeness"]
    missing = "、".join(item["zh"] for item in score["missing"][:4])
    out.print(Prose(f"完整度 {score['score']}/100" + (f"，还可补充：{missing}" if missing else "")))
    return demand


def _show_matches(http: httpx.Client, login: dict[str, str], demand: dict[str, Any]) -> list[dict[str, Any]]:
    """Print the matches and return the good ones, best first."""
    answer = _checked(http.get(f"/v1/demands/{demand['id']}/matches", params={"limit": SHOWN}, headers=login))
    out.rule("② 匹配到的技术成果 · GET /v1/demands/{id}/matches")
    matches = table("名次", "匹配分", "技术成果", "理由", widths=(4, 6, 44, 46))
    for item in answer["items"]:
        owner = item["record"].get("owner_name")
        matches.add_row(
            str(item["rank"]),
            _score(item["score"], good=item["good"]),
            Prose(f"{item['record']['title']}" + (f"\n{owner}" if owner else "")),
            Prose(item["reasons"]["one_line_zh"]),
        )
    out.print(matches)
    out.print(Prose(f"✓ 匹配分不低于 {answer['threshold']:.2f}，为合适的匹配；其余仅供参考，不予推送。"))
    if answer["no_good_match"]:
        explanation = answer["no_good_match"]
        out.print(Prose("；".join([explanation["zh"], *(gap["zh"] for gap in explanation["missing"])])))
    return [item for item in answer["items"] if item["good"]]


def _show_recommendations(
    http: httpx.Client, login: dict[str, str], demand: dict[str, Any], matches: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Print the recommendations of the best pairs and return the managers recommended for the best one."""
    out.rule("③ 推荐的技术经理人 · GET /v1/recommendations")
    ranked: list[list[dict[str, Any]]] = []
    for match in matches[:PAIRS_SHOWN]:
        pair = {"demand_id": demand["id"], "achievement_id": match["record"]["id"], "limit": 20}
        items = _checked(http.get("/v1/recommendations", params=pair, headers=login))["items"]
        out.print(Prose(f"供需对：{demand['number']} × {match['record']['title']}"))
        recommended = [item for item in items if item["recommended"]]
        flagged = [item for item in items if not item["recommended"]]
        out.print(_recommendations(recommended[:RECOMMENDED_SHOWN] + flagged[:FLAGGED_SHOWN]))
        ranked.append([item["manager"] for item in recommended])
    return ranked[0] if ranked else []


def _recommendations(items: list[dict[str, Any]]) -> Table:
    grid = table("名次", "得分", "技术经理人", "是否推荐", "理由", widths=(4, 6, 10, 10, 65))
    for item in items:
        state = "✓ 推荐" if item["recommended"] else "✗ 利益冲突" if item["conflict"] else "✗ 在办已满"
        grid.add_row(
            str(item["rank"]) if item["recommended"] else "—",
            written_score(item["score"]),
            Prose(item["manager"]["title"]),
            Prose(state, style="green" if item["recommended"] else "red"),
            Prose(item["reasons"]["one_line_zh"]),
        )
    return grid


def _show_inbox(
    http: httpx.Client,
    operator: dict[str, str],
    ranked: list[dict[str, Any]],
    demand: dict[str, Any],
    password: str,
) -> None:
    """Print the inbox of the best-ranked manager who received a push of this demand."""
    if demand["state"] == "submitted":
        out.rule("④ 收件箱 · GET /v1/inbox")
        out.print("需求等待主管部门审核，通过后才推送 (the demand waits for the bureau's review)")
        return
    recipients = PushWait(http, operator, say=out.print).pushed_to(demand["id"])
    # On a repeated run, the recipients may have reached their capacity and are no longer recommended.
    id_ = next((manager["id"] for manager in ranked if manager["id"] in recipients), min(recipients))
    manager = _checked(http.get(f"/v1/managers/{id_}", headers=operator))
    login = _login(http, manager_email(str(manager["source_ref"] or manager["number"])), password)
    items = _checked(http.get("/v1/inbox", params={"limit": SHOWN}, headers=login))["items"]
    out.rule(f"④ {manager['title']} 的收件箱 · GET /v1/inbox")
    if not items:
        out.print("没有待处理的推送 (no pending pushes)")
        return
    inbox = table("名次", "排序分", "技术需求", "技术成果", "为何推送给您", widths=(4, 6, 29, 29, 42))
    for rank, push in enumerate(items, 1):
        is_new = push["demand"]["id"] == demand["id"]
        inbox.add_row(
            str(rank),
            f"{push['rank_score']:.2f}",
            Prose(_title(push["demand"]) + (" ←" if is_new else ""), style="bold" if is_new else ""),
            Prose(_title(push["achievement"])),
            Prose(push["reasons"]["manager"]["one_line_zh"]),
        )
    out.print(inbox)
    if any(push["demand"]["id"] == demand["id"] for push in items):
        out.print("← 刚发布的需求 (the new demand)")


def _title(record: dict[str, Any]) -> str:
    return str(record.get("title") or record["number"])


def _score(value: float, *, good: bool) -> Text:
    return Text(f"{value:.2f} ✓", style="bold green") if good else Text(f"{value:.2f}", style="dim")


def _show_addresses(base: str, password: str, *, keeps_serving: bool) -> None:
    out.rule("访问地址和账号 · addresses and accounts")
    for label, value in (
        ("网页 (pages)", f"{base}/"),
        ("API 文档 (API pages)", f"{base}/docs"),
        ("OpenAPI", f"{base}/openapi.json"),
        ("就绪与指标 (ready, metrics)", f"{base}/readyz  {base}/metrics"),
        ("管理部门 (operator)", OPERATOR_EMAIL),
        ("企业 (enterprise)", ENTERPRISE_EMAIL),
        ("高校院所 (institution)", INSTITUTION_EMAIL),
        ("成果方企业 (seller)", SELLER_EMAIL),
        ("技术经理人 (manager)", f"{manager_email('M-DEMO-02')}  (M-DEMO-01 … 20)"),
        ("密码 (password for all)", password),
    ):
        out.print(f"{label}{' ' * (28 - Text(label).cell_len)}{value}", soft_wrap=True)
    out.print(
        "服务运行中，按 Ctrl-C 停止 (serving; press Ctrl-C to stop)"
        if keeps_serving
        else "服务已停止；去掉 --once 可持续运行 (stopped; omit --once to keep serving)"
    )


def _checked(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise RuntimeError(f"{response.request.method} {response.request.url.path}: {response.text}")
    body: dict[str, Any] = response.json()
    return body
