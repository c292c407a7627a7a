"""Changes of an inbox as parts of its page: a line that says how much is new, and what became of a push."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sse_starlette import ServerSentEvent

from app.accounts.access.principal import Principal
from app.database import ReadSession
from app.pushes.inbox.listing import count_pushed_since
from app.pushes.inbox.stream.follower import PushChange
from app.web.i18n import Language, speaking
from app.web.renderer import environment


@dataclass(frozen=True, slots=True)
class HtmlWriter:
    """Events for the page. Nothing that is being read moves: new pushes are counted, and shown on a press.

    Attributes:
        since: when the page was made.
    """

    principal: Principal
    language: Language
    since: datetime

    def changes(self, session: ReadSession, changes: Sequence[PushChange]) -> Iterator[ServerSentEvent]:
        settled = {one.push.id: one.push for one in changes if not one.push.allowed}
        new = count_pushed_since(session, self.since, principal=self.principal)
        yield self._event(changes[-1].number, new=new, settled=list(settled.values()))

    def position(self, session: ReadSession, number: int) -> ServerSentEvent:
        return self._event(number, new=count_pushed_since(session, self.since, principal=self.principal))

    def reset(self, session: ReadSession, number: int) -> ServerSentEvent:
        return self._event(number, new=count_pushed_since(session, self.since, principal=self.principal))

    def _event(self, number: int, **view: object) -> ServerSentEvent:
        with speaking(self.language):
            text = environment().get_template("manager/inbox_changes.html").render({"settled": []} | view)
        return ServerSentEvent(text, id=str(number), sep="\n")
