"""A scenario whose manager may be notified by every channel, with a real mail server and a real HTTP receiver."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import User
from app.database import Database, now
from app.libraries.managers.models import Manager
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.models import ChannelAddress
from app.settings import MailSecurity, Settings
from tests.support.callers import Caller
from tests.support.embedders import BigramEmbedder
from tests.support.scenario import Scenario
from tests.support.servers import Mailbox, Receiver, http_receiver, mail_server
from tests.support.services import demo_settings


@pytest.fixture(scope="session")
def embedder() -> Any:
    return BigramEmbedder()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server


@pytest.fixture
def settings(database_url: str, tmp_path: Any, mailbox: Mailbox, receiver: Receiver) -> Settings:
    return demo_settings(
        home=tmp_path / "home",
        database_url=database_url,
        worker_in_service=False,
        log_json=False,
        push_threshold=0.5,
        public_url="https://sanku.example.com",
        smtp_host=mailbox.host,
        smtp_port=mailbox.port,
        smtp_security=MailSecurity.NONE,
        mail_from="三库 <no-reply@sanku.example.com>",
        webhook_allowed_hosts=[receiver.host],
        webhook_timeout=timedelta(seconds=60),
        chat_relay=f"http://{receiver.host}",
    )


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


@pytest.fixture
def manager(scenario: Scenario, as_manager: Caller) -> UUID:
    """The library record of the manager who is logged in, employed by their organisation."""
    manager_id = scenario.manager(owner=as_manager.organisation_id)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


@pytest.fixture
def with_mail(scenario: Scenario, settings: Settings) -> Callable[[Caller], str]:
    """Confirm a user's mailbox; answers its address."""

    def confirm(caller: Caller) -> str:
        with scenario.database.unit_of_work() as session:
            user = session.get_one(User, caller.user_id)
            session.add(
                ChannelAddress(
                    user_id=user.id,
                    kind="mail",
                    verified_at=now(),
                    verified_fingerprint=LinkSigner(settings).fingerprint(user.email),
                )
            )
            return user.email

    return confirm


@pytest.fixture
def endpoint(receiver: Receiver, as_operator: Caller) -> Callable[..., dict[str, Any]]:
    """An endpoint of an organisation that leads to the receiver; the answer with its secret."""

    def create(organisation_id: UUID, *types: str, path: str = "/hook") -> dict[str, Any]:
        body = {
            "name": "项目系统",
            "url": receiver.url(path),
            "types": list(types or ["push.new"]),
            "organisation_id": str(organisation_id),
        }
        answer = as_operator.post("/v1/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        issued: dict[str, Any] = answer.json()
        return issued

    return create
