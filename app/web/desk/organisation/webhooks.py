"""Pages `/desk/organisation/webhooks`: programs of the organisation that receive messages, and what reached them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, NotFound, SankuError, StaleVersion
from app.notifications.delivery.listing import DELIVERY_STATES, delivery_details, delivery_page
from app.notifications.delivery.log import redeliver
from app.notifications.schemas import WebhookChange, WebhookNew, WebhookRead
from app.notifications.webhooks import service
from app.notifications.webhooks.listing import endpoint_page
from app.notifications.webhooks.service import WebhookConfig
from app.paging import PageRequest
from app.services import AppSettings
from app.web.desk.organisation import webhook_form as words
from app.web.desk.organisation.once import created_id
from app.web.desk.organisation.webhook_form import CHANGED_WEBHOOK, NEW_WEBHOOK
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted, PostedForm, id_of
from app.web.views import account_words

router = APIRouter()

WEBHOOKS = "/desk/organisation/webhooks"
_ROWS = 20


@router.get(WEBHOOKS, name="webhooks")
def webhooks(page: CurrentPage, session: ReadSession) -> Response:
    """The endpoints, and the form of a new one."""
    return _list(page, session)


@router.post(WEBHOOKS, name="create_webhook")
def create(page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings) -> Response:
    """Makes an endpoint and shows the secret that signs its messages, here and never again."""
    form = FilledForm(NEW_WEBHOOK, posted=posted)
    config = WebhookConfig.of(settings)
    issued: list[tuple[UUID, str]] = []

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, WebhookNew)

        def make() -> Response:
            made = service.create_endpoint(
                session,
                config,
                principal=page.principal,
                name=wanted.name,
                url=wanted.url,
                types=wanted.types,
            )
            issued.append((made.endpoint.id, made.secret))
            return page.redirect(f"{WEBHOOKS}#{made.endpoint.id}")

        answer = page.once(database, session, posted, wanted, make)
        if not issued:
            id = created_id(answer)
            again = service.rotate_secret(session, config, id, principal=page.principal, if_match="*")
            issued.append((id, again.secret))
        return answer

    answer = page.run(posted, database, command)
    with database.reading() as session:
        if isinstance(answer, Response):
            return _show(page, session, issued[0][0], secret=issued[0][1])
        return _list(page, session, form.after(answer), error=answer)


@router.get(f"{WEBHOOKS}/{{id}}", name="webhook")
def webhook(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One endpoint: what it receives, its deliveries, and with `?delivery=` the attempts at one of them."""
    return _show(page, session, id)


