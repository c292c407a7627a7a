"""Pages `/me/preferences`: which pushes a manager wants, when, and what the next digest would hold."""

from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Invalid
from app.pushes.digests.preview import own_preview
from app.pushes.digests.schemas import PreferencesIn
from app.pushes.preferences import service as preferences
from app.services import AllServices
from app.web.forms.choices import districts_first, listed, terms_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, PageMatchingTurn, WebPage
from app.web.posted import Posted, PostedForm

router = APIRouter()

PREFERENCES = Form(
    "preferences",
    PreferencesIn,
    (
        FormGroup(
            (
                FormField(
                    "fields", Widget.SELECT_MANY, hint=_("不选表示不限"), choices=terms_of("hightech_fields")
                ),
                FormField(
                    "regions",
                    Widget.SELECT_MANY,
                    hint=_("不选表示不限；选上级地区即含其下级"),
                    choices=districts_first,
                ),
                FormField(
                    "languages",
                    Widget.CHOICES,
                    hint=_("不选表示不限；须覆盖供需双方的语言"),
                    choices=terms_of("languages"),
                ),
                FormField(
                    "minimum_score",
                    Widget.NUMBER,
                    hint=_("0 到 1 之间；留空则采用系统阈值"),
                    example="0.75",
                ),
            ),
            _("想要哪些推送"),
        ),
        FormGroup(
            (
                FormField(
                    "frequency",
                    Widget.CHOICE,
                    required=True,
                    choices=listed(
                        ("immediate", _("高分即时提醒，其余列入每日清单")),
                        ("daily", _("每日清单")),
                        ("weekly", _("每周清单")),
                        ("none", _("不提醒，仅进入收件箱")),
                    ),
                ),
                FormField(
                    "immediate_score",
                    Widget.NUMBER,
                    hint=_("达到此分即时提醒；留空则采用系统设置"),
                    example="0.9",
                ),
                FormField(
                    "digest_hour", Widget.NUMBER, hint=_("北京时间整点，0 到 23"), unit=_("点"), required=True
                ),
                FormField(
                    "weekday",
                    Widget.CHOICE,
                    hint=_("仅用于每周清单；遇休息日顺延"),
                    required=True,
                    choices=listed(
                        ("1", _("周一")),
                        ("2", _("周二")),
                        ("3", _("周三")),
                        ("4", _("周四")),
                        ("5", _("周五")),
                        ("6", _("周六")),
                        ("7", _("周日")),
                    ),
                ),
                FormField(
                    "quiet_from", hint=_("24 小时制，可跨午夜；两项都留空则不设免打扰"), example="22:00"
                ),
                FormField("quiet_until", example="08:00"),
                FormField("on_days_off", Widget.FLAG),
            ),
            _("什么时候提醒"),
        ),
        FormGroup(
            (
                FormField("per_day", Widget.NUMBER, hint=_("留空则采用系统上限"), unit=_("条")),
                FormField("per_week", Widget.NUMBER, hint=_("留空则采用系统上限"), unit=_("条")),
                FormField("list_size", Widget.NUMBER, unit=_("条"), required=True),
            ),
            _("数量"),
        ),
    ),
)


@router.get("/me/preferences", name="preferences")
def preferences_page(page: CurrentPage, session: ReadSession) -> Response:
    """The present preferences; the next digest comes by a second request."""
    if page.principal.manager_id is None:
        return page.show("manager/no_record.html", title=_("推送设置"))
    id_ = page.principal.manager_id
    stored = preferences.managers_preferences(session, [id_])[id_]
    return _show(page, FilledForm(PREFERENCES, asdict(stored), version=stored.version))


@router.post("/me/preferences", name="save_preferences")
def save_preferences(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Replaces all preferences."""
    page.take_display(posted)
    form = FilledForm(PREFERENCES, posted=posted)
    if posted.only_shows:
        return _show(page, form)
    try:
        wanted = validated(PreferencesIn, bind(PREFERENCES, posted) | _cleared(posted))
        with database.unit_of_work() as session:
            preferences.put_managers_preferences(
                session, wanted.model_dump(), principal=page.principal, if_match=posted.version
            )
    except Invalid as error:
        return _show(page, form.with_errors(error), status=422)
    return page.redirect("/me/preferences", notice="saved")


@router.get("/me/preferences/preview", name="preview_preferences")
def preview(
    page: CurrentPage, _turn: PageMatchingTurn, session: ReadSession, services: AllServices
) -> Response:
    """The next digest with the stored preferences, and why other pairs are not in it."""
    if page.principal.manager_id is None:
        return page.show("manager/no_record.html", title=_("推送设置"))
    return page.show(
        "manager/preview.html",
        block="preview",
        preview=own_preview(session, services, principal=page.principal),
    )


def _show(page: WebPage, form: FilledForm, *, status: int = 200) -> Response:
    return page.show("manager/preferences.html", status=status, form=form, form_id=form.id)


def _cleared(posted: PostedForm) -> dict[str, None]:
    """Quiet hours that were left blank: without them there are none, while an absent field would have its default."""
    return {name: None for name in ("quiet_from", "quiet_until") if not posted.get(name).strip()}
