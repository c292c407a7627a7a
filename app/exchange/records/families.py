"""Families of rights: in a list of patents, several rows may be one achievement with several rights."""

import re
from collections.abc import Iterator

from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft
from app.exchange.records.repetition import fold_name
from app.exchange.values.readings import ValueNote
from app.exchange.values.rights import Right, read_rights

WINDOW = 2000
"""How many drafts are held while later rows may still join them."""
MIN_COMMON = 4
_FAMILY = re.compile("同族|同一(?:技术|发明|成果)|配套|分案|优先权")


def joined_families(drafts: Iterator[Draft]) -> Iterator[Draft]:
    """The drafts, with the rights of a family in the draft of its first row."""
    held: list[Draft] = []
    for draft in drafts:
        if draft.kind is Kind.ACHIEVEMENT and draft.refusal is None and _is_list_of_rights(draft):
            first = next((one for one in held if _same_family(one, draft)), None)
            if first is not None:
                _join(first, draft)
                continue
        held.append(draft)
        if len(held) > WINDOW:
            yield held.pop(0)
    yield from held


def _is_list_of_rights(draft: Draft) -> bool:
    title = draft.raw.first("title")
    return draft.raw.first("ip_status") is not None or (title is not None and "专利" in title.header)


def _same_family(first: Draft, draft: Draft) -> bool:
    if first.kind is not Kind.ACHIEVEMENT or first.refusal is not None:
        return False
    note = draft.raw.text("note")
    own = {right.number for right in first.values.get("ip_list", ())}
    if _FAMILY.search(note) and own & {right.number for right in read_rights(note).value}:
        return True
    rights: list[Right] = draft.values.get("ip_list", [])
    if not rights or any(right.type != "software_copyright" for right in rights):
        return False
    people: list[str] = first.values.get("completed_by") or []
    others: list[str] = draft.values.get("completed_by") or []
    return (
        people[:1] == others[:1] != []
        and first.values.get("owner_org") == draft.values.get("owner_org")
        and _common(str(first.values.get("title", "")), str(draft.values.get("title", ""))) >= MIN_COMMON
    )


def _join(first: Draft, draft: Draft) -> None:
    known = {right.number for right in first.values.get("ip_list", ())}
    first.values["ip_list"] = [
        *first.values.get("ip_list", ()),
        *(right for right in draft.values.get("ip_list", ()) if right.number not in known),
    ]
    _, _, number = draft.ref.rpartition(" ")
    joined = (
        f"{first.ref.removesuffix(')')},{number})" if first.ref.endswith(")") else f"{first.ref} (+{number})"
    )
    note = ValueNote(
        "family",
        f"与 {draft.ref} 为同一成果的多项知识产权，已合并",
        f"joined with {draft.ref} as rights of one achievement",
    )
    first.ref = joined
    first.derived["ip_list"] = note
    first.remarks.extend(draft.remarks)


def _common(one: str, other: str) -> int:
    """The length of the longest common part of two names."""
    a, b = fold_name(one), fold_name(other)
    best, previous = 0, [0] * (len(b) + 1)
    for char in a:
        current = [0] * (len(b) + 1)
        for index, second in enumerate(b, 1):
            if char == second:
                current[index] = previous[index - 1] + 1
                best = max(best, current[index])
        previous = current
    return best
