"""People who use the service without a pause: what they ask for, and how long each answer takes."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.demo.accounts import ENTERPRISE_EMAIL, INSTITUTION_EMAIL, OPERATOR_EMAIL, manager_email

PATIENCE = 60.0
MANAGERS = 8
WORDS = (
    *("催化", "电池", "传感器", "检测", "材料", "涂层", "算法", "焊接", "视觉", "轴承"),
    *("蛋白", "土壤", "污泥", "光伏", "陶瓷", "合金", "薄膜", "纤维", "密封", "余热"),
)
FIRST = "现有产线靠人工判断，漏检多，返工费时；希望"
LAST = "，误差小于百分之一，能接入现有控制系统。"
REFUSED = (429, 503)

Headers = dict[str, str]


class Measured:
    """Seconds and statuses by kind of request, of all callers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._times: dict[str, list[float]] = defaultdict(list)
            self._statuses: dict[str, Counter[str]] = defaultdict(Counter)

    def note(self, kind: str, seconds: float, status: str) -> None:
        """A refusal counts among the statuses alone."""
        with self._lock:
            self._statuses[kind][status] += 1
            if status not in map(str, REFUSED):
                self._times[kind].append(seconds)

    def taken(self) -> tuple[dict[str, list[float]], dict[str, Counter[str]]]:
        """What was noted until now."""
        with self._lock:
            return dict(self._times), dict(self._statuses)


@dataclass(frozen=True)
class People:
    """Logged-in people, by what they may do, and the records that they ask for."""

    enterprise: Headers
    institution: Headers
    operator: Headers
    managers: list[Headers]
    demands: list[str]
    achievements: list[str]


def sessions(base: str, password: str) -> People:
    """Log everybody in, and look up some hundred records."""
    with httpx.Client(base_url=base, timeout=PATIENCE) as http:

        def logged_in(email: str) -> Headers:
            answer = http.post("/v1/auth/token", data={"username": email, "password": password})
            answer.raise_for_status()
            return {"Authorization": f"Bearer {answer.json()['access_token']}"}

        operator = logged_in(OPERATOR_EMAIL)

        def ids(plural: str) -> list[str]:
            answer = http.get(f"/v1/{plural}", params={"limit": 100}, headers=operator)
            answer.raise_for_status()
            return [one["id"] for one in answer.json()["items"]]

        return People(
            logged_in(ENTERPRISE_EMAIL),
            logged_in(INSTITUTION_EMAIL),
            operator,
            [logged_in(manager_email(f"M-DEMO-{number:02}")) for number in range(1, MANAGERS + 1)],
            ids("demands"),
            ids("achievements"),
        )


@dataclass
class Caller:
    """One person after another: each request is made by somebody who may make it."""

    base: str
    people: People
    measured: Measured
    stop: threading.Event
    draw: random.Random
    made: list[tuple[str, Headers, str]] = field(default_factory=list)

    def run(self) -> None:
        """Ask until `stop` is set."""
        kinds: dict[str, tuple[int, Callable[[httpx.Client], httpx.Response]]] = {
            "search": (30, self._search),
            "matches": (20, self._matches),
            "matches of a text": (10, self._text),
            "one record": (20, self._record),
            "write": (15, self._write),
            "pushes and feedback": (5, self._pushes),
        }
        names, weights = list(kinds), [weight for weight, _ in kinds.values()]
        with httpx.Client(base_url=self.base, timeout=PATIENCE) as http:
            while not self.stop.is_set():
                kind = self.draw.choices(names, weights)[0]
                began = time.perf_counter()
                try:
                    answer = kinds[kind][1](http)
                except httpx.TransportError as error:
                    status = type(error).__name__
                    pause = 1.0
                else:
                    status = str(answer.status_code)
                    pause = (
                        float(answer.headers.get("Retry-After", 1)) if answer.status_code in REFUSED else 0
                    )
                self.measured.note(kind, time.perf_counter() - began, status)
                self.stop.wait(pause)

    def _anybody(self) -> Headers:
        return self.draw.choice([self.people.enterprise, self.people.institution, *self.people.managers])

    def _search(self, http: httpx.Client) -> httpx.Response:
        plural = self.draw.choice(["achievements", "achievements", "demands"])
        query: dict[str, Any] = {"q": self.draw.choice(WORDS), "limit": 20}
        if self.draw.random() < 0.3:
            query["region"] = self.draw.choice(["370100", "370200"])
        return http.get(f"/v1/{plural}", params=query, headers=self._anybody())

    def _matches(self, http: httpx.Client) -> httpx.Response:
        demand = self.draw.choice(self.people.demands)
        return http.get(f"/v1/demands/{demand}/matches", params={"limit": 20}, headers=self.people.operator)

    def _text(self, http: httpx.Client) -> httpx.Response:
        body = {"text": self._problem(), "looking_for": "achievement", "limit": 10}
        return http.post("/v1/matches/text", json=body, headers=self._anybody())

    def _problem(self) -> str:
        return FIRST + "、".join(self.draw.sample(WORDS, 4)) + str(self.draw.randrange(10**6)) + LAST

    def _record(self, http: httpx.Client) -> httpx.Response:
        plural = self.draw.choice(["achievements", "demands"])
        known = self.people.achievements if plural == "achievements" else self.people.demands
        return http.get(f"/v1/{plural}/{self.draw.choice(known)}", headers=self._anybody())

    def _write(self, http: httpx.Client) -> httpx.Response:
        """Two of three new records, else a change of the title of one's own."""
        if self.made and self.draw.random() < 1 / 3:
            path, owner, tag = self.made.pop(self.draw.randrange(len(self.made)))
            title = f"{self.draw.choice(WORDS)}在线检测（修订）"
            return http.patch(path, json={"title": title}, headers=owner | {"If-Match": tag})
        if self.draw.random() < 0.5:
            plural, owner, body = "demands", self.people.enterprise, self._demand()
        else:
            plural, owner, body = "achievements", self.people.institution, self._achievement()
        answer = http.post(f"/v1/{plural}", json=body, headers=owner)
        if answer.status_code == httpx.codes.CREATED:
            self.made.append((f"/v1/{plural}/{answer.json()['id']}", owner, answer.headers["ETag"]))
        return answer

    def _demand(self) -> dict[str, Any]:
        return {
            "title": f"{self.draw.choice(WORDS)}在线检测",
            "main_problem": self._problem(),
            "fields": ["405"],
            "region": "370102",
            "deadline": "2029-12-31",
            "cooperation_modes": ["licence", "service"],
        }

    def _achievement(self) -> dict[str, Any]:
        return {
            "title": f"{self.draw.choice(WORDS)}装置",
            "summary": self._problem(),
            "fields": ["405"],
            "region": "370102",
            "trl": 7,
            "transfer_modes": ["licence"],
        }

    def _pushes(self, http: httpx.Client) -> httpx.Response:
        """The inbox, and for every second one that is new an answer to it."""
        manager = self.draw.choice(self.people.managers)
        inbox = http.get("/v1/inbox", params={"limit": 20}, headers=manager)
        new = [one["id"] for one in inbox.json()["items"]] if inbox.is_success else []
        if not new or self.draw.random() < 0.5:
            return inbox
        path = f"/v1/pushes/{self.draw.choice(new)}"
        if self.draw.random() < 0.7:
            return http.post(f"{path}/read", headers=manager)
        return http.post(f"{path}/decline", json={"reason": "price"}, headers=manager)
