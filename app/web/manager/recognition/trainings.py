"""Pages `…/trainings`: hours on each rung of the ladder, trainings with their state, and a new one."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.paging import MAX_PAGE, PageRequest
from app.talent.trainings import service
from app.talent.trainings.listing import base_page, training_page, training_summary
from app.talent.trainings.schemas import BaseRead, TrainingCreate
from app.web.forms.choices import listed
from app.web.forms.fields import Choice, Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import Language
from app.web.i18n import mark as _
from app.web.manager.recognition.holder import (
    RECOGNITION,
    STAFF_MEMBER,
    CurrentHolder,
    RecognitionHolder,
    holder_tabs,
    without_record,
)
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()

TRAININGS = f"{RECOGNITION}/trainings"
STAFF_TRAININGS = f"{STAFF_MEMBER}/trainings"
_ROWS = 50


@router.get(TRAININGS, name="trainings")
@router.get(STAFF_TRAININGS, name="staff_trainings")
def trainings(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The ladder, then the trainings, the newest first."""
    return _show(page, holder, session)


@router.post(TRAININGS, name="submit_training")
@router.post(STAFF_TRAININGS, name="submit_staff_training")
def submit(page: CurrentPage, holder: CurrentHolder, posted: Posted, database: AppDatabase) -> Response:
    """Submits one for the bureau or the base to verify."""
    if holder is None:
        return without_record(page)
    with database.reading() as session:
        form = FilledForm(_training(_bases(page, session)), posted=posted)

    def command(session: ReadSession) -> Response:
        values = bind(form.form, posted)
        if str(values.get("hours", "")).isdigit():
            values["hours"] = int(values["hours"])
        wanted = validated(TrainingCreate, values | {"manager_id": holder.manager_id})
        assert isinstance(wanted, TrainingCreate)

        def make() -> Response:
            service.record(session, wanted, principal=page.principal)
            return page.redirect(holder.address("trainings"), notice="handed_in")

        return page.once(database, session, posted, wanted, make)

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, holder, session, form.after(error), error=error),
    )


def _bases(page: WebPage, session: ReadSession) -> Sequence[BaseRead]:
    return base_page(session, PageRequest(MAX_PAGE), principal=page.principal).items


def _training(bases: Sequence[BaseRead]) -> Form:
    """The form, with the bases that are open."""

    def choices(_language: Language) -> Sequence[Choice]:
        return [Choice(str(one.id), one.name) for one in bases if one.active]

    rungs = listed(
        ("short_course", _("短期速训")),
        ("advanced_course", _("中长期进阶")),
        ("teaching_practice", _("教学实践")),
    )
    fields = (
        FormField("base_id", Widget.SELECT, label=_("培养基地"), required=True, choices=choices),
        FormField("rung", Widget.CHOICE, label=_("类别"), required=True, choices=rungs),
        FormField("course", label=_("课程名称"), required=True, example=_("技术合同实务")),
        FormField("hours", Widget.NUMBER, label=_("学时"), required=True),
        FormField("started_on", Widget.DAY, label=_("开始日期"), required=True),
        FormField("ended_on", Widget.DAY, label=_("结束日期"), required=True),
        FormField("evidence", label=_("证明材料"), hint=_("文件编号或档案号。")),
    )
    return Form("training", TrainingCreate, (FormGroup(fields),))


def _show(
    page: WebPage,
    holder: RecognitionHolder | None,
    session: ReadSession,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    if holder is None:
        return without_record(page)
    bases = _bases(page, session)
    place = PageRequest(_ROWS, page.request.query_params.get("cursor"))
    found = training_page(session, place, None, holder.manager_id, principal=page.principal)
    return page.show(
        "manager/recognition/trainings.html",
        status=error.status if error else 200,
        form_id="training",
        holder=holder,
        tabs=holder_tabs(holder, page.path),
        summary=training_summary(session, holder.manager_id, principal=page.principal),
        found=found.items,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        bases={one.id: one.name for one in bases},
        form=form or FilledForm(_training(bases)),
        error=error,
    )
