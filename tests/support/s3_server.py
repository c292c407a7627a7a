"""A small service that speaks as much S3 as the store uses, on loopback: objects, and a listing of a bucket.

It takes nothing unsigned, and nothing whose bytes are not those that the request's signed header promises.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.support.servers import threaded

ACCESS, SECRET, BUCKET = "sanku-test", "sanku-test-secret", "sanku-files"


@dataclass
class Bucket:
    endpoint: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    fails: bool = False


@contextmanager
def s3_server() -> Iterator[Bucket]:
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self._signed() and hashlib.sha256(body).hexdigest() == self.headers["x-amz-content-sha256"]:
                bucket.objects[self._key()] = body
                bucket.written[self._key()] = datetime.now(UTC)
                self._send(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')
            else:
                self._error(403, "AccessDenied")

        def do_GET(self) -> None:
            if not self._signed():
                self._error(403, "AccessDenied")
            elif "list-type" in (query := parse_qs(urlsplit(self.path).query)):
                self._send(200, self._listing(query["prefix"][0]))
            elif (body := bucket.objects.get(self._key())) is None:
                self._error(404, "NoSuchKey")
            else:
                self._send(200, body)

        def do_DELETE(self) -> None:
            if self._signed():
                bucket.objects.pop(self._key(), None)
            self._send(204, b"")

        def _key(self) -> str:
            name, _, key = urlsplit(self.path).path.lstrip("/").partition("/")
            assert name == BUCKET
            return key

        def _signed(self) -> bool:
            given = self.headers.get("Authorization", "")
            return not bucket.fails and given.startswith(f"AWS4-HMAC-SHA256 Credential={ACCESS}/")

        def _listing(self, prefix: str) -> bytes:
            entries = "".join(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>x</ETag>"
                f"<LastModified>{bucket.written[key]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
                for key, body in bucket.objects.items()
                if key.startswith(prefix)
            )
            return f"<ListBucketResult><Name>{BUCKET}</Name>{entries}</ListBucketResult>".encode()

        def _error(self, status: int, code: str) -> None:
            self._send(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/xml", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with threaded(Handler) as port:
        bucket.endpoint = f"http://127.0.0.1:{port}"
        yield bucket
