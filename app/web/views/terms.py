"""Hard terms of a match as people read them: an icon and a word for each verdict, never colour alone."""

from dataclasses import dataclass
from typing import Literal

from app.web.i18n import mark as _

Verdict = Literal["holds", "fails", "unknown"]

_ICONS = {"holds": "check", "fails": "x", "unknown": "circle-question-mark"}
_WORDS = {"holds": _("满足"), "fails": _("不满足"), "unknown": _("未写明")}


@dataclass(frozen=True, slots=True)
class TermView:
    """A term: what it is about, whether it holds, and the service's sentence on it."""

    label: str
    verdict: Verdict
    sentence: str = ""

    @property
    def icon(self) -> str:
        """The icon of the verdict."""
        return _ICONS[self.verdict]

    @property
    def word(self) -> str:
        """The word of the verdict."""
        return _WORDS[self.verdict]
