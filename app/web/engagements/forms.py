"""The forms of an engagement."""

from collections.abc import Sequence
from dataclasses import replace

from app.accounts.schemas import UserOut
from app.engagements.schemas import (
    InvitationRequest,
    MoveRequest,
    NoteRequest,
    ParticipantRead,
    TaskCreate,
)
from app.web.forms.choices import terms_of
from app.web.forms.fields import Choice, Form, FormField, FormGroup, Widget
from app.web.i18n import Language
from app.web.i18n import mark as _

NOTE = Form(
    "note",
    NoteRequest,
    (FormGroup((FormField("text", Widget.TEXT, _("记录进展"), required=True, lines=3, max_length=1000),)),),
)

MOVE = Form(
    "move",
    MoveRequest,
    (
        FormGroup(
            (
                FormField("to", Widget.HIDDEN),
                FormField("note", Widget.TEXT, _("说明"), required=True, lines=2, max_length=1000),
            )
        ),
    ),
    absent={"reason": "only for the end"},
)

END = Form(
    "end",
    MoveRequest,
    (
        FormGroup(
            (
                FormField("to", Widget.HIDDEN),
                FormField(
                    "reason",
                    Widget.SELECT,
                    _("终止原因"),
                    required=True,
                    choices=terms_of("engagement_end_reasons"),
                ),
                FormField("note", Widget.TEXT, _("说明"), required=True, lines=2, max_length=1000),
            )
        ),
    ),
)

TASK = Form(
    "task",
    TaskCreate,
    (
        FormGroup(
            (
                FormField("title", required=True, example=_("寄送样品")),
                FormField("due_on", Widget.DAY, required=True),
                FormField("assignee_id", Widget.SELECT, _("负责人"), hint=_("不选则由牵头经理人负责")),
                FormField("remind_on", Widget.DAY, hint=_("不填则在截止日前的最后一个工作日提醒")),
                FormField("note", Widget.TEXT, lines=2, max_length=1000),
            )
        ),
    ),
)

_LEFT_TO_OTHER_FORMS = {
    "role": "by the form",
    "manager_id": "by the form",
    "organisation_id": "by the form",
    "user_id": "by the form",
}
INVITE = Form(
    "invite",
    InvitationRequest,
    (
        FormGroup(
            (
                FormField("role", Widget.HIDDEN),
                FormField(
                    "manager_id",
                    label=_("技术经理人姓名或编号"),
                    hint=_("请另一位经理人共同牵线，须其本人同意"),
                    example="JN-M-2026-000012",
                    required=True,
                ),
            )
        ),
    ),
    absent=_LEFT_TO_OTHER_FORMS,
)
INVITE_INVESTOR = Form(
    "invite-investor",
    InvitationRequest,
    (
        FormGroup(
            (
                FormField("role", Widget.HIDDEN),
                FormField(
                    "organisation_id",
                    label=_("投资机构"),
                    hint=_("单位全称或统一社会信用代码；须其同意，双方开放前看不到文件"),
                    required=True,
                ),
            )
        ),
    ),
    absent=_LEFT_TO_OTHER_FORMS,
)
INVITE_COLLEAGUE = Form(
    "invite-colleague",
    InvitationRequest,
    (
        FormGroup(
            (
                FormField("role", Widget.HIDDEN),
                FormField(
                    "user_id",
                    Widget.SELECT,
                    _("本单位同事"),
                    hint=_("以本人身份参与，如项目负责人或发明人"),
                    required=True,
                ),
            )
        ),
    ),
    absent=_LEFT_TO_OTHER_FORMS,
)


def colleague_form(colleagues: Sequence[UserOut]) -> Form:
    """The invitation of a colleague, which offers those of the reader's organisation."""

    def choices(_language: Language) -> Sequence[Choice]:
        return [Choice(str(one.id), one.name or one.email) for one in colleagues]

    (group,) = INVITE_COLLEAGUE.groups
    role, user = group.fields
    return replace(INVITE_COLLEAGUE, groups=(replace(group, fields=(role, replace(user, choices=choices))),))


def task_form(participants: Sequence[ParticipantRead]) -> Form:
    """The form of a task, which offers those who take part."""

    def choices(language: Language) -> Sequence[Choice]:
        return [
            Choice(str(one.id), one.name or (one.role.en if language == "en" else one.role.zh))
            for one in participants
            if one.state.value == "consented"
        ]

    group = TASK.groups[0]
    fields = tuple(
        replace(field, choices=choices) if field.name == "assignee_id" else field for field in group.fields
    )
    return replace(TASK, groups=(replace(group, fields=fields),))