@router.post(f"{WEBHOOKS}/{{id}}", name="change_webhook")
def change(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Stores name, types, and another address if one was typed."""
    form = FilledForm(CHANGED_WEBHOOK, posted=posted)

    def command(session: ReadSession) -> None:
        values = {"name": None, "types": []} | bind(CHANGED_WEBHOOK, posted)
        wanted = validated(WebhookChange, values)
        _alter(session, page, settings, id, wanted.model_dump(exclude_none=True), posted)

    return _run(page, id, posted, database, command, form)


@router.post(f"{WEBHOOKS}/{{id}}/enable", name="enable_webhook")
def enable(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Switches the endpoint on or off."""
    changes = {"enabled": posted.get("enabled") == "1"}
    return _run(
        page, id, posted, database, lambda session: _alter(session, page, settings, id, changes, posted)
    )


@router.post(f"{WEBHOOKS}/{{id}}/test", name="test_webhook")
def send_test(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Sends a test message."""
    return _run(
        page,
        id,
        posted,
        database,
        lambda session: service.test_endpoint(session, id, principal=page.principal),
        notice="test_sent",
    )


@router.post(f"{WEBHOOKS}/{{id}}/rotate", name="rotate_webhook")
def rotate(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Makes another secret and shows it once; the present one holds for a while beside it."""
    issued: list[service.Issued] = []

    def command(session: ReadSession) -> None:
        config = WebhookConfig.of(settings)
        issued.append(
            service.rotate_secret(session, config, id, principal=page.principal, if_match=posted.version)
        )

    answer = _run(page, id, posted, database, command)
    if not issued:
        return answer
    with database.reading() as session:
        return _show(page, session, id, secret=issued[0].secret)


@router.post(f"{WEBHOOKS}/{{id}}/remove", name="remove_webhook")
def remove(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Removes the endpoint; its deliveries stay in the log."""

    def command(session: ReadSession) -> None:
        service.remove_endpoint(session, id, principal=page.principal, if_match=posted.version)

    return _run(page, id, posted, database, command, notice="deleted", to=WEBHOOKS)


@router.post(f"{WEBHOOKS}/{{id}}/repeat", name="repeat_delivery")
def repeat(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Sends a delivery once more."""
    return _run(
        page,
        id,
        posted,
        database,
        lambda session: redeliver(session, id_of(posted, "delivery"), principal=page.principal),
        notice="repeated",
    )


def _alter(
    session: ReadSession,
    page: WebPage,
    settings: AppSettings,
    id: UUID,
    changes: dict[str, Any],
    posted: PostedForm,
) -> None:
    service.change_endpoint(
        session,
        WebhookConfig.of(settings),
        id,
        principal=page.principal,
        changes=changes,
        if_match=posted.version,
    )


def _run(
    page: WebPage,
    id: UUID,
    posted: PostedForm,
    database: AppDatabase,
    command: Callable[[Any], Any],
    form: FilledForm | None = None,
    *,
    notice: str = "saved",
    to: str = "",
) -> Response:
    """Run a command about one endpoint; what is refused is said on its page, with what was typed."""

    def answered(session: Any) -> Response:
        command(session)
        return page.redirect(to or f"{WEBHOOKS}/{id}", notice=notice)

    answer = page.run(posted, database, answered)
    if isinstance(answer, Response):
        return answer
    with database.reading() as session:
        return _show(page, session, id, form.after(answer) if form else None, error=answer)


def _list(
    page: WebPage, session: ReadSession, form: FilledForm | None = None, *, error: SankuError | None = None
) -> Response:
    may = allowed(page.principal, Action.WEBHOOK_READ, own=True)
    found = endpoint_page(session, PageRequest(_ROWS), principal=page.principal).items if may else ()
    return page.show(
        "desk/organisation/webhooks.html",
        status=error.status if error else 200,
        form_id=NEW_WEBHOOK.id if may else None,
        may=may,
        found=found,
        most=service.MAX_ENDPOINTS,
        form=form or FilledForm(NEW_WEBHOOK),
        words=words,
        account_words=account_words,
        error=error if not isinstance(error, Invalid) else None,
    )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    form: FilledForm | None = None,
    *,
    secret: str = "",
    error: SankuError | None = None,
) -> Response:
    if not allowed(page.principal, Action.WEBHOOK_READ, own=True):
        raise NotFound
    endpoint = WebhookRead.of(service.get_endpoint(session, id, principal=page.principal))
    known = {"name": endpoint.name, "types": endpoint.types}
    if form is None:
        form = FilledForm(CHANGED_WEBHOOK, known, version=endpoint.version)
    elif isinstance(error, StaleVersion):
        form = FilledForm(CHANGED_WEBHOOK, posted=form.posted.without(VERSION), version=endpoint.version)
    query = page.request.query_params
    state = DELIVERY_STATES.get(query.get("state", ""))
    place = PageRequest(_ROWS, query.get("cursor"))
    found = delivery_page(
        session, place, principal=page.principal, states=[state] if state else None, address_id=id
    )
    opened = query.get("delivery")
    return page.show(
        "desk/organisation/webhook.html",
        status=error.status if error else 200,
        form_id=form.id,
        endpoint=endpoint,
        form=form,
        secret=secret,
        deliveries=found.items,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        state=state,
        opened=delivery_details(session, _id(opened), principal=page.principal) if opened else None,
        words=words,
        account_words=account_words,
        error=error if not isinstance(error, Invalid) else None,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
