"""Preferences of managers and organisations, as values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import time

from app.pushes.preferences.models import Frequency
from app.pushes.preferences.working_time import ContactWindow, QuietHours
from app.vocabularies.distances import region_covers


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTimes:
    """When messages are wanted, in Asia/Shanghai; see ``models``. `version` is 0 if nothing was ever stored."""

    frequency: Frequency = Frequency.IMMEDIATE
    digest_hour: int = 9
    weekday: int = 1
    quiet_from: str | None = "22:00"
    quiet_until: str | None = "08:00"
    on_days_off: bool = False
    minimum_score: float | None = None
    version: int = 0

    @property
    def contact_window(self) -> ContactWindow:
        """Quiet hours and days off, for `next_contact_time`."""
        quiet = None
        if self.quiet_from is not None and self.quiet_until is not None:
            quiet = QuietHours(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until))
        return ContactWindow(quiet, days_off=not self.on_days_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerPreferences(ContactTimes):
    """Preferences of an organisation. It is notified by digests only, by default weekly."""

    frequency: Frequency = Frequency.WEEKLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences(ContactTimes):
    """Preferences of a manager. An empty list or None means no restriction."""

    fields: Sequence[str] = ()
    regions: Sequence[str] = ()
    languages: Sequence[str] = ()
    immediate_score: float | None = None
    per_day: int | None = None
    per_week: int | None = None
    list_size: int = 10

    def want_fields(self, codes: Collection[str]) -> bool:
        """Whether a code equals, contains or belongs to one that is wanted. A pair without codes is accepted."""
        return not self.fields or not codes or any(_is_related(a, b) for a in self.fields for b in codes)

    def want_regions(self, codes: Collection[str]) -> bool:
        """Whether one of the two owners is in a region that is wanted."""
        return not self.regions or not codes or any(region_covers(a, b) for a in self.regions for b in codes)

    def want_languages(self, languages: Collection[str]) -> bool:
        """Whether the manager works in every language that the pair needs."""
        return not self.languages or set(languages) <= set(self.languages)


def _is_related(code: str, other: str) -> bool:
    """Codes are hierarchical: a first-level code is a prefix of its second-level codes."""
    return code.startswith(other) or other.startswith(code)
