"""Rows of the table of notices about organisations: their verification, and what the bureau finds to be one."""

from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import OrganisationDecision
from app.accounts.organisations.merges.decisions import MERGED
from app.accounts.organisations.service import waiting_organisations
from app.events import catalogue as events
from app.notifications.notices import audiences as to
from app.notifications.notices.conditions.beginnings import after, merged_organisations
from app.notifications.notices.conditions.reviews import merge_holds, organisations_wait
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.row import NoticeRow


def _is_kept(session: Session, event: Any) -> bool:
    """Whether another organisation was merged into this one."""
    if MERGED not in event.changed or event.undone or event.decision_id is None:
        return False
    kept = session.get_one(OrganisationDecision, event.decision_id).kept_id
    return bool(kept == event.subject_id)


ORGANISATION_ROWS: tuple[NoticeRow, ...] = (
    NoticeRow(
        event=events.OrganisationVerified,
        type="organisation.verified",
        group=Group.ORGANISATION,
        to=to.SUBJECT_ORGANISATION,
        zh="贵单位已通过主管部门核验。",
        en="The bureau has verified your organisation.",
        path="/v1/organisations/{subject_id}",
    ),
    NoticeRow(
        event=events.OrganisationsToVerify,
        type="organisation.to_verify",
        group=Group.ORGANISATION,
        to=to.OPERATORS,
        zh="有 {waiting} 家单位待核验，请核对其名称和统一社会信用代码。",
        en="Organisations that wait for verification: {waiting}. Please compare their names and credit codes with the "
        "register.",
        path="/v1/organisations",
        applies=lambda session, _: bool(session.scalars(waiting_organisations().limit(1)).first()),
        still_holds=organisations_wait,
    ),
    # Other changes its users see.
    NoticeRow(
        event=events.OrganisationChanged,
        type="organisation.merged",
        group=Group.ORGANISATION,
        to=to.SUBJECT_ORGANISATION,
        zh="主管部门已将重复登记的单位合并，两处登记的人员、记录和合同现均归贵单位名下，请核对。",
        en="The bureau has merged two registrations of your organisation; people, records and contracts of both are "
        "yours now. Please check them.",
        path="/v1/organisations/{subject_id}",
        applies=_is_kept,
        still_holds=merge_holds,
    ),
    NoticeRow(
        event=events.OrganisationChanged,
        type="organisation.merge_undone",
        group=Group.ORGANISATION,
        to=to.SUBJECT_ORGANISATION,
        zh="主管部门已撤销将贵单位与另一单位合并的认定，两单位的人员、记录和合同已各归原单位，请核对。",
        en="The bureau has undone the merge of your organisation with another one; people, records and contracts are "
        "with the organisation that had them before. Please check yours.",
        path="/v1/organisations/{subject_id}",
        applies=lambda _, event: MERGED in event.changed and event.undone,
        heard=after("organisation.merged", key="decision_id", announced_to=merged_organisations),
    ),
)
