"""Tokens of full-text search: what a search document stores, and the patterns that a query looks for in it.

A run of Chinese characters becomes its overlapping pairs and its last character (球墨铸铁: `球墨 墨铸 铸铁 铁`), so
that every part of it, down to one character, is a few tokens or the beginning of one. Latin text and numbers become
pieces of letters and of digits (QT400-15, QT 400-15: `qt 400 15`), so that a code is found with and without hyphens,
spaces and tails. Letters that a sign joins are also stored as one (Wi-Fi: `wi fi` and `wifi`), and neighbouring pieces
as pairs (`qt400`), which are rarer than either. `|` separates sentences and fields.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from app.text.folding import fold, simplified

BREAK = "|"

# The longest token; PostgreSQL refuses lexemes of more than 2046 bytes.
_MAX_LENGTH = 60
# Words that a space separates are also stored as one if both are short, as in "Wi Fi".
_SHORT = 4
# From this length on, letters are found by their beginning: "sensor" finds "sensors".
_MIN_PREFIX = 4

_CHINESE = (
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_JOINTS = r"\-‐‑‒–−_/.·・+:'°"
_PIECE = re.compile(
    rf"(?P<run>[{_CHINESE}]+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)*)"
    rf"|(?P<letters>[^\W0-9_{_CHINESE}]+)"
    rf"|(?P<joint>[{_JOINTS}](?=[^\W_])|\s+)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_LATIN = re.compile(rf"[^{_CHINESE}]").match
_SPACE_IN_RUN = re.compile(rf"(?<=[{_CHINESE}])\s+(?=[{_CHINESE}])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a folded text: `kind` is run, number, letters, joint or other."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Tokens that follow one another in a document. `prefix`: the last one may be the beginning of a token."""

    tokens: tuple[str, ...]
    prefix: bool = False

    @property
    def text(self) -> str:
        """What a stored column contains if and only if the pattern occurs in it."""
        return f" {' '.join(self.tokens)}" + ("" if self.prefix else " ")

    @property
    def indexed(self) -> tuple[str, ...]:
        """Tokens that a document with the pattern has, as few and rare as possible; the last one may be a prefix."""
        found: list[str] = []
        paired = False
        for one, following in zip(self.tokens, (*self.tokens[1:], BREAK), strict=True):
            if (pair := _pair(one, following)) is not None:
                found.append(pair)
            elif not paired and one != BREAK:
                found.append(one)
            paired = pair is not None
        return tuple(found)

    @property
    def is_token(self) -> bool:
        """Whether one token says it all: a document that has it has the pattern, too."""
        return len(self.tokens) == 1 or (len(self.tokens) == 2 and _pair(*self.tokens) is not None)


def pieces(folded: str) -> Iterator[Piece]:
    """The parts of a folded text, in order and without gaps."""
    for match in _PIECE.finditer(folded):
        yield Piece(str(match.lastgroup), match.group())


def document_tokens(texts: Iterable[str]) -> str:
    """What a search document stores for these texts; never empty, and neither begins nor ends with a space."""
    tokens = [BREAK]
    joined: list[str] = []
    for text in texts:
        found = list(pieces(_folded(text)))
        tokens += [*_stream(found), BREAK]
        for chain in _chains(found):
            joined += [*chain, BREAK]
    tokens += joined
    pairs = dict.fromkeys(_pairs(tokens))
    return " ".join([*tokens, *pairs, BREAK] if pairs else tokens)


def pattern_of(text: str) -> Pattern | None:
    """The pattern of a text as it stands; None if it has neither a letter nor a digit nor a Chinese character."""
    found = [piece for piece in pieces(_folded(text)) if piece.kind != "joint"]
    while found and found[-1].kind == "other":
        found.pop()
    while found and found[0].kind == "other":
        found.pop(0)
    if not found:
        return None
    tokens = list(_stream(found))
    last = found[-1]
    if last.kind == "run":
        if len(last.text) > 1:
            return Pattern(tuple(tokens[:-1]))
        return Pattern(tuple(tokens), prefix=True)
    return Pattern(tuple(tokens), prefix=last.kind == "letters" and len(last.text) >= _MIN_PREFIX)


