"""Words that are not used, each with what to write instead."""

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house_rules.source import MODULES, name_of, nodes
from tests.support.paths import APP, REPOSITORY

# A pattern of whole words, in any case, and what to write instead.
BANNED = {
    r"out of the house|leaves the house|in the house": "outbound, external, in the service",
    r"worked off|work off": "processed, handled",
    r"comes round|come round": "is due, recurs",
    r"whoever|whomever": "a user who, those who",
    r"told": "notified, reported, shown, stated",
    r"he|him|his|himself|she|her|herself": "they, the manager",
    r"for ever": "always, permanently",
    r"laws?": "rule, property, invariant; a statute has its Chinese name",
}

TEXTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs")
"""Besides the modules, of which comments, docstrings and other texts are read."""

ALLOWED = {
    ("docs/glossary.md", "*"): "the glossary lists old words beside the new ones",
    ("tests/house_rules/test_wording.py", "*"): "this list",
    ("tests/house_rules/test_documents.py", "*"): "a list of the same kind",
}


def of_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/`-])({words})(?![\w`])", re.IGNORECASE)


ANY = of_words("|".join(BANNED))


@functools.cache
def texts_of(path: Path) -> list[tuple[int, str]]:
    """Nothing of a file in which no banned word stands at all: few have one, and to take a module apart takes time."""
    return list(_texts_of(path)) if ANY.search(path.read_text(encoding="utf-8")) else []


def _texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text: of a module its comments and strings, of another file every line."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from enumerate(content.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def checked_files() -> list[Path]:
    files = [
        path
        for root in ("app", "sanku", "scripts", "tests")
        for path in sorted((REPOSITORY / root).rglob("*.py"))
    ]
    for name in TEXTS:
        path = REPOSITORY / name
        files += sorted(path.rglob("*.md")) if path.is_dir() else [path] if path.exists() else []
    return files


@pytest.mark.parametrize("words", BANNED)
def test_a_banned_word_is_not_used(words: str) -> None:
    pattern = of_words(words)
    found = [
        f"{name_of(path)}:{line}: {match.group()}"
        for path in checked_files()
        if (name_of(path), "*") not in ALLOWED
        for line, text in texts_of(path)
        for match in pattern.finditer(text)
    ]
    assert not found, f"{BANNED[words]}\n" + "\n".join(found)


# Between Chinese words, and at the end of a Chinese clause, a comma, semicolon, colon, question or exclamation mark is
# full width, and so are parentheses right behind Chinese words.
HALF_WIDTH = re.compile(r"[一-鿿》”）][,;:!?](?=\s|$|[一-鿿“《])|[,;!?](?=[一-鿿“《])|[一-鿿》”]\((?![?:])")
PATTERN = re.compile(r"\(\?|\\|\||\^|\]|^.{0,5}$|^[;:：；\s]+$", re.DOTALL)
"""What is no sentence: regular expressions, and characters that are looked for or stripped."""


def _is_chinese(text: str) -> bool:
    return 2 * len(re.findall("[一-鿿]", text)) > len(re.findall("[A-Za-z]", text))


def _sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence for people in a module, a template or a file of words."""
    if path.suffix == ".py":
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
    else:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if path.suffix != ".json" or re.match(r'\s*"(?:\w*_)?zh"', line):
                yield number, line


def test_chinese_sentences_have_chinese_punctuation() -> None:
    texts = [*(APP / "notifications").rglob("templates/*"), *APP.glob("*/**/data/*.json")]
    found = [
        f"{name_of(path)}:{line}: {text[:80]}"
        for path in [*MODULES, *texts]
        if "demo/data" not in name_of(path)
        for line, text in _sentences(path)
        if (path.suffix != ".py" or (_is_chinese(text) and not PATTERN.search(text)))
        and HALF_WIDTH.search(text)
    ]
    assert not found, "\n".join(found)
