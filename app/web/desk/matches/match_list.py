"""The match list of an own record with the answers that were given, as all its pages need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.database import ReadSession
from app.libraries.record.enums import RecordKind
from app.matching.feedback.impressions import Shown
from app.matching.lists.bands import reads_as_nothing
from app.matching.lists.matches import achievement_matches, demand_matches
from app.matching.lists.schemas import MatchesOut
from app.matching.matcher import Matcher
from app.pushes.feedback.pair_side import Side
from app.pushes.feedback.schemas import OwnerAnswerRead
from app.pushes.feedback.service import answers_for
from app.services import provided
from app.web.desk.matches.match_view import MatchView, match_views
from app.web.desk.records.desk_kind import DeskKind
from app.web.page import WebPage

SHOWN = 10

SIDES = {RecordKind.DEMAND: Side.DEMAND, RecordKind.ACHIEVEMENT: Side.ACHIEVEMENT}


@dataclass(frozen=True, slots=True)
class MatchList:
    """A list: the answer of matching, its matches as views, and the owner's answers by number of the other record."""

    answer: MatchesOut
    views: tuple[MatchView, ...]
    given: Mapping[str, OwnerAnswerRead]

    @property
    def good(self) -> int:
        """How many matches are good."""
        return sum(view.good for view in self.views)

    def chosen(self, number: str | None) -> MatchView | None:
        """The match with the record of this number, else the first one."""
        first = self.views[0] if self.views else None
        return next((view for view in self.views if view.record["number"] == number), first)


@dataclass(frozen=True, slots=True)
class MatchReader:
    """Reads match lists within one request."""

    session: ReadSession
    matcher: Matcher
    shown_lists: Any

    def read(
        self, kind: DeskKind, record: Mapping[str, Any], page: WebPage, *, limit: int = SHOWN
    ) -> MatchList:
        """The list of an own record."""
        record_id = UUID(record["id"])
        answer = self.answer(kind, record, page, limit=limit)
        given = answers_for(self.session, record_id, side=SIDES[kind.kind], principal=page.principal)
        views = match_views(
            answer, record, kind.kind, language=page.language, with_scores=page.principal.reads_details
        )
        views = tuple(
            one for one in views if one.score is None or not reads_as_nothing(one.score, good=one.good)
        )
        return MatchList(
            answer,
            views,
            {
                view.record["number"]: OwnerAnswerRead.model_validate(given[UUID(view.record["id"])])
                for view in views
                if UUID(view.record["id"]) in given
            },
        )

    def answer(self, kind: DeskKind, record: Mapping[str, Any], page: WebPage, *, limit: int) -> MatchesOut:
        """The answer of matching for an own record."""
        matches = demand_matches if kind.is_demand else achievement_matches
        return matches(
            self.session,
            UUID(record["id"]),
            principal=page.principal,
            matcher=self.matcher,
            shown_lists=self.shown_lists,
            limit=limit,
        )


def _reader(
    session: ReadSession, matcher: Annotated[Matcher, Depends(provided(Matcher))], shown_lists: Shown
) -> MatchReader:
    return MatchReader(session, matcher, shown_lists)


Matches = Annotated[MatchReader, Depends(_reader)]
