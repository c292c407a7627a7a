"""Base classes of the account schemas: input, output and change."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from app.errors import FieldError, Invalid
from app.errors.request_bodies import RequestBody


class AccountInput(RequestBody):
    """Base of the request bodies of accounts."""


class AccountOutput(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AccountChange(AccountInput):
    """A merge patch: only the fields that are sent change; null clears a field that may be empty."""

    clearable: ClassVar[frozenset[str]] = frozenset()

    def changes(self) -> dict[str, Any]:
        """The fields that were sent.

        Raises:
            Invalid: null was sent for a field that may not be empty.
        """
        sent = {field: getattr(self, field) for field in sorted(self.model_fields_set)}
        empty = [field for field, value in sent.items() if value is None and field not in self.clearable]
        if empty:
            raise Invalid(
                fields=[
                    FieldError(field, "not_clearable", "此字段不能清空", "this field cannot be cleared")
                    for field in sorted(empty)
                ]
            )
        return sent
