"""Structured logs: one line per event on standard error, without secrets and personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Log fields whose values must never be logged.
_SENSITIVE_KEY = re.compile(
    r"(password|token|secret|authorization|api[-_]?key|phone|mobile|email)", re.IGNORECASE
)


def configure_logging(*, level: str, as_json: bool) -> None:
    """Log one line per event to standard error; values with the key of a secret or of personal data are redacted."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else _console()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _redact,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _console() -> Any:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key != "event" and _SENSITIVE_KEY.search(key):
            event[key] = "***"
    return event
