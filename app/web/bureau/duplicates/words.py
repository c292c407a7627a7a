"""Names of keys, the tabs of the pages of duplicates, and the grounds of a decision."""

from app.exchange.duplicates.decisions import Grounds
from app.libraries.record.enums import RecordKind
from app.libraries.schemas import Wire
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.posted import PostedForm

KEY_NAMES = {
    "patent": _("专利（申请）号"),
    "right": _("知识产权号"),
    "registration": _("登记号"),
    "certificate": _("证书编号"),
    "uscc": _("统一社会信用代码"),
    "person": _("姓名和电话"),
}
"""Kinds of hard keys of records."""

_DUPLICATES = (
    (None, _("单位"), "/bureau/duplicates"),
    (RecordKind.ACHIEVEMENT, _("成果"), "/bureau/duplicates/records?kind=achievement"),
    (RecordKind.DEMAND, _("需求"), "/bureau/duplicates/records?kind=demand"),
    (RecordKind.MANAGER, _("经理人"), "/bureau/duplicates/records?kind=manager"),
)


def duplicate_tabs(chosen: RecordKind | None) -> list[tuple[str, str, None, bool]]:
    """The tabs of the pages of duplicates; None is that of organisations."""
    return [(translate(name), address, None, kind is chosen) for kind, name, address in _DUPLICATES]


class _Grounds(Wire):
    note: Grounds


def grounds(posted: PostedForm) -> str:
    """Why the records are one, or are not, as it was typed.

    Raises:
        Invalid: it is missing, too short or too long, or must not be stored.
    """
    found = validated(_Grounds, {"note": posted.get("note").strip()})
    assert isinstance(found, _Grounds)
    return found.note
