"""One row of the table of notices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.events.domain_event import DomainEvent
from app.notifications.notices.audiences import NoticeAudience
from app.notifications.notices.conditions.beginnings import Heard
from app.notifications.notices.groups import NoticeGroup
from app.notifications.notices.models import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One row: `zh` and `en` are templates of `words.words_of`, `path` of the payload.

    `applies` limits the row to some of the events. `still_holds` is asked again before a message leaves: what is no
    longer to be done need not be asked for. `heard` is asked then of each reader: who was never notified that something
    began is not notified that it is over. `urgent` messages do not wait for quiet hours to end. Without `message` the
    notice is in the inbox only, because a message of another kind tells it. `once` tells each recipient of a subject
    a single time. `remark_zh` and `remark_en` follow the text in the inbox of notices and nowhere else: words that
    people wrote, which may name whom the readers of a mail or the programs of an organisation must not know.
    """

    event: type[DomainEvent]
    type: str
    group: NoticeGroup
    to: NoticeAudience
    zh: str
    en: str
    remark_zh: str = ""
    remark_en: str = ""
    path: str = ""
    applies: Callable[[Session, Any], bool] | None = None
    still_holds: Callable[[Session, Notice], bool] | None = None
    heard: Heard | None = None
    urgent: bool = False
    message: bool = True
    once: bool = False

    def is_to_be_said(self, session: Session, notice: Notice, reader: Principal) -> bool:
        """Whether a message about it is still to leave for this reader."""
        if self.still_holds is not None and not self.still_holds(session, notice):
            return False
        return self.heard is None or self.heard(session, notice, reader)

    def outbound(self, notice: Notice) -> tuple[str, str]:
        """The text of the notice in both languages as it may leave the service."""
        return _without(notice.zh, self.remark_zh), _without(notice.en, self.remark_en)


def _without(text: str, remark: str) -> str:
    """The text before the remark, which begins with words that no text holds before it."""
    beginning = remark.partition("{")[0]
    return text.partition(beginning)[0] if beginning else text
