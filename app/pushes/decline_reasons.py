"""Reasons for declining a push, and which of them need a note."""

from app.errors import Invalid
from app.vocabularies import vocabulary


def check_reason(reason: str, note: str | None) -> None:
    """Validate a reason for declining.

    Raises:
        Invalid: the reason is not in the vocabulary, or a note is missing for `other`.
    """
    reasons = vocabulary("decline_reasons")
    if reason not in reasons:
        choices = ", ".join(reasons.codes)
        raise Invalid.field(
            "reason", "unknown_code", f"应为以下之一：{choices}", f"must be one of: {choices}"
        )
    if reason == "other" and not note:
        raise Invalid.field(
            "note", "missing", "原因为其他时，请填写说明", "is required if the reason is `other`"
        )
