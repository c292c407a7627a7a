"""Real servers on loopback: the service, a mail server, and an HTTP server that answers as a test says."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass(frozen=True)
class Letter:
    """A mail as it arrived. `parts`: content type → text."""

    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def parts(self) -> dict[str, str]:
        return {part.get_content_type(): part.get_content() for part in self.message.iter_parts()}


@dataclass
class Mailbox:
    """What a mail server got. `answer(to)` is its reply to a recipient: None takes the mail."""

    host: str = "127.0.0.1"
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    answer: Callable[[str], str | None] = lambda _: None
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:
        refusal = self.answer(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.letters += [Letter(to, message) for to in envelope.rcpt_tos]
        return "250 OK"

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.to == address]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(*, starttls: ssl.SSLContext | None = None, password: str | None = None) -> Iterator[Mailbox]:
    """With `starttls` it takes mail only after it, with `password` only after a login."""
    mailbox = Mailbox(port=free_port())

    def authenticate(_: Any, __: Any, ___: Any, ____: Any, login: LoginPassword) -> AuthResult:
        mailbox.logins.append(login.login.decode())
        return AuthResult(success=login.password.decode() == password, handled=False)

    options: dict[str, Any] = {}
    if starttls is not None:
        options |= {"tls_context": starttls, "require_starttls": True}
    if password is not None:
        options |= {"authenticator": authenticate, "auth_required": True}
    controller = Controller(mailbox, hostname=mailbox.host, port=mailbox.port, ready_timeout=60, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass(frozen=True)
class Call:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Receiver:
    """An HTTP server's record. `answer(call)` may block, and an empty `Answer.body` is allowed."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answer: Callable[[Call], Answer] = lambda _: Answer()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/hook") -> str:
        return f"http://{self.host}{path}"


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.path, headers, self.rfile.read(length).decode())
            receiver.calls.append(call)
            answer = receiver.answer(call)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            """Tests look at `calls`."""

    with threaded(Handler) as receiver.port:
        yield receiver


@contextmanager
def threaded(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """A server on loopback with a thread for each connection: its port. It ends with the block, however that ends."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that hung up is what some tests are about."""

    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


LEFT_OPEN = 10
"""Seconds that answers still under way get at the end, so that a failed test holds up no other."""


@contextmanager
def served(app: Any, *, lifespan: str = "off", protocol: type[Any] | None = None) -> Iterator[str]:
    """The service behind uvicorn, as programs and browsers reach it: its address, without a slash at the end.

    Args:
        protocol: what speaks HTTP, if not what uvicorn chooses.

    Raises:
        RuntimeError: the server did not start; its thread says why.
    """
    config: dict[str, Any] = {} if protocol is None else {"http": protocol}
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            lifespan=lifespan,  # type: ignore[arg-type]  # one of three literals
            ws="none",
            timeout_graceful_shutdown=LEFT_OPEN,
            **config,
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
