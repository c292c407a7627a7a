"""The accounts of a demonstration, which its login page names. No other service has this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemonstrationLogin:
    """One account: whose it is, in Chinese and English, and its address."""

    zh: str
    en: str
    email: str


@dataclass(frozen=True, slots=True)
class DemonstrationLogins:
    """All accounts, with the one password that they share."""

    accounts: tuple[DemonstrationLogin, ...] = ()
    password: str = ""
