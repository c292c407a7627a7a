"""The words of a query between its spaces: groups of words, phrases, alternatives, and what is excluded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.libraries.search.search_query import Ignored

_LEXEME = re.compile(r'(?P<minus>(?<!\S)[-−–]+)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|(?P<stray>")')

_BETWEEN_WORDS = re.compile(r"[,，、;；。|]")


@dataclass(slots=True)
class WordGroup:
    """Words between spaces: a chunk of words, a phrase or an alternative of several of them.

    `options` are texts, each with whether it is a phrase.
    """

    options: list[tuple[str, bool]]
    excluded: bool = False


def groups_of(text: str) -> tuple[list[WordGroup], list[Ignored]]:
    """The groups, and what is no part of one. `text` has straight quotes.

    Words of which all are required stand together, so that a synonym of several words is found.
    """
    groups: list[WordGroup] = []
    ignored: list[Ignored] = []
    waiting_or = False
    for match in _LEXEME.finditer(text):
        if match["stray"]:
            ignored.append(Ignored('"', "unbalanced_quote"))
            continue
        if _is_or(match):
            if waiting_or or not groups or groups[-1].excluded:
                ignored.append(Ignored(match["word"], "dangling_or"))
            else:
                waiting_or = True
            continue
        for group in _split(match):
            if waiting_or and group.excluded:
                ignored.append(Ignored("OR", "dangling_or"))
            elif waiting_or:
                groups[-1].options += group.options
                waiting_or = False
                continue
            waiting_or = False
            groups.append(group)
    if waiting_or:
        ignored.append(Ignored("OR", "dangling_or"))
    return list(_chunks(groups)), ignored


def _is_or(match: re.Match[str]) -> bool:
    word = match["word"]
    return (word is not None and not match["minus"] and set(word) <= {"|"}) or word == "OR"


def _split(match: re.Match[str]) -> Iterator[WordGroup]:
    if match["phrase"] is not None:
        yield WordGroup([(match["phrase"], True)], excluded=bool(match["minus"]))
        return
    word = match["word"] or ""
    excluded = bool(match["minus"]) and not word[:1].isdigit()
    if excluded:
        for part in _BETWEEN_WORDS.split(word):
            if part:
                yield WordGroup([(part, False)], excluded=True)
    elif options := [part for part in word.split("|") if part]:
        yield WordGroup([(part, False) for part in options])


def _chunks(groups: list[WordGroup]) -> Iterator[WordGroup]:
    """Neighbouring single words become one group, separated by spaces."""
    chunk: list[str] = []
    for group in groups:
        if not group.excluded and len(group.options) == 1 and not group.options[0][1]:
            chunk.append(group.options[0][0])
            continue
        if chunk:
            yield WordGroup([(" ".join(chunk), False)])
            chunk = []
        yield group
    if chunk:
        yield WordGroup([(" ".join(chunk), False)])
