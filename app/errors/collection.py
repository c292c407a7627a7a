"""Collecting the invalid fields of several checks, so that one answer names all of them.

A request has one collection, which begins with what its body's schema refuses (see `request_bodies`). From then on
nothing is stored and nothing slow begins: `refuse_faulty_body` stands before both.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Never

from app.errors import FieldError, Invalid


class UnreadableField(Exception):
    """A check needs a field of the body that the schema has refused."""


class Unreadable:
    """Stands for a value that the schema has refused: it can be passed on, but code that looks at it gets
    `UnreadableField`."""

    def _refuse(self, *_: Any) -> Never:
        raise UnreadableField

    __getattr__ = __getitem__ = __contains__ = __iter__ = __len__ = __bool__ = __hash__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __str__ = __format__ = _refuse


UNREADABLE: Final = Unreadable()


def is_unreadable(value: object) -> bool:
    """Whether the value could not be read from the body, which is refused at the end."""
    return value is UNREADABLE


class Faults:
    """The invalid fields that checks have named so far, each once."""

    def __init__(self) -> None:
        self.fields: list[FieldError] = []
        self.unreadable: set[str] = set()
        """Dotted paths of fields whose value is unknown, and with it what else is wrong with them."""

    def add(self, fields: Iterable[FieldError]) -> None:
        """Add invalid fields, except for those whose value could not be read."""
        for field in fields:
            if field not in self.fields and not self._is_unreadable(field.field):
                self.fields.append(field)

    def _is_unreadable(self, path: str) -> bool:
        return any(
            f"{path}.".startswith(f"{known}.") or f"{known}.".startswith(f"{path}.")
            for known in self.unreadable
        )

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep the fields of an `Invalid` that the block raises, and go on."""
        try:
            yield
        except Invalid as error:
            self.add(error.fields)
        except UnreadableField:
            pass
        except TypeError:
            # Functions in C know only texts and numbers, and nothing of `UNREADABLE`.
            of_body = current_faults()
            if of_body is None or not of_body.unreadable:
                raise

    def skip_named(self) -> None:
        """Leave out what is still found about the fields named so far: it may follow from what is known."""
        self.unreadable.update(field.field for field in self.fields)

    def raise_if_any(self) -> None:
        """
        Raises:
            Invalid: some field is invalid; names all of them.
        """
        if self.fields:
            raise Invalid(fields=self.fields)


_OF_BODY: ContextVar[Faults | None] = ContextVar("faults_of_body", default=None)


@contextmanager
def faults_of_body() -> Iterator[Faults]:
    """The collection of one request; see `current_faults`."""
    faults = Faults()
    token = _OF_BODY.set(faults)
    try:
        yield faults
    finally:
        _OF_BODY.reset(token)


def current_faults() -> Faults | None:
    """The collection of the request that is being answered; None outside of requests."""
    return _OF_BODY.get()


def refuse_faulty_body() -> None:
    """Call before anything that a refused request must not do: storing, embedding, hashing.

    Raises:
        Invalid: the body of the current request is faulty; names what has been found so far.
    """
    faults = _OF_BODY.get()
    if faults is not None:
        faults.raise_if_any()
