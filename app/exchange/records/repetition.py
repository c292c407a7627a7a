"""Rows that repeat an earlier row of the same file.

Same owner and same name (or the same registration number) is a repetition. A row that refers to another one and has a
similar name is for a person to decide. Names that differ in a numeral are different.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft
from app.exchange.values.readings import ValueNote

SIMILAR = 60
_REFERENCE = re.compile(r"(?:参?见|同|详见|参照|与)\s*(?:本表)?(?:序号|第|编号)\s*(\d{1,5})")
_REPEATED = re.compile("重复(?:上报|申报|报送|填报|提交|登记)?")
_TEXTS = ("main_problem", "summary", "expected_goal")


@dataclass(slots=True)
class Repetition:
    """What the rows so far are called. Holds one short key a row, so that a large file needs little memory."""

    _refs: dict[str, str] = field(default_factory=dict)
    _serials: dict[str, tuple[str, str]] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)

    def check(self, draft: Draft) -> None:
        """Refuse the draft if it repeats an earlier row, and remember it otherwise."""
        if draft.refusal is not None:
            return
        if not self._repeats(draft):
            self._refers(draft)
        serial, sheet = draft.raw.serial, draft.raw.sheet
        if serial:
            self._serials.setdefault(f"{sheet}\0{serial}", (draft.ref, str(draft.values.get("title", ""))))
            self._labels.setdefault(draft.ref, serial)

    def _repeats(self, draft: Draft) -> bool:
        number = draft.values.get("registration_no")
        if number and (of := self._refs.setdefault(f"no\0{number}", draft.ref)) != draft.ref:
            draft.refuse(
                "duplicate_registration_no",
                f"登记编号与{self._label(of)}相同。",
                f"The registration number is that of {of}.",
                of,
            )
            return True
        key = name_key(draft)
        if key is None:
            return False
        of = self._refs.setdefault(key, draft.ref)
        if of == draft.ref:
            return False
        what = {"demand": "需求", "achievement": "成果", "contract": "合同"}.get(draft.kind.value, "记录")
        owner = "企业" if draft.kind is Kind.DEMAND else "单位"
        noted = "，备注亦写明重复上报" if _REPEATED.search(draft.raw.text("note")) else ""
        draft.refuse(
            "duplicate_in_file",
            f"与{self._label(of)}为同一{owner}同名{what}（空格不计）{noted}。",
            f"The same owner and name as {of}.",
            of,
        )
        return True

    def _refers(self, draft: Draft) -> None:
        for name in _TEXTS:
            match = _REFERENCE.search(str(draft.values.get(name, "")))
            found = self._serials.get(f"{draft.raw.sheet}\0{match[1]}") if match else None
            if match is None or found is None:
                continue
            ref, title = found
            if fuzz.ratio(fold_name(title), fold_name(str(draft.values.get("title", "")))) >= SIMILAR:
                draft.refuse(
                    "possible_duplicate",
                    f"名称与序号{match[1]}相近，内容写明“{match[0]}”；交人工合并。",
                    f"Similar to {ref}, and its text refers to it; a person must merge them.",
                    ref,
                )
            else:
                note = ValueNote(
                    "refers", f"内容引用序号{match[1]}，请补充完整", f"the text refers to row {ref}"
                )
                draft.warn(name, note)
            return

    def _label(self, ref: str) -> str:
        serial = self._labels.get(ref)
        if not serial:
            return ref
        return f"序号{serial}" if serial in ref.split() else f"序号{serial}（{ref}）"


def fold_name(text: str) -> str:
    """A name without width, case, white space and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def name_key(draft: Draft) -> str | None:
    """Kind, owner and name as one key; None for a draft without one of them. A name alone never identifies a person.

    Records that this service has numbered are two, whatever they are called.
    """
    if draft.values.get("number"):
        return f"{draft.kind.value}\0number\0{draft.values['number']}"
    title = fold_name(str(draft.values.get("title", "")))
    if draft.kind is Kind.MANAGER:
        certificates = draft.values.get("certificates") or [{}]
        other = str(draft.values.get("contact_phone") or certificates[0].get("number") or "")
    elif draft.kind is Kind.CONTRACT:
        other = fold_name(
            f"{draft.values.get('seller', '')}{draft.values.get('buyer', '')}{draft.values.get('signed_on', '')}"
        )
    elif draft.kind is Kind.ORGANISATION:
        other = "-"
    else:
        other = fold_name(str(draft.values.get("owner_org", "")))
    return f"{draft.kind.value}\0{other}\0{title}" if title and other else None
