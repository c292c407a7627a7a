"""A town whose manager has every channel, with a real mail server and a real HTTP receiver."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.database import Database, now
from app.events import messages
from app.events.messages import MessageKind
from app.events.outbox import Event
from app.libraries.managers.models import Manager
from app.notifications.channels.secrets import SecretBox
from app.notifications.models import ChannelAddress, Delivery, DeliveryAttempt
from app.settings import MailSecurity, Settings
from tests.conftest import Caller
from tests.faults.launcher import BigramEmbedder
from tests.pushes.world import World
from tests.support.builders.pushes import make_push
from tests.support.servers import Mailbox, Receiver, http_receiver, mail_server


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
    return Settings(
        _env_file=None,
        home=tmp_path / "home",
        database_url=database_url,
        demo=True,
        worker_in_service=False,
        log_json=False,
        push_threshold=0.5,
        public_url="https://sanku.example.com",
        smtp_host=mailbox.host,
        smtp_port=mailbox.port,
        smtp_security=MailSecurity.NONE,
        mail_from="三库 <no-reply@sanku.example.com>",
        webhook_allowed_hosts=[receiver.host],
        webhook_timeout=timedelta(seconds=5),
        chat_relay=f"http://{receiver.host}",
    )


class Town(World):
    """Creates pushes, and reads their deliveries."""

    database: Database

    def push(self, manager_id: UUID, *, score: float = 0.8, **demand: Any) -> UUID:
        demand_id, achievement_id = self.demand(**demand), self.achievement()
        with self.database.unit_of_work() as session:
            row = make_push(
                session,
                manager_id=manager_id,
                demand_id=demand_id,
                achievement_id=achievement_id,
                score=score,
            )
            return row.id

    def tell_of(self, kind: MessageKind, **values: Any) -> UUID:
        with self.database.unit_of_work() as session:
            return messages.enqueue_message(session, kind=kind, **values).id

    def push_told(self, manager_id: UUID, **values: Any) -> UUID:
        """A push, and the message about it that is due."""
        push_id = self.push(manager_id, **values)
        return self.tell_of(MessageKind.PUSH, manager_id=manager_id, ids={"push_id": push_id})

    def deliveries(self, **where: Any) -> list[Delivery]:
        with self.database.reading() as session:
            query = select(Delivery).filter_by(**where).order_by(Delivery.message_id, Delivery.channel)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def attempts(self, delivery_id: UUID) -> list[DeliveryAttempt]:
        with self.database.reading() as session:
            query = select(DeliveryAttempt).filter_by(delivery_id=delivery_id).order_by(DeliveryAttempt.id)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def pass_time(self, by: timedelta) -> None:
        """Make everything due that waits for a time within `by`."""
        with self.database.unit_of_work() as session:
            for event in session.scalars(select(Event).where(Event.done_at.is_(None))):
                event.available_at = min(event.available_at, max(now(), event.available_at - by))


@pytest.fixture
def town(app: Any) -> Town:
    return Town(app.state.database)


@pytest.fixture
def manager(town: Town, as_manager: Caller) -> UUID:
    """The library record of the manager who is logged in, employed by their organisation."""
    manager_id = town.manager(owner=as_manager.organisation_id)
    with town.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


@pytest.fixture
def with_mail(town: Town, settings: Settings) -> Callable[[Caller], str]:
    """Confirm a user's mailbox; answers its address."""

    def confirm(caller: Caller) -> str:
        with town.database.unit_of_work() as session:
            user = session.get_one(User, caller.user_id)
            session.add(
                ChannelAddress(
                    user_id=user.id,
                    kind="mail",
                    verified_at=now(),
                    verified_fingerprint=SecretBox(settings).fingerprint(user.email),
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
