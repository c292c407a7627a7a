"""Masked contacts: what who may know that there is a contact sees of it."""

from collections.abc import Callable, Mapping

MOBILE_LENGTH = 11
"""Digits; of a shorter telephone so many would be shown that the rest can be tried."""


def masked_name(name: str) -> str:
    """A name by its first character, which in Chinese is the family name: `周**`, whatever its length."""
    return f"{name[:1]}**"


def masked_phone(phone: str) -> str:
    """A telephone by its first three and last four characters: `138****0001`; a short one shows nothing."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= MOBILE_LENGTH else "****"


def masked_mail(email: str) -> str:
    """A mailbox by its first letter and its domain: `l***@example.com`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"


MASKS: Mapping[str, Callable[[str], str]] = {
    "contact_name": masked_name,
    "contact_phone": masked_phone,
    "contact_email": masked_mail,
}
"""Field of a contact → what is shown of its value."""
