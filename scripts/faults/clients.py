"""Clients as careful programs are: they repeat a request with its key until it is answered, and keep a ledger."""

import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from scripts.faults.ledger import Acknowledged, Ledger

PAUSE = 0.3
"""Seconds between two requests of one client, and before a repetition."""
REPEATED = httpx.codes.PRECONDITION_FAILED
"""The answer to a second try of what the first one did."""
NOT_ANSWERED = (500, 502, 503, 504, 507)
TEXTS: dict[str, dict[str, Any]] = {
    "demands": {
        "main_problem": "储罐内壁防腐涂层半年即起泡脱落，需要耐盐雾的水性防腐体系，使用寿命不少于五年。",
        "fields": ["405"],
        "region": "370112",
        "deadline": (date.today() + timedelta(days=300)).isoformat(),  # noqa: DTZ011 — any day well ahead
        "cooperation_modes": ["joint_development", "licence"],
    },
    "achievements": {
        "summary": "以缓蚀微胶囊改性水性环氧树脂，中性盐雾一千二百小时无起泡，适用于储罐与桥梁钢结构。",
        "fields": ["405"],
        "region": "370102",
        "trl": 6,
        "transfer_modes": ["licence"],
    },
}


@dataclass
class Client(ABC):
    """A user who logs in and repeats requests. `stop` ends them between two requests."""

    base: str
    credentials: Mapping[str, str]
    ledger: Ledger
    stop: threading.Event

    @abstractmethod
    def run(self) -> None:
        """Work until `stop`."""

    def _sent(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, however long it takes: a broken connection and an answer of overload are no answer."""
        pause = threading.Event()
        while True:
            try:
                answer = http.request(method, path, json=body, headers=headers)
            except httpx.TransportError as error:
                self.ledger.count(type(error).__name__)
            else:
                self.ledger.count(str(answer.status_code))
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    http.headers.update(self._logged_in())
                elif answer.status_code not in (*NOT_ANSWERED, httpx.codes.TOO_MANY_REQUESTS):
                    if answer.is_error and answer.status_code != REPEATED:
                        self.ledger.note(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                    return answer
            pause.wait(PAUSE)

    def _logged_in(self) -> dict[str, str]:
        pause = threading.Event()
        while True:
            try:
                answer = httpx.post(f"{self.base}/v1/auth/token", data=dict(self.credentials), timeout=30)
                if answer.status_code == httpx.codes.OK:
                    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
            except httpx.TransportError:
                pass
            pause.wait(PAUSE)


@dataclass
class OwnerClient(Client):
    """An owner who publishes, renames and reads records."""

    library: str
    seed: int

    def run(self) -> None:
        draw = random.Random(self.seed)  # noqa: S311 — the order of requests, no secret
        own: list[UUID] = []
        with httpx.Client(base_url=self.base, timeout=30, headers=self._logged_in()) as http:
            while not self.stop.wait(PAUSE):
                chance = draw.random()
                if not own or chance < 0.4:
                    own.append(self._create(http))
                elif chance < 0.7:
                    self._rename(http, draw.choice(own))
                else:
                    self._read(http, draw.choice(own))

    def _create(self, http: httpx.Client) -> UUID:
        title = f"{self.ledger.mark}{uuid4().hex[:12]}"
        self.ledger.attempt(title)
        body = {"title": title, **TEXTS[self.library]}
        created = self._sent(http, "POST", f"/v1/{self.library}", body, {"Idempotency-Key": str(uuid4())})
        id_ = UUID(created.json()["id"])
        self.ledger.acknowledge(id_, Acknowledged(self.library, title, created.json()["state"]))
        return id_

    def _rename(self, http: httpx.Client, id_: UUID) -> None:
        known = self.ledger.records[id_]
        current = self._sent(http, "GET", f"/v1/{self.library}/{id_}")
        title = f"{known.title.partition(' ')[0]} {uuid4().hex[:6]}"
        known.under_way = title
        changed = self._sent(
            http,
            "PATCH",
            f"/v1/{self.library}/{id_}",
            {"title": title},
            {"If-Match": current.headers["ETag"]},
        )
        if changed.status_code == REPEATED:
            changed = self._sent(http, "GET", f"/v1/{self.library}/{id_}")
            if changed.json()["title"] != title:
                self.ledger.note(f"a change of {id_} was refused although nobody else changes it")
        self.ledger.acknowledge(
            id_, Acknowledged(self.library, changed.json()["title"], changed.json()["state"])
        )

    def _read(self, http: httpx.Client, id_: UUID) -> None:
        known = self.ledger.records[id_]
        found = self._sent(http, "GET", f"/v1/{self.library}/{id_}")
        if found.status_code != httpx.codes.OK or found.json()["title"] != known.title:
            self.ledger.note(f"read back wrongly: {id_}: {found.status_code} {found.text[:200]}")


@dataclass
class BureauClient(Client):
    """An operator who reads lists, and the matches of the newest demand."""

    def run(self) -> None:
        with httpx.Client(base_url=self.base, timeout=60, headers=self._logged_in()) as http:
            while not self.stop.wait(PAUSE):
                self._sent(http, "GET", "/v1/achievements")
                for row in self._sent(http, "GET", "/v1/demands?limit=1").json()["items"]:
                    self._sent(http, "GET", f"/v1/demands/{row['id']}/matches")
