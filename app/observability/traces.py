"""Traces: what one request sets off in other processes, for a collector of OpenTelemetry.

A span names routes, events and kinds of channels. It has no address, no query and no text: none of those leaves the
service this way.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from app.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

_current: ContextVar[str | None] = ContextVar("sanku_trace", default=None)

Value = str | int


class SpanKind(StrEnum):
    SERVER = "server"
    CONSUMER = "consumer"
    CLIENT = "client"
    INTERNAL = "internal"


@dataclass(slots=True)
class RunningSpan:
    """What is said of a span when it ends."""

    name: str
    attributes: dict[str, Value] = field(default_factory=dict)
    failed: bool = False

    def fail(self, error: BaseException) -> None:
        """Note the type of what failed, and not its text, which may hold what people wrote."""
        self.failed = True
        self.attributes["error.type"] = type(error).__name__


def current_trace() -> str | None:
    """The running span as a `traceparent` of W3C Trace Context; None where nothing is recorded."""
    return _current.get()


@contextmanager
def continued(trace: str | None) -> Iterator[None]:
    """What is emitted within the block belongs to this trace."""
    before = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(before)


class Tracer:
    """Sends spans to the collector of the settings, in the background; without one, nothing is recorded.

    While the collector is away, spans are dropped: nothing waits for it.
    """

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            ValueError: the extra for it is not installed.
        """
        self._provider = None if settings.traces_url is None else _provider(settings.traces_url, settings)

    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        parent: str | None = None,
        attributes: Mapping[str, Value] | None = None,
    ) -> Iterator[RunningSpan]:
        """Record the block as a span of `parent`, by default of the span that runs, else as the first of a trace.

        An exception passes through; its type is recorded, and not its text.
        """
        running = RunningSpan(name, dict(attributes or {}))
        if self._provider is None:
            yield running
            return
        from opentelemetry import trace

        span = self._provider.get_tracer("sanku").start_span(
            name, context=_context_of(parent or current_trace()), kind=trace.SpanKind[kind.name]
        )
        context = span.get_span_context()
        trace_id = f"{context.trace_id:032x}"
        try:
            with (
                continued(f"00-{trace_id}-{context.span_id:016x}-{context.trace_flags:02x}"),
                structlog.contextvars.bound_contextvars(trace_id=trace_id),
            ):
                yield running
        except BaseException as error:
            running.fail(error)
            raise
        finally:
            span.update_name(running.name)
            span.set_attributes(running.attributes)
            if running.failed:
                span.set_status(trace.StatusCode.ERROR)
            span.end()

    def close(self) -> None:
        """Send what is left."""
        if self._provider is not None:
            self._provider.shutdown()


def _provider(url: str, settings: Settings) -> "TracerProvider":
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter") is None:
        raise ValueError(
            "SANKU_TRACES_URL needs the extra otel: pip install 'sanku[otel]' (需要安装扩展 otel)"
        )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.traces_share)),
        resource=Resource.create({"service.name": "sanku"}),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return provider


def _context_of(parent: str | None) -> "Context":
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

    if parent is None:
        return Context()
    _, trace_id, span_id, flags = parent.split("-")
    context = SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
    return trace.set_span_in_context(NonRecordingSpan(context), Context())
