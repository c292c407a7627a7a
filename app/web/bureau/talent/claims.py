"""Pages `/bureau/certificates` and `/bureau/trainings`; `/desk/trainings` of who runs a base: claims and decisions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.principal import Principal
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, SankuError, StaleVersion
from app.libraries.summaries import manager_summaries
from app.paging import Page, PageRequest
from app.talent.certificates import service as certificates
from app.talent.certificates.listing import CERTIFICATE_STATES, certificate_page
from app.talent.certificates.schemas import CertificateRead
from app.talent.trainings import service as trainings
from app.talent.trainings.listing import TRAINING_STATES, base_names, training_page
from app.talent.trainings.schemas import TrainingRead
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm, id_of
from app.web.renderer import day

router = APIRouter()

_STEPS: Mapping[str, str] = {"verify": _("核验通过"), "reject": _("不予通过"), "revoke": _("撤销核验")}
_ALLOWED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "certificates": {"submitted": ("verify", "reject"), "verified": ("revoke",)},
    "trainings": {"submitted": ("verify", "reject"), "verified": ("reject",)},
}


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim with its decision form."""

    id: UUID
    manager_id: UUID
    title: str
    facts: tuple[tuple[str, Any], ...]
    state: str
    note: str | None
    version: int
    steps: tuple[tuple[str, str], ...]
    file: str | None = None


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    empty: str
    states: Mapping[str, Any]
    read: Callable[[Any, PageRequest, Sequence[Any], Principal], Page[Any]]
    review: Callable[..., Any]


def _certificates(
    session: ReadSession, paging: PageRequest, states: Sequence[Any], principal: Principal
) -> Page[Any]:
    return certificate_page(session, paging, states, principal=principal)


def _trainings(
    session: ReadSession, paging: PageRequest, states: Sequence[Any], principal: Principal
) -> Page[Any]:
    """For an institution those at its bases: the others of its staff are on their own pages."""
    return training_page(
        session, paging, states, at_own_bases=not principal.sees_everything, principal=principal
    )


KINDS: Mapping[str, _Kind] = {
    "certificates": _Kind(
        _("证书核验"), _("没有这样的证书"), CERTIFICATE_STATES, _certificates, certificates.review
    ),
    "trainings": _Kind(_("培训核验"), _("没有这样的培训记录"), TRAINING_STATES, _trainings, trainings.review),
}


@router.get("/bureau/certificates", name="bureau_certificates")
def certificate_queue(
    page: CurrentPage, session: ReadSession, state: Text = "submitted", cursor: Cursor = None
) -> Response:
    """Certificates by state, the newest first."""
    return _show(page, session, "certificates", state, cursor)


@router.post("/bureau/certificates/review", name="review_certificate")
def review_certificate(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Verify, reject or revoke a certificate."""
    return _review(page, "certificates", posted, database)


@router.get("/bureau/trainings", name="bureau_trainings")
@router.get("/desk/trainings", name="base_trainings")
def training_queue(
    page: CurrentPage, session: ReadSession, state: Text = "submitted", cursor: Cursor = None
) -> Response:
    """Training records by state, the newest first."""
    return _show(page, session, "trainings", state, cursor)


@router.post("/bureau/trainings/review", name="review_training")
@router.post("/desk/trainings/review", name="review_base_training")
def review_training(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Verify or reject a training record."""
    return _review(page, "trainings", posted, database)


def _review(page: WebPage, kind: str, posted: PostedForm, database: AppDatabase) -> Response:
    page.take_display(posted)
    claim_id, step = id_of(posted, "claim"), posted.get("step")
    error: SankuError | None = None
    if not posted.only_shows:
        if step not in _STEPS or (kind == "trainings" and step == "revoke"):
            raise NotFound
        try:
            with database.unit_of_work() as session:
                KINDS[kind].review(
                    session,
                    claim_id,
                    step,
                    posted.get("note").strip() or None,
                    principal=page.principal,
                    if_match=posted.version,
                )
            return page.redirect(_address(page, kind), notice="saved")
        except (Conflict, Forbidden, Invalid, StaleVersion) as refusal:
            error = refusal
    with database.reading() as session:
        return _show(
            page, session, kind, posted.get("state") or "submitted", None, posted=posted, error=error
        )


def _show(
    page: WebPage,
    session: ReadSession,
    kind: str,
    state: str,
    cursor: str | None,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    shown = KINDS[kind]
    chosen = shown.states.get(state) or shown.states["submitted"]
    found = shown.read(session, place(cursor), [chosen], page.principal)
    labels = {code: one.label(page.language) for code, one in shown.states.items()}
    claims = (
        [_certificate(one) for one in found.items]
        if kind == "certificates"
        else _of_trainings(session, found.items)
    )
    return page.show(
        "bureau/claims.html",
        status=error.status if error else 200,
        title=shown.title,
        address=_address(page, kind),
        back=((_("工作台"), "/bureau") if page.principal.sees_everything else (_("经理人"), "/desk/staff")),
        state=chosen.value,
        claims=claims,
        managers=manager_summaries(session, {one.manager_id for one in claims}),
        tabs=tabs_of(page, "state", chosen.value, labels, of_path=_address(page, kind)),
        empty=shown.empty,
        next=next_address(page, found.next_cursor, of_path=_address(page, kind)),
        typed=posted.get,
        error=error,
    )


def _address(page: WebPage, kind: str) -> str:
    return f"/bureau/{kind}" if page.principal.sees_everything else f"/desk/{kind}"


def _certificate(one: CertificateRead) -> ShownClaim:
    return ShownClaim(
        one.id,
        one.manager_id,
        f"{one.level.label(language_now())} · {one.number}",
        (
            (translate(_("颁发单位")), one.issued_by),
            (translate(_("颁发日期")), day(one.issued_on)),
            (translate(_("有效期至")), day(one.valid_to) if one.valid_to else translate(_("长期"))),
            (translate(_("证明材料")), one.evidence),
            (translate(_("扫描件")), one.evidence_name or translate(_("未上传"))),
            (translate(_("申报时间")), day(one.created_at)),
        ),
        one.state.value,
        one.review_note,
        one.version,
        _steps("certificates", one.state.value),
    )


def _of_trainings(session: ReadSession, items: Sequence[TrainingRead]) -> list[ShownClaim]:
    bases = base_names(session, {one.base_id for one in items})
    return [
        ShownClaim(
            one.id,
            one.manager_id,
            one.course,
            (
                (translate(_("培养基地")), bases[one.base_id]),
                (translate(_("学时")), one.hours),
                (translate(_("起止")), f"{day(one.started_on)} – {day(one.ended_on)}"),
                (translate(_("证明材料")), one.evidence or translate(_("未填"))),
                (translate(_("申报时间")), day(one.created_at)),
            ),
            one.state.value,
            one.review_note,
            one.version,
            _steps("trainings", one.state.value),
        )
        for one in items
    ]


def _steps(kind: str, state: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, _STEPS[name]) for name in _ALLOWED[kind].get(state, ()))
