"""A collector of OpenTelemetry, as a process: takes OTLP over HTTP, and prints each span as a line of JSON."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.support.paths import REPOSITORY

Span = dict[str, Any]


@dataclass
class Collector:
    """A running collector."""

    url: str
    process: subprocess.Popen[str]

    def end(self) -> list[Span]:
        """End the process; all spans that came."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        spans = [json.loads(line) for line in self.process.stdout]
        assert self.process.wait() == 0
        return spans


@contextmanager
def collector() -> Iterator[Collector]:
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    with process:
        yield Collector(process.stdout.readline().strip(), process)
        process.kill()


def _spans_of(body: bytes) -> Iterator[Span]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "name": span.name,
                    "trace": span.trace_id.hex(),
                    "id": span.span_id.hex(),
                    "parent": span.parent_span_id.hex(),
                    "kind": span.kind,
                    "failed": span.status.code == span.status.STATUS_CODE_ERROR,
                    "service": next(
                        one.value.string_value
                        for one in resource.resource.attributes
                        if one.key == "service.name"
                    ),
                    "attributes": {
                        one.key: getattr(one.value, str(one.value.WhichOneof("value")))
                        for one in span.attributes
                    },
                }


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for span in _spans_of(body):
            print(json.dumps(span), flush=True)  # noqa: T201 - this is its answer
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def main() -> None:
    """Serve until standard input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever).start()
    print(f"http://127.0.0.1:{server.server_port}/v1/traces", flush=True)  # noqa: T201
    sys.stdin.read()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