def patterns_of(text: str) -> tuple[Pattern, ...]:
    """The patterns of a text, any of which is a hit: as it stands, and with the letters joined that a sign separates
    (Wi-Fi: also WiFi)."""
    pattern = pattern_of(text)
    if pattern is None:
        return ()
    found = list(pieces(_folded(text)))
    chains = list(_chains(found))
    if len(chains) != 1 or any(piece.kind in ("run", "other") for piece in found):
        return (pattern,)
    return (pattern, Pattern(tuple(chains[0]), prefix=pattern.prefix))


def _folded(text: str) -> str:
    """A line that ends within a Chinese word, as in a copied page, does not end the word."""
    return _SPACE_IN_RUN.sub("", fold(text)).strip()


def _stream(found: Iterable[Piece]) -> Iterator[str]:
    broken = True
    for piece in found:
        if piece.kind == "joint":
            continue
        if piece.kind == "other":
            if not broken:
                yield BREAK
            broken = True
            continue
        broken = False
        if piece.kind == "run":
            yield from (piece.text[place : place + 2] for place in range(len(piece.text)))
        else:
            yield piece.text[:_MAX_LENGTH]


def _pair(one: str, following: str) -> str | None:
    """Two pieces of Latin text as one token; None for two numbers, which would look like a decimal."""
    if BREAK in (one, following) or not (_LATIN(one) and _LATIN(following)):
        return None
    if one[0].isdigit() and following[0].isdigit():
        return None
    both_letters = not one[0].isdigit() and not following[0].isdigit()
    return f"{one}.{following}" if both_letters else f"{one}{following}"


def _pairs(tokens: Iterable[str]) -> Iterator[str]:
    """The pairs of neighbouring tokens."""
    previous = BREAK
    for token in tokens:
        # Most tokens are Chinese, which one comparison shows.
        if "\u4e00" <= token[0] <= "\u9fff":
            previous = BREAK
            continue
        if previous != BREAK and (pair := _pair(previous, token)) is not None:
            yield pair
        previous = token


def _chains(found: list[Piece]) -> Iterator[list[str]]:
    """Codes in which a sign separates letters, with these letters joined: `gb/t 7714` → gbt, 7714."""
    chain: list[Piece] = []
    for piece in [*found, Piece("other", "")]:
        if piece.kind in ("letters", "number", "joint"):
            chain.append(piece)
            continue
        yield from _joined(chain)
        chain = []


def _joined(chain: list[Piece]) -> Iterator[list[str]]:
    """The codes of a chain of pieces and joints; a space ends a code, except between two short words."""
    code: list[str] = []
    merged = False
    previous: Piece | None = None
    joint = ""
    for piece in chain:
        if piece.kind == "joint":
            joint = piece.text
            continue
        both_letters = previous is not None and previous.kind == piece.kind == "letters"
        short = previous is not None and max(len(previous.text), len(piece.text)) <= _SHORT
        if (
            joint.isspace()
            and not (joint == " " and both_letters and short)
            and not (joint == " " and merged and piece.kind == "number")
        ):
            if merged:
                yield code
            code, merged = [], False
        if both_letters and code:
            code[-1] = (code[-1] + piece.text)[:_MAX_LENGTH]
            merged = True
        else:
            code.append(piece.text[:_MAX_LENGTH])
        previous, joint = piece, ""
    if merged:
        yield code


@cache
def token_rules() -> str:
    """The rules by which documents are cut, as a short text. It is stored with each document, so that one that was cut
    by other rules is cut again.

    It changes whenever a document could get other tokens: with the characters, with OpenCC and with the code here.
    """
    han = "".join(chr(point) for point in range(0x3400, 0xA000))
    sample = (
        "球墨铸铁 QT400-15,Wi-Fi 6;GB/T 7714:PA 66\nＣＯ₂ <p>é</p>\u200b漏 0.4MPa。Wi Fi A-B-C1 ISO9001:2015 "
        "々カ한 98% 25°C -40 μm a_b c+d e.f don't x·y m/s 1.2.3"
    )
    return hashlib.sha256(f"{simplified(han)}\n{document_tokens([sample])}".encode()).hexdigest()[:16]
