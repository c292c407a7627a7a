"""Page `/desk/organisation/news`: how often the organisation hears of new matches, and by what its reader hears."""

from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed
from app.database import AppDatabase, ReadSession
from app.errors import SankuError, StaleVersion
from app.notifications.addresses.listing import channel_page
from app.notifications.addresses.service import MAX_CHANNELS
from app.paging import PageRequest
from app.pushes.digests.schemas import OwnerPreferencesIn
from app.pushes.preferences import service as preferences
from app.web.desk.organisation.profile import own_id
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted
from app.web.views.account_words import CHANNELS

router = APIRouter()

NEWS = Form(
    "news",
    OwnerPreferencesIn,
    (
        FormGroup(
            (
                FormField(
                    "frequency",
                    Widget.CHOICE,
                    label=_("多久通知一次"),
                    required=True,
                    choices=listed(("daily", _("每日")), ("weekly", _("每周")), ("none", _("不通知"))),
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
                    "digest_hour", Widget.NUMBER, hint=_("北京时间整点，0 到 23"), unit=_("点"), required=True
                ),
                FormField(
                    "minimum_score",
                    Widget.NUMBER,
                    hint=_("0 到 1 之间；留空则采用系统阈值"),
                    example="0.75",
                ),
                FormField(
                    "quiet_from", hint=_("24 小时制，可跨午夜；两项都留空则不设免打扰"), example="22:00"
                ),
                FormField("quiet_until", example="08:00"),
                FormField("on_days_off", Widget.FLAG),
            )
        ),
    ),
)


@router.get("/desk/organisation/news", name="organisation_news")
def news(page: CurrentPage, session: ReadSession) -> Response:
    """The organisation's preferences, and the reader's channels."""
    return _show(page, session)


@router.post("/desk/organisation/news", name="change_organisation_news")
def change(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Replaces all preferences."""
    form = FilledForm(NEWS, posted=posted)

    def command(session: ReadSession) -> Response:
        # Quiet hours that were left blank: without them there are none, while an absent field has its default.
        blank = {name: None for name in ("quiet_from", "quiet_until") if not posted.get(name).strip()}
        wanted = validated(OwnerPreferencesIn, bind(NEWS, posted) | blank)
        preferences.put_owners_preferences(
            session, wanted.model_dump(), principal=page.principal, if_match=posted.version
        )
        return page.redirect("/desk/organisation/news", notice="saved")

    return page.act(
        posted, database, command, lambda session, error: _show(page, session, form.after(error), error=error)
    )


def _show(
    page: WebPage, session: ReadSession, form: FilledForm | None = None, *, error: SankuError | None = None
) -> Response:
    organisation_id = own_id(page)
    stored = preferences.owners_preferences(session, [organisation_id])[organisation_id]
    may_change = allowed(page.principal, Action.ORGANISATION_PREFERENCE_CHANGE, own=True)
    if form is None:
        form = FilledForm(NEWS, asdict(stored), version=stored.version)
    elif isinstance(error, StaleVersion):
        form = FilledForm(NEWS, posted=form.posted.without(VERSION), version=stored.version)
    return page.show(
        "desk/organisation/news.html",
        status=error.status if error else 200,
        form_id=form.id if may_change else None,
        form=form,
        stored=stored,
        may_read=allowed(page.principal, Action.ORGANISATION_PREFERENCE_READ, own=True),
        may_change=may_change,
        channels=channel_page(session, PageRequest(MAX_CHANNELS), principal=page.principal).items,
        kinds=CHANNELS,
        error=error,
    )
