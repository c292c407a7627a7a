"""A push as the pages of a manager show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from app.clock import JINAN_TIME, last_open_day, today
from app.errors import Invalid
from app.pushes.schemas import PushRead
from app.web.forms.parser import day
from app.web.i18n import Language, translate
from app.web.i18n import mark as _
from app.web.posted import PostedForm
from app.web.views.evidence import EvidencePiece
from app.web.views.pair_reasons import SentencePair, in_both, marked, sentences_of, terms_of
from app.web.views.tables import TableColumn, TableRow, TableView
from app.web.views.terms import TermView

MORNING = time(8)
"""When a postponed push returns to the inbox."""

_FIGURES = _("考核指标对照")
_COLUMNS = (_("需求要求"), _("成果写明"), _("结果"))
_HELD = MappingProxyType({"holds": _("满足"), "fails": _("不满足"), "unsure": _("待确认")})

HIGH = 0.8
"""From this pair score, 0–1, a match is called a strong one."""


@dataclass(frozen=True, slots=True)
class PushView:
    """A push with its reasons in the language of the page.

    Attributes:
        why_pair: one line on the pair; why_you: one on its manager.
        following: the push after it in the list, which is next after an answer.
    """

    push: PushRead
    why_pair: str
    why_you: str
    terms: tuple[TermView, ...]
    sentences: tuple[SentencePair, ...]
    following: str = ""
    before: str = ""

    @property
    def id(self) -> str:
        """Of the push, for addresses."""
        return str(self.push.id)

    @property
    def is_strong(self) -> bool:
        """Whether the pair score is high."""
        return self.push.pair_score >= HIGH

    @property
    def due_on(self) -> date:
        """The last day for an answer."""
        return last_open_day(self.push.answer_due_at or self.push.expires_at)

    @property
    def marked(self) -> tuple[SentencePair, ...]:
        """Pairs of sentences that are marked in the main texts."""
        return in_both(self.push.demand.text or "", self.push.achievement.text or "", self.sentences)

    @property
    def quoted(self) -> tuple[SentencePair, ...]:
        """The other pairs, which are quoted below the texts."""
        return tuple(pair for pair in self.sentences if pair not in self.marked)

    @property
    def demand_text(self) -> tuple[EvidencePiece, ...]:
        """The demand's main text, with its evidence marked."""
        return marked(self.push.demand.text or "", self.marked, "demand")

    @property
    def achievement_text(self) -> tuple[EvidencePiece, ...]:
        """The achievement's main text, with its evidence marked."""
        return marked(self.push.achievement.text or "", self.marked, "achievement")

    @property
    def figures(self) -> TableView:
        """The indicators that were compared."""
        found = self.push.reasons.pair.get("figures", ())
        return TableView(
            translate(_FIGURES),
            [TableColumn(translate(label)) for label in _COLUMNS],
            [TableRow((one["required"], one["offered"], translate(_HELD[one["state"]]))) for one in found],
        )


def push_views(pushes: Sequence[PushRead], language: Language) -> list[PushView]:
    """The pushes of a list, each knowing its neighbours."""
    ids = ["", *(str(push.id) for push in pushes), ""]
    return [
        push_view(push, language, before=ids[place], following=ids[place + 2])
        for place, push in enumerate(pushes)
    ]


def push_view(push: PushRead, language: Language, *, before: str = "", following: str = "") -> PushView:
    """One push."""
    pair, manager = push.reasons.pair, push.reasons.manager
    stop = "; " if language == "en" else "；"
    said: list[Any] = manager.get(language) or []
    return PushView(
        push,
        pair.get(f"one_line_{language}", ""),
        stop.join(map(str, said)) or manager.get(f"one_line_{language}", ""),
        terms_of(pair, language),
        sentences_of(pair),
        following=following,
        before=before,
    )


def postponed_until(form: PostedForm) -> datetime:
    """The moment to which a form postpones a push: tomorrow, next Monday, or a day that was typed.

    Raises:
        Invalid: what was typed is no day.
    """
    choice = form.get("choice")
    if choice == "tomorrow":
        wanted = today() + timedelta(days=1)
    elif choice == "monday":
        wanted = today() + timedelta(days=7 - today().weekday())
    else:
        try:
            wanted = date.fromisoformat(day(form.get("until")))
        except ValueError:
            raise Invalid.field(
                "until", "bad_date", "应为日期，如 2027-12-31", "must be a date such as 2027-12-31"
            ) from None
    return datetime.combine(wanted, MORNING, JINAN_TIME)
