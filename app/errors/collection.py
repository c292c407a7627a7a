"""Collecting the invalid fields of several checks, so that one answer names all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import FieldError, Invalid


class Faults:
    """The invalid fields that checks have named so far, each field and code once."""

    def __init__(self) -> None:
        self.fields: list[FieldError] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep the fields of an `Invalid` that the block raises, and go on."""
        try:
            yield
        except Invalid as error:
            known = {(field.field, field.code) for field in self.fields}
            self.fields += [field for field in error.fields if (field.field, field.code) not in known]

    def raise_if_any(self) -> None:
        """
        Raises:
            Invalid: some field is invalid; names all of them.
        """
        if self.fields:
            raise Invalid(fields=self.fields)
