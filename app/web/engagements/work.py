"""Tasks and files of an engagement."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.files import service as files
from app.engagements.files.encrypted_storage import AppFiles
from app.engagements.files.transfer import as_attachment
from app.engagements.lists.details import engagement_details
from app.engagements.schemas import TaskCreate, TaskPatch
from app.engagements.tasks import service as tasks
from app.errors import Conflict, Invalid
from app.services import AppSettings
from app.web.engagements.commands import run
from app.web.engagements.forms import task_form
from app.web.engagements.sheet import show_engagement
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.page import CurrentPage, Uploaded
from app.web.posted import Posted, id_of

router = APIRouter()


@router.post("/engagements/{id}/task", name="engagement_task")
def task(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Adds a task, or changes the state of one."""
    if posted.get("task"):
        return _change_task(page, id, posted, database)
    with database.reading() as before:
        people = engagement_details(before, id, principal=page.principal).read.participants
    form = FilledForm(task_form(people), posted=posted, prefix="task")

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, TaskCreate)

        def create() -> Response:
            tasks.add_task(session, id, values=wanted.values(), principal=page.principal)
            return page.redirect(f"/engagements/{id}?tab=tasks", notice="saved")

        return page.once(database, session, posted, wanted, create)

    return run(page, id, posted, database, command, form=form, tab="tasks")


def _change_task(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    def command(session: ReadSession) -> None:
        wanted = validated(TaskPatch, {"state": posted.get("state")})
        assert isinstance(wanted, TaskPatch)
        tasks.change_task(
            session,
            id,
            id_of(posted, "task"),
            values=wanted.values(),
            principal=page.principal,
            if_match=posted.version,
        )

    return run(page, id, posted, database, command, tab="tasks", notice="saved")


@router.post("/engagements/{id}/file", name="engagement_file")
def file(
    page: CurrentPage,
    id: UUID,
    posted: Posted,
    database: AppDatabase,
    settings: AppSettings,
    store: AppFiles,
    upload: Uploaded,
) -> Response:
    """Takes a file, or removes one."""
    if posted.get("remove"):
        return run(
            page,
            id,
            posted,
            database,
            lambda session: files.remove_file(session, id, id_of(posted, "remove"), principal=page.principal),
            tab="files",
            notice="deleted",
        )
    page.take_display(posted)
    try:
        with database.reading() as before:
            files.check_upload(before, id, principal=page.principal)
        if upload is None:
            raise Invalid.field("file", "missing", "请选择要上传的文件", "choose the file to upload")
        examined = files.examine(upload.file, upload.filename or "", settings=settings)
        # Bytes are stored before the transaction begins, so that no lock is held during the upload.
        key = files.store_bytes(store, id, upload.file, examined)
        with database.unit_of_work() as session:
            files.add_file(session, id, received=examined, storage_key=key, principal=page.principal)
    except (Conflict, Invalid) as error:
        with database.reading() as session:
            return show_engagement(page, session, id, tab="files", error=error)
    return page.redirect(f"/engagements/{id}?tab=files", notice="saved")


@router.get("/engagements/{id}/files/{file}", name="engagement_file_content")
def content(page: CurrentPage, id: UUID, file: UUID, session: ReadSession, store: AppFiles) -> Response:
    """The file, to be saved."""
    found = files.get_file(session, id, file, principal=page.principal)
    return as_attachment(
        store,
        found.storage_key,
        name=found.name,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        reader=page.principal,
        subject_id=found.id,
    )
