"""The main job told over HTTP: an enterprise posts a demand, and it ends in a manager's inbox."""

from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from app.demo.accounts import ENTERPRISE_EMAIL, OPERATOR_EMAIL, manager_email

DEMAND = {
    "title": "液压支柱外筒镀铬被叫停，求防锈耐磨替代办法",
    "main_problem": (
        "我厂给煤矿做单体液压支柱，外筒和活柱一直镀硬铬。园区环评不再批六价铬，库存件只够用四个月。"
        "试过氮化，淋水巷道里放三周就起锈斑，密封圈被划伤后漏液，上季度返修四百多根。"
    ),
    "expected_goal": "表面硬度不低于800 HV，中性盐雾600 h以上不生锈，单根成本不超过镀铬的1.4倍，筒径90~110 mm。",
    "keywords": ["液压支柱", "代镀铬", "防锈", "耐磨"],
    "fields": ["40"],
    "region": "370113",
    "deadline": "2027-12-31",
    "cooperation_modes": ["licence", "service"],
    "min_trl": 7,
    "budget_min_wan": "120",
    "budget_max_wan": "220",
}
SHOWN = 5

out = Console(highlight=False)


def tell(base: str, password: str) -> None:
    """Print the story; raises RuntimeError where the service answers otherwise than it should."""
    with httpx.Client(base_url=base, timeout=60) as http:
        enterprise = _login(http, ENTERPRISE_EMAIL, password)
        operator = _login(http, OPERATOR_EMAIL, password)
        demand = _post_demand(http, enterprise)
        matches = _show_matches(http, enterprise, demand)
        manager = _show_recommendations(http, operator, demand, matches)
        if manager is not None:
            _show_inbox(http, operator, manager, demand, password)
    _show_addresses(base, password)


def _login(http: httpx.Client, email: str, password: str) -> dict[str, str]:
    answer = _checked(http.post("/v1/auth/token", data={"username": email, "password": password}))
    return {"Authorization": f"Bearer {answer['access_token']}"}


def _post_demand(http: httpx.Client, login: dict[str, str]) -> dict[str, Any]:
    # The same key each time: running the demo again must not post the demand again.
    headers = login | {"Idempotency-Key": "demo-story-demand-1"}
    demand = _checked(http.post("/v1/demands", json=DEMAND, headers=headers))
    out.rule("① 企业发布技术需求 · POST /v1/demands")
    out.print(f"[bold]{demand['number']} {demand['title']}[/bold]")
    out.print(demand["main_problem"])
    out.print(f"目标: {demand['expected_goal']}")
    score = demand["completeness"]
    missing = "、".join(item["zh"] for item in score["missing"][:4])
    out.print(f"完整度 {score['score']}/100, 还可补充: {missing}")
    return demand


def _show_matches(http: httpx.Client, login: dict[str, str], demand: dict[str, Any]) -> list[dict[str, Any]]:
    answer = _checked(http.get(f"/v1/demands/{demand['id']}/matches", params={"limit": SHOWN}, headers=login))
    out.rule("② 匹配到的技术成果 · GET /v1/demands/{id}/matches")
    table = Table(show_lines=True)
    for heading in ("#", "分数", "成果", "理由"):
        table.add_column(heading)
    for item in answer["items"]:
        table.add_row(
            str(item["rank"]),
            f"{item['score']:.2f}{'' if item['good'] else ' (低于阈值)'}",
            f"{item['record']['title']}\n{item['record'].get('owner_name') or ''}",
            item["reasons"]["one_line_zh"],
        )
    out.print(table)
    return [item for item in answer["items"] if item["good"]]


def _show_recommendations(
    http: httpx.Client, login: dict[str, str], demand: dict[str, Any], matches: list[dict[str, Any]]
) -> dict[str, Any] | None:
    out.rule("③ 推荐的技术经理人 · GET /v1/recommendations")
    best: dict[str, Any] | None = None
    for match in matches[:2]:
        pair = {"demand_id": demand["id"], "achievement_id": match["record"]["id"], "limit": SHOWN}
        found = _checked(http.get("/v1/recommendations", params=pair, headers=login))
        table = Table(title=f"供需对: {match['record']['title']}", show_lines=True)
        for heading in ("#", "分数", "技术经理人", "推荐", "理由"):
            table.add_column(heading)
        for item in found["items"]:
            state = "✓" if item["recommended"] else ((item["conflict"] or {}).get("zh") or "在办已满")
            name = item["manager"]["title"]
            table.add_row(
                str(item["rank"]), f"{item['score']:.2f}", name, state, item["reasons"]["one_line_zh"]
            )
            if item["recommended"] and best is None:
                best = item["manager"]
        out.print(table)
    return best


def _show_inbox(
    http: httpx.Client,
    operator: dict[str, str],
    manager: dict[str, Any],
    demand: dict[str, Any],
    password: str,
) -> None:
    login = _login(http, manager_email(str(manager["source_ref"] or manager["number"])), password)

    # The worker plans pushes in the background; its own pace, not a fixed pause, decides when they are there.
    @retry(retry=retry_if_result(lambda found: not found), wait=wait_fixed(0.3), stop=stop_after_delay(60))
    def pushed() -> list[Any]:
        params = {"manager_id": manager["id"], "demand_id": demand["id"]}
        items: list[Any] = _checked(http.get("/v1/pushes", params=params, headers=operator))["items"]
        return items

    pushed()
    inbox = _checked(http.get("/v1/inbox", params={"limit": SHOWN}, headers=login))
    out.rule(f"④ {manager['title']} 的收件箱 · GET /v1/inbox")
    table = Table(show_lines=True)
    for heading in ("#", "分数", "技术需求", "技术成果", "理由"):
        table.add_column(heading)
    for rank, push in enumerate(inbox["items"], 1):
        mark = " ←" if push["demand"]["id"] == demand["id"] else ""
        table.add_row(
            str(rank),
            f"{push['rank_score']:.2f}",
            f"{push['demand'].get('title')}{mark}",
            str(push["achievement"].get("title")),
            push["reasons"]["manager"]["one_line_zh"],
        )
    out.print(table)


def _show_addresses(base: str, password: str) -> None:
    out.rule("打开这些地址 · addresses")
    out.print(f"API 文档 (interactive API)  {base}/docs")
    out.print(f"OpenAPI                     {base}/openapi.json")
    out.print(f"健康与指标 (health, metrics) {base}/readyz  {base}/metrics")
    out.print(f"登录 (logins): {OPERATOR_EMAIL}, {ENTERPRISE_EMAIL}, {manager_email('M-DEMO-02')} …")
    out.print(f"密码 (password of this demo): {password}")
    out.print("Ctrl-C 停止 (to stop)")


def _checked(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise RuntimeError(f"{response.request.method} {response.request.url.path}: {response.text}")
    body: dict[str, Any] = response.json()
    return body
