"""What comes off a text that was pasted from a page or a word processor: HTML and invisible characters."""

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

# Elements that begin or end a line of text. All other known elements stand within a line.
_BLOCK_NAMES = """
    address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol option p pre section table tbody td tfoot th thead
    title tr ul
"""
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big button cite code col colgroup data del dfn em font i iframe img input ins kbd label
    link map mark meta meter noscript object param picture progress q rp rt ruby s samp script select small source
    span strike strong style sub summary sup svg template textarea time tt u var video wbr xml
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_KNOWN = _BLOCKS.union(_INLINE_NAMES.split())
# In a formula, `<b>` or `<b and c>` may stand between two comparison signs; only a closing tag or an attribute with a
# value shows that it is markup.
_LETTERS = frozenset(name for name in _KNOWN if len(name) == 1)

_DECLARATION = re.compile(r"<!\[[^\]<>]*\]>|<!doctype[^<>]*>|<\?xml[^<>]*>", re.IGNORECASE)
# What lies between these is no text: where it begins, and where it ends.
_NO_TEXT = (
    (re.compile(r"<!--"), re.compile(r"-->")),
    *(
        (re.compile(rf"<{name}\b[^<>]*>", re.IGNORECASE), re.compile(rf"</{name}\s*>", re.IGNORECASE))
        for name in ("style", "script", "xml")
    ),
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(:[a-z][a-z0-9]*)?((?:\s[^<>]*)?)/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]{2,}")
_LINES = re.compile(r"[^\S\n]*\n\s*")

_MOST_ESCAPES = 10
"""How often a text is read as markup again: without a bound, one escape on another takes the square of its length."""

# Fillers that Unicode counts as letters or marks, and that show nothing.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_FILLER = re.compile(f"[{_FILLERS}]")
_MAYBE_INVISIBLE = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c{_FILLERS}"
    "\u06dd\u070f\u0890\u0891\u08e2\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U00010000-\U0010ffff]"
)


class Removed(StrEnum):
    """What came off a text."""

    MARKUP = "markup"
    INVISIBLE = "invisible"


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text without markup and invisible characters, and what came off."""

    text: str
    removed: tuple[Removed, ...] = ()


def clean(text: str) -> CleanText:
    """The text as a reader saw it where it was copied. Case, width and traditional characters stay as they are."""
    removed = []
    plain = strip_markup(text)
    if plain != text:
        removed.append(Removed.MARKUP)
    visible = without_invisible(plain)
    if visible != plain:
        removed.append(Removed.INVISIBLE)
    return CleanText(visible, tuple(removed))


def strip_markup(text: str) -> str:
    """The text without HTML tags, comments, styles and scripts, and with character references resolved.

    Only the elements of HTML and names with a prefix (`o:p`) are tags: `0 < x and y > 1` stays as it is. Elements that
    stand on a line of their own leave a line break. Text without markup is returned unchanged.
    """
    for _ in range(_MOST_ESCAPES):  # a page that was copied from the source of a page is escaped twice
        stripped = _strip_once(text)
        if len(stripped) == len(text):
            return text
        text = stripped
    return text


def without_invisible(text: str) -> str:
    """The text without characters that show nothing: zero-width characters, soft hyphens, byte order marks, direction
    marks, variation selectors, control characters (line breaks and tabs stay), and code points without a character.
    """
    if _MAYBE_INVISIBLE.search(text) is None:
        return text
    return "".join(char for char in text if not is_invisible(char))


def is_invisible(char: str) -> bool:
    """Whether a character shows nothing at all. Spaces are not invisible."""
    if char in "\n\r\t":
        return False
    noncharacter = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return noncharacter or unicodedata.category(char) in ("Cc", "Cf", "Cs") or _FILLER.match(char) is not None


def _strip_once(text: str) -> str:
    if "<" in text:
        plain = _DECLARATION.sub("", text)
        for opening, closing in _NO_TEXT:
            plain = _without_parts(plain, opening, closing)
        plain = _without_tags(plain)
        if plain != text:
            text = _LINES.sub("\n", _SPACES.sub(" ", plain)).strip()
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    return text


def _without_parts(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """The text without the parts from `opening` to the next `closing`. Takes linear time, whatever the text is."""
    kept = []
    position = 0
    while (start := opening.search(text, position)) and (end := closing.search(text, start.end())):
        kept.append(text[position : start.start()])
        position = end.end()
    return "".join([*kept, text[position:]])


def _without_tags(text: str) -> str:
    closed = {tag.group(2).lower() for tag in _TAG.finditer(text) if tag.group(1)}

    def replacement(tag: re.Match[str]) -> str:
        _, name, prefixed, attributes = tag.groups()
        name = name.lower()
        if prefixed:
            return ""
        if name not in _KNOWN or (name in _LETTERS and "=" not in attributes and name not in closed):
            return tag.group()
        return "\n" if name in _BLOCKS else ""

    return _TAG.sub(replacement, text)
