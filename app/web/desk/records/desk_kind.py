"""What differs between the owner's pages of demands and those of achievements."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.libraries.library import Library
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.web.desk.records.achievement_form import ACHIEVEMENT_FORM
from app.web.desk.records.demand_form import DEMAND_FORM
from app.web.forms.fields import Form
from app.web.i18n import mark as _


@dataclass(frozen=True, slots=True)
class DeskKind:
    """One library as its owners see it. Texts are Chinese, for templates to translate.

    Attributes:
        form: of a new record; a changed one has the same fields.
        mine: title of the list.
        new: title of the form of a new record, and the label of what leads to it.
        other: the kind that it is matched with.
        sought: what a match list is called.
        found: title of the preview beside the form.
        no_records: what stands in an empty list.
    """

    kind: RecordKind
    form: Form
    mine: str
    new: str
    other: RecordKind
    sought: str
    found: str
    no_records: str

    @property
    def library(self) -> Library:
        """The library of its records."""
        return LIBRARIES[self.kind]

    @property
    def base(self) -> str:
        """The address of the list; the others are below it."""
        return f"/desk/{self.library.plural}"

    @property
    def is_demand(self) -> bool:
        """Whether its records ask, rather than offer."""
        return self.kind is RecordKind.DEMAND

    def address(self, number: str, *parts: str) -> str:
        """The address of a record, or of a page below it."""
        return "/".join((self.base, number, *parts))


DEMANDS = DeskKind(
    RecordKind.DEMAND,
    DEMAND_FORM,
    mine=_("我的需求"),
    new=_("发布技术需求"),
    other=RecordKind.ACHIEVEMENT,
    sought=_("匹配的成果"),
    found=_("现在就能匹配到"),
    no_records=_("还没有需求"),
)
ACHIEVEMENTS = DeskKind(
    RecordKind.ACHIEVEMENT,
    ACHIEVEMENT_FORM,
    mine=_("我的成果"),
    new=_("发布技术成果"),
    other=RecordKind.DEMAND,
    sought=_("匹配的需求"),
    found=_("现在就有人需要"),
    no_records=_("还没有成果"),
)
DESK_KINDS: Mapping[RecordKind, DeskKind] = MappingProxyType(
    {one.kind: one for one in (DEMANDS, ACHIEVEMENTS)}
)
