"""Pages `…/certificates`: a manager's certificates, a new one with its scan, and their state."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.files.encrypted_storage import AppFiles
from app.engagements.files.service import examine, store_bytes
from app.engagements.files.transfer import as_attachment
from app.errors import Conflict, Invalid, SankuError, StaleVersion
from app.paging import PageRequest
from app.services import AppSettings
from app.talent.certificates import evidence, service
from app.talent.certificates.listing import certificate_page
from app.talent.certificates.schemas import CertificateCreate
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.manager.recognition.holder import (
    RECOGNITION,
    STAFF_MEMBER,
    CurrentHolder,
    RecognitionHolder,
    holder_tabs,
    without_record,
)
from app.web.page import CurrentPage, Uploaded, WebPage
from app.web.posted import Posted

router = APIRouter()

CERTIFICATES = f"{RECOGNITION}/certificates"
STAFF_CERTIFICATES = f"{STAFF_MEMBER}/certificates"
_ROWS = 50

CERTIFICATE = Form(
    "certificate",
    CertificateCreate,
    (
        FormGroup(
            (
                FormField(
                    "level",
                    Widget.CHOICE,
                    label=_("等级"),
                    required=True,
                    choices=listed(
                        ("primary", _("初级")), ("intermediate", _("中级")), ("advanced", _("高级"))
                    ),
                ),
                FormField("number", label=_("证书编号"), required=True, example="JS-2026-00017"),
                FormField("issued_by", label=_("颁发单位"), required=True),
                FormField("issued_on", Widget.DAY, label=_("颁发日期"), required=True),
                FormField("valid_to", Widget.DAY, label=_("有效期至"), hint=_("不填为长期有效。")),
                FormField(
                    "evidence",
                    label=_("证明材料"),
                    hint=_("档案号或查验网址；扫描件在申报后上传。"),
                    required=True,
                ),
            )
        ),
    ),
    absent={"manager_id": "the page is that of the manager"},
)


@router.get(CERTIFICATES, name="certificates")
@router.get(STAFF_CERTIFICATES, name="staff_certificates")
def certificates(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The certificates, the newest first."""
    return _show(page, holder, session)


@router.post(CERTIFICATES, name="submit_certificate")
@router.post(STAFF_CERTIFICATES, name="submit_staff_certificate")
def submit(page: CurrentPage, holder: CurrentHolder, posted: Posted, database: AppDatabase) -> Response:
    """Submits one for the bureau to verify."""
    if holder is None:
        return without_record(page)
    form = FilledForm(CERTIFICATE, posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, CertificateCreate)

        certificate = wanted.model_copy(update={"manager_id": holder.manager_id})

        def make() -> Response:
            service.submit_certificate(session, certificate, principal=page.principal)
            return page.redirect(holder.address("certificates"), notice="handed_in")

        return page.once(database, session, posted, certificate, make)

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, holder, session, form.after(error), error=error),
    )


@router.post(f"{CERTIFICATES}/{{id}}/scan", name="upload_scan")
@router.post(f"{STAFF_CERTIFICATES}/{{id}}/scan", name="upload_staff_scan")
def upload(
    page: CurrentPage,
    holder: CurrentHolder,
    id: UUID,
    posted: Posted,
    database: AppDatabase,
    settings: AppSettings,
    store: AppFiles,
    file: Uploaded,
) -> Response:
    """Keeps the scan of a certificate that is not verified yet."""
    page.take_display(posted)
    if holder is None:
        return without_record(page)
    try:
        with database.reading() as before:
            evidence.find_changeable(before, id, principal=page.principal)
        if file is None:
            raise Invalid.field("file", "missing", "请选择要上传的文件", "choose the file to upload")
        examined = examine(file.file, file.filename or "", settings=settings)
        # Bytes are stored before the transaction begins, so that no lock is held during the upload.
        key = store_bytes(store, id, file.file, examined)
        with database.unit_of_work() as session:
            evidence.attach(
                session,
                id,
                received=examined,
                key=key,
                principal=page.principal,
                if_match=posted.version,
            )
    except (Conflict, Invalid, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, holder, session, error=error)
    return page.redirect(holder.address("certificates"), notice="saved")


@router.get(f"{CERTIFICATES}/{{id}}/scan", name="scan")
@router.get(f"{STAFF_CERTIFICATES}/{{id}}/scan", name="staff_scan")
def download(
    page: CurrentPage, _holder: CurrentHolder, id: UUID, session: ReadSession, store: AppFiles
) -> Response:
    """The scan, to be saved."""
    found = evidence.scan_of(session, id, principal=page.principal)
    return as_attachment(
        store,
        str(found.evidence_key),
        name=str(found.evidence_name),
        media_type=found.evidence_type,
        size=found.evidence_size,
        sha256=found.evidence_sha256,
        reader=page.principal,
        subject_id=found.id,
    )


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
    place = PageRequest(_ROWS, page.request.query_params.get("cursor"))
    found = certificate_page(session, place, None, holder.manager_id, principal=page.principal)
    return page.show(
        "manager/recognition/certificates.html",
        status=error.status if error else 200,
        form_id=CERTIFICATE.id,
        holder=holder,
        tabs=holder_tabs(holder, page.path),
        found=found.items,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        form=form or FilledForm(CERTIFICATE),
        error=error,
    )
