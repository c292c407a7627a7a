"""What the office that runs the service may read about this installation: its settings, and the state of its index."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.matching.matcher import Matcher
from app.settings import GROUPS, Settings

SHOWN_TEXTS = frozenset({"pdf_font", "public_url", "smtp_host"})
"""Settings whose text is shown. Any other text may hold a password, as the address of a database does."""


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting as this process runs with it.

    Attributes:
        name: of the environment, such as `SANKU_SMTP_PORT`.
        value: as it would be written there; None if there is none, or if it must not be shown.
        is_set: whether it has a value, which may be the default.
        is_own: whether it was given, rather than left at the default.
    """

    name: str
    value: str | None
    is_set: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class IndexState:
    """Where the index of this process stands.

    Attributes:
        behind: changes of the store that it has not read yet.
        records: kind of record → records in the index.
    """

    backend: str
    model_id: str
    dimension: int
    position: int
    behind: int
    records: Mapping[str, int]


def settings_in_force(settings: Settings, *, principal: Principal) -> list[SettingInForce]:
    """All settings in the order of their reference, without anything that may be secret.

    Raises:
        Forbidden: the principal does not run the service.
    """
    require(principal, Action.INSTALLATION_READ)
    return list(_settings(settings))


def index_state(session: Session, matcher: Matcher, *, principal: Principal) -> IndexState:
    """The state of the index in this process.

    Raises:
        Forbidden: the principal does not run the service.
    """
    require(principal, Action.INSTALLATION_READ)
    status = matcher.index.status(session)
    return IndexState(
        backend=status["backend"],
        model_id=status["model_id"],
        dimension=status["dimension"],
        position=status["position"],
        behind=status["behind"],
        records={str(kind): count for kind, count in status["records"].items()},
    )


def _settings(settings: Settings) -> Iterator[SettingInForce]:
    for group in GROUPS:
        for name in group.model_fields:
            value = getattr(settings, name)
            yield SettingInForce(
                name=f"SANKU_{name.upper()}",
                value=_shown(name, value),
                is_set=value is not None and value != [],
                is_own=name in settings.model_fields_set,
            )


def _shown(name: str, value: Any) -> str | None:
    """Numbers, choices and times; of texts those that are known to hold no secret."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, timedelta):
        return str(value)
    return str(value) if name in SHOWN_TEXTS and value is not None else None
