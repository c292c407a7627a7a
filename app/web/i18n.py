"""Languages of the pages: Chinese in the templates, English from the .po files of each area."""

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
LOCALE = Path(__file__).parent / "locale"

_current: ContextVar[Language] = ContextVar("language", default="zh")


def mark(text: str) -> str:
    """The text itself: marks a Chinese text in a table for translation where it is shown."""
    return text


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """The messages of a language, read from its .po files; a message of several files has the first translation."""
    if language == "zh":
        return gettext.NullTranslations()
    merged: gettext.NullTranslations | None = None
    for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        compiled = io.BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file))
        compiled.seek(0)
        messages = gettext.GNUTranslations(compiled)
        if merged is None:
            merged = messages
        else:
            merged.add_fallback(messages)
    return merged or gettext.NullTranslations()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within the block `translate` gives texts in this language."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def speak(language: Language) -> None:
    """From here on, in this request, `translate` gives texts in this language."""
    _current.set(language)


def language_now() -> Language:
    """The language of the page that is being made."""
    return _current.get()


def translate(text: str) -> str:
    """The text in the language of the page. An empty text stays empty: gettext would answer with the file's header."""
    return translations(_current.get()).gettext(text) if text else text


def translate_number(singular: str, plural: str, number: int) -> str:
    """As `translate`, for a text that depends on a number."""
    return translations(_current.get()).ngettext(singular, plural, number)


def choose(cookie: str | None, accept_language: str) -> Language:
    """The language that the reader chose, else the first one that the browser asks for and the pages have."""
    for wanted in (cookie or "", *accept_language.split(",")):
        tag = wanted.split(";")[0].strip().lower()[:2]
        for language in LANGUAGES:
            if tag == language:
                return language
    return "zh"
