"""What a form posted: its fields as typed, in their order, so that no answer loses them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from app.errors import BadRequest, NotFound, TooLarge

MAX_BYTES = 200_000
_UPLOAD = "multipart/form-data"

# Never shown again and never kept over a login.
_SECRET = re.compile(r"password|secret|token", re.IGNORECASE)
RESUME = "_resume"
LANGUAGE = "_lang"
THEME = "_theme"
VERSION = "_version"
KEY = "_key"
KEPT = "kept:"
"""Before the names of fields that belong to the form for which the reader logs in, or confirms that it is them."""
_MARKS = frozenset({RESUME, LANGUAGE, THEME})


@dataclass(frozen=True, slots=True)
class PostedForm:
    """The fields of a form in their order; files are left out.

    Attributes:
        files: names of the fields that held a file.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def all(self, name: str) -> list[str]:
        """The values of a field that may be repeated."""
        return [value for key, value in self.pairs if key == name]

    def names(self) -> Iterator[str]:
        """The names of the fields, each once."""
        yield from dict.fromkeys(name for name, _ in self.pairs)

    @property
    def only_shows(self) -> bool:
        """Whether the form is only to be shown again as typed: after a login, or in another language or theme."""
        return any(name in _MARKS for name, _ in self.pairs)

    @property
    def version(self) -> str | None:
        """The hidden `_version` as the value of an If-Match header."""
        version = self.get(VERSION)
        return f'"{version}"' if version else None

    @property
    def key(self) -> str | None:
        """The hidden `_key`, with which a form posted twice makes one record."""
        return self.get(KEY) or None

    def without(self, *names: str) -> "PostedForm":
        """The same form without these fields."""
        return PostedForm(tuple(pair for pair in self.pairs if pair[0] not in names), self.files)

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """The fields of another form that travel along, with their own names."""
        return tuple((name.removeprefix(KEPT), value) for name, value in self.pairs if name.startswith(KEPT))

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What may be shown again: everything but secrets and this form's own marks."""
        return tuple(
            (name, value) for name, value in self.pairs if not _SECRET.search(name) and name not in _MARKS
        )


def id_of(posted: PostedForm, name: str) -> UUID:
    """The id in a hidden field.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(posted.get(name))
    except ValueError:
        raise NotFound from None


NOTHING = PostedForm()


async def posted_form(request: Request) -> PostedForm:
    """The form of a request. It is remembered for the page of an error.

    Raises:
        TooLarge: a form without files is larger than `MAX_BYTES`.
        BadRequest: the body is no form.
    """
    state = request.scope.setdefault("state", {})
    known = state.get("posted")
    if isinstance(known, PostedForm):
        return known
    kind = request.headers.get("content-type", "")
    declared = request.headers.get("content-length", "0")
    if not kind.startswith(_UPLOAD) and declared.isdigit() and int(declared) > MAX_BYTES:
        raise TooLarge(
            f"The form is larger than {MAX_BYTES // 1000} KB.",
            f"表单内容超过 {MAX_BYTES // 1000} KB，请精简后再提交。",
        )
    if kind and not kind.startswith((_UPLOAD, "application/x-www-form-urlencoded")):
        raise BadRequest("The body is not a form.", "请求体不是表单。")
    form = _read(await request.form())
    state["posted"] = form
    return form


def _read(form: FormData) -> PostedForm:
    pairs, files = [], []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files.append(name)
        else:
            # Browsers send every line break as CR LF.
            pairs.append((name, value.replace("\r\n", "\n")))
    return PostedForm(tuple(pairs), tuple(files))


Posted = Annotated[PostedForm, Depends(posted_form)]
