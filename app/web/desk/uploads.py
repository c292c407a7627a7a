"""The file of a form, scanned before its page takes a turn: turns are few, and a scanner may take a minute."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends

from app.errors import Invalid
from app.exchange.batches.workbooks import bytes_of
from app.services import AppSettings
from app.web.page import Uploaded


@dataclass(frozen=True, slots=True)
class ScannedUpload:
    """The name and the bytes of the file. `refusal` says why there are none; the form shows it."""

    name: str = ""
    data: bytes | None = field(default=None, repr=False)
    refusal: Invalid | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether the form had a file."""
        return self.data is not None or self.refusal is not None

    def read(self) -> bytes:
        """
        Raises:
            Invalid: there is no file, it is too large, or it holds a virus.
        """
        if self.refusal is not None:
            raise self.refusal
        if self.data is None:
            raise Invalid.field("file", "missing", "请选择要上传的文件", "choose the file to upload")
        return self.data


def _scanned(upload: Uploaded, settings: AppSettings) -> ScannedUpload:
    if upload is None:
        return ScannedUpload()
    name = upload.filename or ""
    try:
        return ScannedUpload(name, bytes_of(upload.file, settings))
    except Invalid as refusal:
        return ScannedUpload(name, refusal=refusal)


Scanned = Annotated[ScannedUpload, Depends(_scanned)]
"""Named by a route before its turn."""
