"""What a user may import: kinds of record, and records of their own organisation alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import find_organisation
from app.errors import FieldError
from app.exchange.batches.targets.registry import TARGETS
from app.exchange.headers.dictionary import Kind
from app.exchange.records.draft import Draft

_KINDS = {
    Kind.DEMAND: "技术需求",
    Kind.ACHIEVEMENT: "技术成果",
    Kind.MANAGER: "技术经理人",
    Kind.CONTRACT: "技术合同",
    Kind.ORGANISATION: "单位",
}
_LABELS = {
    "title": "名称",
    "kind": "类型",
    "seller": "卖方",
    "buyer": "买方",
    "deal_amount_wan": "成交额",
    "technology_amount_wan": "技术交易额",
    "region": "所在地区",
}


def own_organisation(session: Session, principal: Principal) -> Organisation | None:
    """The organisation whose records alone the principal may import; None for operators."""
    if principal.sees_everything or principal.organisation_id is None:
        return None
    return session.get_one(Organisation, principal.organisation_id)


def refuse_foreign(session: Session, draft: Draft, principal: Principal) -> None:
    """Refuse a row of a kind that the principal may not import, of another organisation, or that nothing can store."""
    if draft.refusal is not None:
        return
    lacking = TARGETS[draft.kind].lacking(draft)
    if not allowed(principal, Action(f"{draft.kind.value}.import"), own=True):
        draft.refuse(
            "forbidden", f"您不能导入{_KINDS[draft.kind]}。", "You may not import records of this kind."
        )
    elif lacking:
        draft.refuse(
            "incomplete_row",
            f"缺少{'、'.join(_LABELS.get(name, name) for name in lacking)}，不能保存；请补充后再报送。",
            f"Missing {', '.join(lacking)}; without them nothing can be stored.",
        )
    elif number := draft.values.get("number"):
        if not TARGETS[draft.kind].numbered(session, number, principal):
            draft.refuse(
                "unknown_number",
                f"没有平台编号为“{str(number)[:40]}”的记录，或不属于本单位；新记录请将此栏留空。",
                f"No record of yours has the number '{str(number)[:40]}'; leave it empty for a new one.",
            )
    elif (fault := foreign_owner(session, draft.values, principal)) is not None:
        draft.refuse(fault.code, fault.zh, fault.en)


def foreign_owner(session: Session, values: Mapping[str, Any], principal: Principal) -> FieldError | None:
    """The fault of values that name another organisation as the owner than the principal's."""
    own = own_organisation(session, principal)
    name = values.get("owner_org")
    if own is None or not name:
        return None
    found = find_organisation(session, name=str(name))
    if found is not None and found.id == own.id:
        return None
    return FieldError(
        "owner_org",
        "foreign_owner",
        "所填单位不是本单位；只能导入本单位的记录。",
        "The organisation is not yours; you may import records of your own organisation only.",
    )
