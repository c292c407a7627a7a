"""Page `/account/channels`: where messages reach the reader besides the pages: their mailbox and robots of groups."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.notifications.addresses import service
from app.notifications.addresses.listing import channel_page
from app.notifications.delivery.listing import DELIVERY_STATES, delivery_page
from app.notifications.delivery.log import redeliver
from app.notifications.schemas import ChannelNew
from app.paging import PageRequest
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm, id_of
from app.web.views.account_words import CHANNELS

router = APIRouter()

CHANNELS_PAGE = "/account/channels"
_FAILED = 10

ROBOT = Form(
    "robot",
    ChannelNew,
    (
        FormGroup(
            (
                FormField(
                    "kind",
                    Widget.CHOICE,
                    label=_("群机器人"),
                    required=True,
                    choices=listed(*((kind, CHANNELS[kind]) for kind in ("wecom", "dingtalk", "feishu"))),
                ),
                FormField("name", label=_("名称"), example=_("项目群机器人"), max_length=60),
                FormField(
                    "url",
                    label=_("机器人地址"),
                    hint=_("在群设置中添加自定义机器人，完整复制其 Webhook 地址；加密保存，此后不再显示。"),
                    required=True,
                    autocomplete="off",
                ),
                FormField(
                    "secret",
                    Widget.PASSWORD,
                    label=_("签名密钥"),
                    hint=_("钉钉“加签”或飞书“签名校验”的密钥；企业微信不填。"),
                    autocomplete="off",
                ),
            )
        ),
    ),
)


@router.get(CHANNELS_PAGE, name="channels")
def channels(page: CurrentPage, session: ReadSession) -> Response:
    """The reader's mailbox and robots, and what did not reach them."""
    return _show(page, session)


@router.post(f"{CHANNELS_PAGE}/add", name="add_channel")
def add(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Adds a robot, or the mailbox, which is asked to confirm."""
    is_mail = posted.get("kind") == "mail"
    form = FilledForm(ROBOT, posted=PostedForm() if is_mail else posted)

    def command(session: ReadSession) -> Response:
        wanted = ChannelNew(kind="mail") if is_mail else form.model()
        assert isinstance(wanted, ChannelNew)

        def make() -> Response:
            service.add_channel(session, principal=page.principal, **wanted.model_dump())
            return page.redirect(CHANNELS_PAGE, notice="channel_mail" if is_mail else "saved")

        return page.once(database, session, posted, wanted, make)

    return _run(page, posted, database, command, form)


@router.post(f"{CHANNELS_PAGE}/enable", name="enable_channel")
def enable(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Switches a channel on or off."""

    def command(session: ReadSession) -> Response:
        service.change_channel(
            session,
            id_of(posted, "channel"),
            principal=page.principal,
            changes={"enabled": posted.get("enabled") == "1"},
            if_match=posted.version,
        )
        return page.redirect(CHANNELS_PAGE, notice="saved")

    return _run(page, posted, database, command)


@router.post(f"{CHANNELS_PAGE}/test", name="test_channel")
def send_test(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Sends a test message, or the link of a mailbox that is not confirmed yet."""

    def command(session: ReadSession) -> Response:
        service.test_channel(session, id_of(posted, "channel"), principal=page.principal)
        return page.redirect(CHANNELS_PAGE, notice="test_sent")

    return _run(page, posted, database, command)


@router.post(f"{CHANNELS_PAGE}/remove", name="remove_channel")
def remove(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Removes a channel; its address is erased."""

    def command(session: ReadSession) -> Response:
        service.remove_channel(
            session, id_of(posted, "channel"), principal=page.principal, if_match=posted.version
        )
        return page.redirect(CHANNELS_PAGE, notice="deleted")

    return _run(page, posted, database, command)


@router.post(f"{CHANNELS_PAGE}/repeat", name="repeat_own_delivery")
def repeat(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Sends a message that did not arrive once more."""

    def command(session: ReadSession) -> Response:
        redeliver(session, id_of(posted, "delivery"), principal=page.principal)
        return page.redirect(CHANNELS_PAGE, notice="repeated")

    return _run(page, posted, database, command)


def _run(
    page: WebPage,
    posted: PostedForm,
    database: AppDatabase,
    command: Callable[[Any], Response],
    form: FilledForm | None = None,
) -> Response:
    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, form.after(error) if form else None, error=error),
    )


def _show(
    page: WebPage, session: ReadSession, form: FilledForm | None = None, *, error: SankuError | None = None
) -> Response:
    found = channel_page(session, PageRequest(service.MAX_CHANNELS), principal=page.principal).items
    names = {one.id: one.name or CHANNELS[one.kind] for one in found}
    failed = delivery_page(
        session, PageRequest(_FAILED), principal=page.principal, states=[DELIVERY_STATES["dead"]]
    )
    return page.show(
        "account/channels.html",
        status=error.status if error else 200,
        form_id=ROBOT.id,
        found=found,
        has_mail=any(one.kind.value == "mail" for one in found),
        names=names,
        failed=[one for one in failed.items if one.address_id in names],
        form=form or FilledForm(ROBOT),
        kinds=CHANNELS,
        error=error,
    )
