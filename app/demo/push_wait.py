"""Waiting for the pushes of a demand: as long as the worker gets on, saying what it does."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from app.database import now

SECONDS_WITHOUT_PROGRESS = 120
SECONDS_BETWEEN_LINES = 15
_PAUSE = 0.3


class NothingPushed(RuntimeError):
    """The worker is through with all events, or does not get on, and there is no push of the demand."""


@dataclass(frozen=True, slots=True)
class PushWait:
    """Asks the service whether it has pushed a demand yet.

    Args:
        headers: those of an operator.
        say: receives a line about what the worker does, at most every `SECONDS_BETWEEN_LINES`.
        clock, pause: seconds of a clock that never goes back, and a sleep of that many seconds.
    """

    http: httpx.Client
    headers: Mapping[str, str]
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep

    def pushed_to(self, demand_id: str) -> set[str]:
        """Ids of the managers who received a push of the demand.

        Raises:
            NothingPushed: there will be no push, or for two minutes no event was finished, begun or held by a worker.
        """
        seen: tuple[object, ...] | None = None
        changed = said = self.clock()
        while True:
            # Asked in this order, an empty list of events says that the pushes of before are all there are.
            events = self._due()
            pushes = self._get("/v1/pushes", demand_id=demand_id, limit=100)
            if pushes:
                return {push["manager"]["id"] for push in pushes}
            if not events:
                raise NothingPushed("no manager fits the demand (没有适合推送的技术经理人)")
            state = tuple((one["id"], one["attempts"], one["leased_until"]) for one in events)
            moment = self.clock()
            if state != seen:
                seen, changed = state, moment
            elif moment - changed >= SECONDS_WITHOUT_PROGRESS:
                raise NothingPushed(self._stuck(events))
            if moment - said >= SECONDS_BETWEEN_LINES:
                said = moment
                self.say(f"后台处理中，还有 {len(events)} 项：{_names(events)} (the worker is busy)")
            self.pause(_PAUSE)

    def _due(self) -> list[dict[str, Any]]:
        """Events that wait for the worker now; reminders and digests of later days are left out."""
        moment = now()
        waiting = self._get("/v1/events", state="waiting", limit=100)
        return [
            one
            for one in waiting
            if one["leased_until"] or one["attempts"] or datetime.fromisoformat(one["available_at"]) <= moment
        ]

    def _get(self, path: str, **params: Any) -> list[dict[str, Any]]:
        response = self.http.get(path, params=params, headers=dict(self.headers))
        if response.is_error:
            raise RuntimeError(f"GET {path}: {response.text}")
        items: list[dict[str, Any]] = response.json()["items"]
        return items

    def _stuck(self, events: list[dict[str, Any]]) -> str:
        error = next((one["last_error"] for one in events if one["last_error"]), "")
        text = (
            f"the worker has not got on for {SECONDS_WITHOUT_PROGRESS} s; {len(events)} events wait: {_names(events)} "
            f"(后台进程 {SECONDS_WITHOUT_PROGRESS} 秒没有进展)"
        )
        return f"{text}: {error}" if error else text


def _names(events: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(str(one["name"]) for one in events))
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
