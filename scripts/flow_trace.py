"""The files of `app/` that four flows run through, from a posted demand to an accepted push.

Each flow runs twice on a new SQLite database, in one process; the second run counts, so that imports and caches that
fill once do not. The application is used as a client uses it: the command line, HTTP, and one worker.
"""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog
from numpy.typing import NDArray
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from app.matching.space import VectorTraits

PASSWORD = "Quancheng-72-spring"  # noqa: S105 — of a database that lives for one run


@dataclass
class Recorder:
    """Collects the files below `folder` in which a function runs, in any thread, while `recording`."""

    folder: str
    on: bool = False
    files: set[str] = field(default_factory=set)

    def install(self) -> None:
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        ran = self.on and event == "call" and code.co_name != "<module>"
        if ran and code.co_filename.startswith(self.folder):
            self.files.add(code.co_filename.removeprefix(self.folder))

    @contextmanager
    def recording(self) -> Iterator[set[str]]:
        self.files, self.on = set(), True
        yield self.files
        self.on = False


class BigramEmbedder:
    """Unit vectors from pairs of characters: the same text, the same vector, and no model to load.

    It needs nothing of the application before it runs, so that other checkouts can be traced.
    """

    model_id = "bigrams"
    dimension = 64

    def embed_queries(self, texts: Sequence[str], **_: Any) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension))
        for row, text in zip(rows, texts, strict=True):
            for pair in zip(text, text[1:] + " ", strict=True):
                digest = hashlib.blake2b("".join(pair).encode(), digest_size=2).digest()
                row[int.from_bytes(digest) % self.dimension] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / lengths, np.float32)

    embed_passages = embed_profiles = embed_queries
    ready = True

    def load(self) -> None:
        return None

    def embed_sentences(self, _side: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed_queries(texts)

    def vector_traits(self, _side: str, vectors: NDArray[np.float32]) -> "list[VectorTraits]":
        from app.matching.space import VectorTraits

        return [VectorTraits() for _ in vectors]


class Service:
    """The application of one checkout on a new database; the only code here that knows its internals."""

    def __init__(self, checkout: Path, home: Path) -> None:
        from app.bootstrap.workers import build_worker
        from app.main import create_app
        from app.settings import Settings

        self._checkout, self._home = checkout, home
        self._command("init")
        self.operator = "operator@example.com"
        self._command(
            "user", "create", self.operator, "--name", "局管理员", "--password-stdin", given=f"{PASSWORD}\n"
        )
        # No pair scores below 0: whether a pair is pushed does not depend on this embedder.
        settings = Settings(
            _env_file=None, home=home, demo=True, model=str(home), worker_in_service=False, push_threshold=0.0
        )
        self.app = create_app(settings, embedder=BigramEmbedder())
        self._worker = build_worker(self.app.state.services)

    def work_one_event(self) -> bool:
        return bool(self._worker.run_until_idle(limit=1))

    def close(self) -> None:
        from app.bootstrap.services import close

        close(self.app.state.services)

    def _command(self, *arguments: str, given: str | None = None) -> None:
        own = {"SANKU_HOME": str(self._home), "SANKU_DEMO": "true", "SANKU_MODEL": str(self._home)}
        others = {name: value for name, value in os.environ.items() if not name.startswith("SANKU_")}
        subprocess.run(  # noqa: S603 — this very program
            [sys.executable, "-c", "from app.cli import main; main()", *arguments],
            cwd=self._checkout,
            env=others | own | {"PYTHONPATH": str(self._checkout)},
            input=given,
            text=True,
            check=True,
            capture_output=True,
        )


def _credit_code(number: int) -> str:
    """A valid credit code of a company that does not exist."""
    from app.accounts.organisations.credit_code import ALPHABET, is_uscc

    code = f"91370102{number:09d}"
    return next(code + one for one in ALPHABET if is_uscc(code + one))


class Scenario:
    """Three managers, a university and a company that talk to the service over HTTP."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.operator = self._logged_in(service.operator)
        self._organisations = 0
        self.company = self._user("enterprise", "enterprise", "历城阀门有限公司")
        university = self._user("institution", "university", "鹊华大学")
        self.managers = [
            self._user("manager", "agency", f"泺源技术转移{number}有限公司") for number in ("一", "二", "三")
        ]
        for manager, name in zip(self.managers, ("林若溪", "周远", "许砚"), strict=True):
            self.post(
                manager,
                "/v1/managers",
                title=name,
                expertise="十年新材料领域技术转移经历,擅长水性防腐涂料的许可谈判。",
                fields=["40"],
                regions=["370100"],
            )
        for title in ("缓蚀微胶囊改性水性环氧防腐涂层制备技术", "储罐内壁水性环氧涂层一次成膜技术"):
            self.post(
                university,
                "/v1/achievements",
                title=title,
                summary="以缓蚀微胶囊改性水性环氧树脂,中性盐雾一千二百小时无起泡,适用于储罐与桥梁钢结构。",
                fields=["405"],
                region="370102",
                trl=6,
                transfer_modes=["licence"],
                price_min_wan="60",
                price_max_wan="80",
                contact_name="周若川",
                contact_phone="13800000001",
            )
        while service.work_one_event():
            pass

    def post_demand(self, title: str) -> str:
        demand = self.post(
            self.company,
            "/v1/demands",
            title=title,
            main_problem="现用溶剂型涂料挥发物超标,改用水性涂料后半年即起泡脱落,需要耐盐雾的水性防腐体系。",
            fields=["405"],
            region="370112",
            deadline=str(date.today() + timedelta(days=300)),  # noqa: DTZ011 — any future day
            cooperation_modes=["joint_development", "licence"],
            expected_goal="中性盐雾不少于1000小时,附着力不低于5 MPa。",
            keywords=["水性涂料", "防腐"],
            min_trl=5,
            budget_min_wan="50",
            budget_max_wan="120",
            contact_name="王珊",
            contact_phone="13905310000",
        )
        return str(demand["id"])

    def work_until_pushed(self, demand: str, recorder: Recorder) -> set[str]:
        """Work until the demand has pushes; returns the files of all events up to then."""
        files = set[str]()
        while not self.pushes_of(demand):
            with recorder.recording() as ran:
                assert self._service.work_one_event(), "the worker is idle and nothing was pushed"
            files |= ran
        return files

    def pushes_of(self, demand: str) -> list[dict[str, Any]]:
        pushes: list[dict[str, Any]] = self.get(self.operator, "/v1/pushes?limit=100")["items"]
        return [push for push in pushes if push["demand"]["id"] == demand]

    def get(self, caller: TestClient, path: str) -> Any:
        answer = caller.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, caller: TestClient, path: str, /, **body: Any) -> Any:
        answer = caller.post(path, json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def _user(self, role: str, kind: str, organisation: str) -> TestClient:
        self._organisations += 1
        owner = self.post(
            self.operator,
            "/v1/organisations",
            name=organisation,
            kind=kind,
            region="370102",
            uscc=_credit_code(self._organisations),
        )
        email = f"user{owner['id']}@example.com"
        self.post(
            self.operator,
            "/v1/users",
            email=email,
            name="李明",
            password=PASSWORD,
            role=role,
            organisation_id=owner["id"],
        )
        return self._logged_in(email)

    def _logged_in(self, email: str) -> TestClient:
        # Not entered as a context manager: the lifespan would start background threads.
        client = TestClient(self._service.app)
        tokens = client.post("/v1/auth/token", data={"username": email, "password": PASSWORD}).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return client


def flows(checkout: Path) -> dict[str, set[str]]:
    """Flow → the files of `app/` through which its second run went."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    recorder = Recorder(f"{checkout / 'app'}/")
    recorder.install()
    files: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as home:
        service = Service(checkout, Path(home))
        scenario = Scenario(service)
        for title in ("化工储罐用高耐蚀水性防腐涂料研发", "桥梁钢箱梁内壁耐候水性防腐涂层攻关"):
            with recorder.recording() as files["POST /v1/demands"]:
                demand = scenario.post_demand(title)
            files["worker: demand.published → pushes written"] = scenario.work_until_pushed(demand, recorder)
            with recorder.recording() as files["GET /v1/demands/{id}/matches"]:
                scenario.get(scenario.company, f"/v1/demands/{demand}/matches")
            push = scenario.get(scenario.managers[0], "/v1/inbox")["items"][0]
            with recorder.recording() as files["POST /v1/pushes/{id}/accept"]:
                scenario.post(scenario.managers[0], f"/v1/pushes/{push['id']}/accept")
            while service.work_one_event():
                pass
        service.close()
    return files
