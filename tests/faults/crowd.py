"""Many managers, their mailboxes and endpoints, some of which fail, and worker processes that are killed.

Used by the fault test with a few managers, and by the benchmark with hundreds.
"""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import connection
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.models import Organisation, Role, User
from app.database import Database, now
from app.events.catalogue import MessageDue
from app.events.handler import by_name
from app.events.messages import MessageKind, enqueue_message
from app.events.outbox import Event
from app.handlers import HANDLERS
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.notifications.channels.link_tokens import LinkSigner
from app.notifications.delivery.attempt import DeliveryContext, build_delivery_context
from app.notifications.handlers import OUTBOUND, recipient_order
from app.notifications.models import (
    UNFINISHED,
    ChannelAddress,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    WebhookEndpoint,
)
from app.notifications.webhooks.service import new_secret
from app.observability import configure_logging
from app.pushes.inbox_log import NEW
from app.pushes.models import InboxChange, Push
from app.settings import MailSecurity, Settings
from app.workers.concurrent import ConcurrentWorker
from tests.faults.processes import template
from tests.support.builders.pushes import make_push
from tests.support.servers import Answer, Call, Mailbox, Receiver, http_receiver, mail_server
from tests.support.services import make_services


@dataclass
class Crowd:
    """`failing` are numbers of managers whose mailbox and endpoint fail: True always, False at first."""

    settings: Settings
    database: Database
    mailbox: Mailbox
    receiver: Receiver
    failing: Mapping[int, bool]
    managers: list[UUID] = field(default_factory=list)
    messages: dict[UUID, list[str]] = field(default_factory=dict)

    def seed(self, *, managers: int, pushes: int) -> None:
        """`pushes` in all, evenly; the message of each is due. One transaction for each manager."""
        link_signer, each = LinkSigner(self.settings), pushes // managers
        with self.database.unit_of_work() as session:
            owner = Organisation(name="需求与成果单位", kind="enterprise", region="370100")
            session.add(owner)
            session.flush()
            common = {
                "owner_org_id": owner.id,
                "state": "published",
                "published_at": now(),
                "region": "370100",
            }
            demands = [
                Demand(number=f"B-D-{n}", title=f"解决管道腐蚀{n}", main_problem="管道腐蚀快", **common)
                for n in range(each)
            ]
            achievement = Achievement(number="B-A-1", title="防腐涂层", summary="一种涂层", trl=6, **common)
            session.add_all([*demands, achievement])
            session.flush()
            keys = [(demand.id, achievement.id) for demand in demands]
        for number in range(managers):
            self._manager(number, keys, link_signer)

    def _manager(self, number: int, keys: Sequence[tuple[UUID, UUID]], link_signer: LinkSigner) -> None:
        with self.database.unit_of_work() as session:
            agency = Organisation(name=f"机构{number}", kind="agency", region="370100", verified_at=now())
            session.add(agency)
            session.flush()
            user = User(
                email=f"m{number}@example.com",
                name=f"经理{number}",
                role=Role.MANAGER,
                organisation_id=agency.id,
                password_hash="",
            )
            session.add(user)
            session.flush()
            manager = Manager(
                number=f"B-M-{number}",
                title=user.name,
                owner_org_id=agency.id,
                user_id=user.id,
                state="published",
                published_at=now(),
                region="370100",
            )
            session.add_all(
                [
                    manager,
                    ChannelAddress(
                        user_id=user.id,
                        kind="mail",
                        verified_at=now(),
                        verified_fingerprint=link_signer.fingerprint(user.email),
                    ),
                    WebhookEndpoint(
                        organisation_id=agency.id,
                        name="项目系统",
                        host=self.receiver.host,
                        encrypted_url=self.receiver.url(f"/{number}"),
                        types=["push.new"],
                        encrypted_secret=new_secret(),
                    ),
                ]
            )
            session.flush()
            actual = []
            for demand_id, achievement_id in keys:
                push = make_push(
                    session, manager_id=manager.id, demand_id=demand_id, achievement_id=achievement_id
                )
                due = enqueue_message(
                    session, kind=MessageKind.PUSH, manager_id=manager.id, ids={"push_id": push.id}
                )
                actual.append(str(due.id))
            self.managers.append(manager.id)
            self.messages[manager.id] = actual

    def unsettled(self) -> int:
        """Messages without deliveries yet, and deliveries that have not ended."""
        with self.database.reading() as session:
            waiting = session.scalar(
                select(func.count()).where(
                    Event.name == MessageDue.name, Event.done_at.is_(None), Event.dead_at.is_(None)
                )
            )
            moving = session.scalar(select(func.count()).where(Delivery.state.in_(UNFINISHED)))
        return (waiting or 0) * 2 + (moving or 0)

    def check(self) -> dict[str, int]:
        """Everything that must hold at the end; answers what was counted."""
        with self.database.reading() as session:
            states = Counter(
                {
                    (row.recipient_id, row.channel, row.state): row.count
                    for row in session.execute(
                        select(
                            Delivery.recipient_id,
                            Delivery.channel,
                            Delivery.state,
                            func.count().label("count"),
                        ).group_by(Delivery.recipient_id, Delivery.channel, Delivery.state)
                    )
                }
            )
            pushes = session.scalar(select(func.count()).select_from(Push))
            actual = session.scalar(select(func.count()).where(InboxChange.change == NEW))
            dead_events = session.scalar(select(func.count()).where(Event.dead_at.is_not(None)))
            results = Counter(session.scalars(select(DeliveryAttempt.result)))
        total = sum(map(len, self.messages.values()))
        assert pushes == actual == total
        assert dead_events == 0
        for number, manager_id in enumerate(self.managers):
            wanted = self.messages[manager_id]
            end = DeliveryState.DEAD if self.failing.get(number) else DeliveryState.DELIVERED
            for channel in ("mail", "webhook"):
                assert states[manager_id, channel, end] == len(wanted), (number, channel, end)
        arrived = {"mail": self._mails(), "webhook": self._calls()}
        for number, manager_id in enumerate(self.managers):
            if self.failing.get(number):
                continue
            for channel, of in arrived.items():
                # The first arrival of each message: nothing is missing, nothing is new, and all in their order.
                assert list(dict.fromkeys(of[number])) == self.messages[manager_id], (number, channel)
        doubled = {
            channel: sum(len(ids) - len(set(ids)) for ids in of.values()) for channel, of in arrived.items()
        }
        return {
            "pushes": total,
            "deliveries": sum(states.values()),
            "delivered": sum(n for key, n in states.items() if key[2] == DeliveryState.DELIVERED),
            "dead": sum(n for key, n in states.items() if key[2] == DeliveryState.DEAD),
            "tries": sum(results.values()),
            "lost_tries": results["lost"],
            "mails_twice": doubled["mail"],
            "webhooks_twice": doubled["webhook"],
        }

    def _mails(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {number: [] for number in range(len(self.managers))}
        for letter in list(self.mailbox.letters):
            found[int(letter.to[1:].partition("@")[0])].append(str(letter.message["X-Sanku-Message-Id"]))
        return found

    def _calls(self) -> dict[int, list[str]]:
        """Those that were answered with 200."""
        found: dict[int, list[str]] = {number: [] for number in range(len(self.managers))}
        for number, message_id in list(self.taken):
            found[number].append(message_id)
        return found

    taken: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def crowd(url: str, home: Path, *, managers: int, failing_every: int, **values: Any) -> Iterator[Crowd]:
    """A migrated database at `url` and real receivers. Of every so many managers one has a mailbox and an endpoint that
    fail: in turn always, and at the first try of each message."""
    failing = {number: number % (2 * failing_every) == 0 for number in range(0, managers, failing_every)}
    with mail_server() as mailbox, http_receiver() as receiver:
        settings = Settings(
            _env_file=None,
            home=home,
            database_url=url,
            demo=True,
            smtp_host=mailbox.host,
            smtp_port=mailbox.port,
            smtp_security=MailSecurity.NONE,
            webhook_allowed_hosts=[receiver.host],
            worker_poll=timedelta(milliseconds=100),
            **values,
        )
        database = Database(url)
        found = Crowd(settings, database, mailbox, receiver, failing)
        _fail(found)
        yield found
        database.dispose()


def _fail(found: Crowd) -> None:
    tried: Counter[str] = Counter()

    def mail(address: str) -> str | None:
        """A mail server does not know the message yet: every second try fails."""
        for_ever = found.failing.get(int(address[1:].partition("@")[0]))
        if for_ever:
            return "550 5.1.1 no such mailbox"
        tried[address] += 1
        return "451 4.3.0 try again" if for_ever is False and tried[address] % 2 else None

    def call(request: Call) -> Answer:
        number, message_id = int(request.path[1:]), request.headers["webhook-id"]
        for_ever = found.failing.get(number)
        tried[message_id] += 1
        if for_ever or (for_ever is False and tried[message_id] == 1):
            return Answer(503)
        found.taken.append((number, message_id.removeprefix("msg_")))
        return Answer()

    found.mailbox.answer, found.receiver.answer = mail, call


class Courier(ConcurrentWorker):
    """A worker that reports everything that it has applied."""

    reports: connection.Connection

    def _apply_ready(self) -> None:
        super()._apply_ready()
        self.reports.send_bytes(b".")


def work(settings: Settings, couriers: int, reports: connection.Connection) -> None:
    """A worker's process: a courier that addresses and delivers."""
    configure_logging(level="ERROR", as_json=True)
    database = Database(settings.url)
    services = make_services(database, settings.model_copy(update={"push_threshold": 0.5}))
    services[DeliveryContext] = build_delivery_context(settings)
    handlers = by_name({event: HANDLERS[event] for event in OUTBOUND})
    courier = Courier(services, handlers, slots=couriers, order=recipient_order)
    courier.reports = reports
    reports.send_bytes(b".")  # what the killed one has done last, it may not have reported
    courier.run(threading.Event())


class Workers:
    """Worker processes, one of which is killed now and then and replaced."""

    def __init__(self, settings: Settings, *, processes: int, couriers: int) -> None:
        self._context = template()
        self._settings, self._couriers = settings, couriers
        self._running = [self._start() for _ in range(processes)]
        self.killed = 0

    def wait(self, seconds: float) -> None:
        """Until one of them has done something.

        Raises:
            TimeoutError: none did, for so many seconds.
        """
        running = [reports for _, reports in self._running]
        ready = connection.wait(running, max(seconds, 0))
        if not ready:
            raise TimeoutError(f"no worker did anything for {seconds:.0f} seconds")
        for one in running:
            while one in ready and one.poll():
                one.recv_bytes()

    def kill_one(self) -> None:
        """SIGKILL, wherever it is; another takes its place."""
        victim, reports = self._running.pop(0)
        victim.kill()
        victim.join()
        reports.close()
        assert victim.exitcode == -signal.SIGKILL
        self.killed += 1
        self._running.append(self._start())

    def end(self) -> None:
        for process, reports in self._running:
            process.kill()
            process.join()
            reports.close()

    def _start(self) -> tuple[Any, connection.Connection]:
        reports, reporter = self._context.Pipe(duplex=False)
        process = self._context.Process(target=work, args=(self._settings, self._couriers, reporter))
        process.start()
        reporter.close()
        return process, reports


def work_off(
    crowd: Crowd,
    workers: Workers,
    *,
    kills: int,
    seconds: float,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Until nothing is under way, with the kills spread evenly over the work.

    Raises:
        TimeoutError: it took longer than `seconds`.
    """
    whole = crowd.unsettled()
    marks = [whole * (kills - n) // (kills + 1) for n in range(kills)]
    ends = time.monotonic() + seconds
    while (left := crowd.unsettled()) > 0:
        progress(left)
        if marks and left <= marks[0]:
            marks.pop(0)
            workers.kill_one()
        workers.wait(ends - time.monotonic())
