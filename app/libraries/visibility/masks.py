"""Masked contacts: what who may know that there is a contact sees of it."""

from collections.abc import Callable, Mapping

LEAST_HIDDEN = 4
"""Digits of a telephone that are hidden behind its area or country code, as of a mobile; fewer could be tried."""
_COUNTRY_CODE = 4
"""Characters: a plus and three digits at most."""


def masked_name(name: str) -> str:
    """A name by its first character, which in Chinese is the family name: `周**`, whatever its length."""
    return f"{name[:1]}**"


def masked_phone(phone: str) -> str:
    """A telephone by its first three and last four characters: `138****0001`; where these would leave fewer than
    `LEAST_HIDDEN` digits to be tried, as of a landline of seven digits, it shows nothing."""
    area, hyphen, _ = phone.partition("-")
    known = len(area) if hyphen else _COUNTRY_CODE if phone.startswith("+") else 3
    hidden = sum(one.isdigit() for one in phone[known:-4])
    return f"{phone[:3]}****{phone[-4:]}" if hidden >= LEAST_HIDDEN else "****"


def masked_mail(email: str) -> str:
    """A mailbox by its first letter and its domain: `l***@example.com`; the only letter of a name is hidden."""
    name, _, domain = email.partition("@")
    return f"{name[: min(1, len(name) - 1)]}***@{domain}"


MASKS: Mapping[str, Callable[[str], str]] = {
    "contact_name": masked_name,
    "contact_phone": masked_phone,
    "contact_email": masked_mail,
}
"""Field of a contact → what is shown of its value."""
