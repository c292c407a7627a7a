"""The forms of an engagement."""

from collections.abc import Sequence
from dataclasses import replace

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
                FormField("remind_on", Widget.DAY, hint=_("不填则在截止日前一天提醒")),
                FormField("note", Widget.TEXT, lines=2, max_length=1000),
            )
        ),
    ),
)

INVITE = Form(
    "invite",
    InvitationRequest,
    (
        FormGroup(
            (
                FormField(
                    "manager_id",
                    label=_("技术经理人编号"),
                    hint=_("请另一位经理人共同牵线，须其本人同意"),
                    example="JN-M-2026-000012",
                    required=True,
                ),
            )
        ),
    ),
    absent={
        "role": "a manager",
        "organisation_id": "investors are invited through the API",
        "user_id": "colleagues are invited through the API",
    },
)


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
