"""Synonyms of the trades: a file that the bureau can edit, read again when it changes.

Each line is a group of words of one meaning, separated by commas; `#` begins a comment. A search for one of them finds
the others.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock

import structlog

from app.libraries.search.tokens import pattern_of, pieces
from app.settings import Settings
from app.text.folding import fold

SHIPPED = Path(__file__).resolve().parent / "data" / "synonyms.txt"

_MAX_GROUP = 12
_MAX_WORD = 60
_SEPARATOR = re.compile(r"[,，、;；\t]")

log = structlog.get_logger()


class SynonymError(RuntimeError):
    """The file of synonyms cannot be used; the message names the file, the lines and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Groups of words of one meaning."""

    groups: tuple[tuple[str, ...], ...] = ()
    _group_of: Mapping[str, int] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None

    @classmethod
    def from_groups(cls, groups: Sequence[Sequence[str]]) -> "Synonyms":
        group_of = {_key(word): place for place, group in enumerate(groups) for word in group}
        longest_first = sorted({fold(word) for group in groups for word in group}, key=len, reverse=True)
        pattern = re.compile("|".join(map(_expression, longest_first))) if longest_first else None
        return cls(tuple(map(tuple, groups)), group_of, pattern)

    def of(self, word: str) -> tuple[str, ...]:
        """The other words of the group; empty if the word is in none."""
        key = _key(word)
        place = self._group_of.get(key)
        if place is None:
            return ()
        return tuple(other for other in self.groups[place] if _key(other) != key)

    def occurrences(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where words of the file stand in a folded text, the longest ones first at each place, without overlaps."""
        if self._pattern is not None:
            for match in self._pattern.finditer(folded):
                yield match.span()


def load_synonyms(path: Path) -> Synonyms:
    """
    Raises:
        SynonymError: the file is missing, is not UTF-8, or has lines that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SynonymError(
            f"{path}: the file of synonyms cannot be read as UTF-8 text (同义词文件无法以 UTF-8 读取): {error}"
        ) from error
    synonyms, problems = _read(text)
    if problems:
        raise SynonymError(
            f"{path}: the file of synonyms is invalid (同义词文件有误)\n" + "\n".join(problems)
        )
    return synonyms


@lru_cache(maxsize=4)
def _read(text: str) -> tuple[Synonyms, Sequence[str]]:
    """The synonyms of a text, and what is wrong with which line. Many services of one process read the shipped file."""
    groups: list[tuple[str, ...]] = []
    problems: list[str] = []
    first_line: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = [word.strip() for word in _SEPARATOR.split(line.split("#")[0]) if word.strip()]
        if not words:
            continue
        found = _problems_of(words)
        for word in words:
            if (known := first_line.setdefault(_key(word), number)) != number:
                found.append(f"“{word}” is also in line {known} (与第 {known} 行重复)")
        problems += [f"line {number} (第 {number} 行): {problem}" for problem in found]
        groups.append(tuple(words))
    return Synonyms() if problems else Synonyms.from_groups(groups), problems


def _problems_of(words: Sequence[str]) -> list[str]:
    found = []
    if len(words) < 2:
        found.append(
            f"a group needs at least two words, separated by commas (一组至少两个词，以逗号分隔): {words[0]}"
        )
    if len(words) > _MAX_GROUP:
        found.append(f"a group has at most {_MAX_GROUP} words (一组至多 {_MAX_GROUP} 个词)")
    if len({_key(word) for word in words}) < len(words):
        found.append("a word occurs twice (组内有重复的词)")
    for word in words:
        if len(word) > _MAX_WORD:
            found.append(f"a word has at most {_MAX_WORD} characters (每词至多 {_MAX_WORD} 字): {word[:20]}…")
        elif pattern_of(word) is None:
            found.append(f"“{word}” has neither a letter nor a digit (没有文字或数字)")
    return found


class SynonymFile:
    """The synonyms of an installation. A changed file is read at the next search; if it is then broken, the synonyms
    from before stay in use and the error is logged."""

    def __init__(self, settings: Settings) -> None:
        """
        Raises:
            SynonymError: the file cannot be used.
        """
        self._settings = settings
        self._lock = Lock()
        self._stamp = _stamp(synonyms_path(settings))
        self._synonyms = load_synonyms(synonyms_path(settings))

    def current(self) -> Synonyms:
        """The synonyms as the file has them now."""
        path = synonyms_path(self._settings)
        stamp = _stamp(path)
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._synonyms = load_synonyms(path)
                except SynonymError as error:
                    log.error("synonyms_invalid", error=str(error))
            return self._synonyms


def synonyms_path(settings: Settings) -> Path:
    """The file that the installation uses: the one that the setting names, or that lies in `SANKU_HOME`, or the shipped
    one."""
    if settings.synonyms is not None:
        return settings.home_path / settings.synonyms.expanduser()
    own = settings.home_path / "synonyms.txt"
    return own if own.exists() else SHIPPED


def _stamp(path: Path) -> tuple[Path, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return path, state.st_mtime_ns, state.st_size


def _key(word: str) -> str:
    return "".join(piece.text for piece in pieces(fold(word)) if piece.kind in ("run", "number", "letters"))


def _expression(folded: str) -> str:
    """A word as a regular expression: signs and spaces between letters and digits do not matter, and a code is not
    found within a longer one."""
    parts = [re.escape(piece.text) for piece in pieces(folded) if piece.kind in ("run", "number", "letters")]
    expression = r"[\s\-_/.]*".join(parts)
    before = r"(?<![a-z0-9])" if folded[:1].isascii() else ""
    after = r"(?![a-z0-9])" if folded[-1:].isascii() else ""
    return f"{before}{expression}{after}"
