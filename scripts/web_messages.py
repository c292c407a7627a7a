"""Puts new texts of the pages into the English catalogues, one for each area, and takes unused ones out.

    python scripts/web_messages.py

A text belongs to the catalogue of the first area that uses it, in the order of `AREAS`. Translate what has an empty
`msgstr`; tests/web says what is missing.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from pkgutil import walk_packages

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

import app.web
from app.web.forms.fields import Form
from app.web.i18n import LOCALE

WEB = LOCALE.parent
AREAS = ("ground", "public", "account", "desk", "manager", "engagements", "contracts", "bureau")
HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
KEYWORDS = {"_": None, "mark": None, "gettext": None, "ngettext": (1, 2)}

Message = str | tuple[str, str]


def area_of(path: Path) -> str:
    """The area of a module or template: its first folder of that name, else the ground."""
    parts = path.relative_to(WEB).parts
    found = next((part for part in parts if part in AREAS), None)
    if found is None and parts[0] == "forms" and path.stem in AREAS:
        return path.stem
    return found or "ground"


def messages() -> dict[str, dict[Message, None]]:
    """The texts of each area, each text once."""
    found: dict[str, dict[Message, None]] = {area: {} for area in AREAS}
    seen: set[Message] = set()
    paths = sorted([*WEB.rglob("*.py"), *WEB.rglob("*.html")])
    for path in sorted(paths, key=lambda path: (AREAS.index(area_of(path)), path)):
        for text in texts_of(path):
            if text not in seen:
                seen.add(text)
                found[area_of(path)][text] = None
    for area, text in form_texts():
        if text not in seen:
            seen.add(text)
            found[area][text] = None
    return found


def texts_of(path: Path) -> Iterator[Message]:
    """The texts of one file that are marked for translation."""
    method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
    # Templates call `ngettext` as Babel's defaults do; `trim_blocks` are those of the pages.
    options = {"trimmed": "true", "silent": "false"} if path.suffix == ".html" else {}
    for _, text, _, _ in extract_from_file(method, path, keywords=KEYWORDS, options=options):
        yield (text[0], text[1]) if isinstance(text, tuple) else text


def form_texts() -> Iterator[tuple[str, str]]:
    """The area and each Chinese text of every form: its labels may be titles of the model's fields."""
    for module in walk_packages(app.web.__path__, "app.web."):
        for form in vars(importlib.import_module(module.name)).values():
            if isinstance(form, Form):
                area = next((part for part in module.name.split(".") if part in AREAS), "ground")
                for group in form.groups:
                    yield from ((area, text) for text in (group.title, group.hint) if text)
                for field in form.fields:
                    labels = (form.label_of(field), field.hint, field.example, field.unit)
                    cells = (
                        text for one in field.columns for text in (one.label, one.hint, one.example, one.unit)
                    )
                    yield from ((area, text) for text in (*labels, *cells) if text)


def _key(text: str | Sequence[str]) -> Message:
    return text if isinstance(text, str) else (text[0], text[1])


def main() -> None:
    """Rewrite the catalogues."""
    empty = 0
    translated: dict[Message, str | Sequence[str]] = {}
    folder = LOCALE / "en" / "LC_MESSAGES"
    for path in folder.glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    translated[_key(message.id)] = message.string or ""
    for area, texts in messages().items():
        catalogue = Catalog(locale="en", fuzzy=False)
        for text in texts:
            string = translated.get(text)
            catalogue.add(text, string=string if isinstance(string, str | None) else tuple(string))
            empty += not string or not any(string)
        path = folder / f"{area}.po"
        if not texts:
            path.unlink(missing_ok=True)
            continue
        with path.open("wb") as file:
            write_po(file, catalogue, omit_header=True, no_location=True, sort_output=True, width=0)
        path.write_text(HEADER + path.read_text(encoding="utf-8"), encoding="utf-8")
    sys.stdout.write(f"{empty} texts to translate in {folder}\n")


if __name__ == "__main__":
    main()
