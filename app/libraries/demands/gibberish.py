"""Texts that say nothing: repeated characters or words, keyboard runs, filler texts, digits only."""

import re

_LETTER = re.compile(r"[^\W\d_]")
_HAN = re.compile("[\u3400-\u9fff]")
_FILLER = re.compile(
    r"\b(?:lorem|ipsum|dolor|sit|amet|consectetur|adipiscing|elit|sed|eiusmod|tempor|incididunt|ut|labore|et|dolore|magna|aliqua"
    r"|enim|minim|veniam|quis|nostrud|exercitation|ullamco|laboris|nisi|aliquip)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?:测试(?:数据|内容|一下|文本)?|试一?试|试验一下|随便(?:写|填)?(?:写|点)?|占位|无内容|test(?:ing)?|foo|bar|baz|xxx+|aaa+|blah)",
    re.IGNORECASE,
)
# What the keys asdf and fdsa give with a Chinese input method.
_MASHED = re.compile("阿斯顿|啊?撒旦法?|啊实打实|阿萨德|萨达|打发斯蒂芬|法撒旦|发生的发|发的撒")
_INTERJECTIONS = frozenset("啊阿哦噢嗯呃哈呵嘿嘻哎唉呀吧呢嘛哇喔嗷哼咦嘎嘟")
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv",
)
_RUN = 4
_MOST = 0.6
_FEW_CHARACTERS = 3


def is_gibberish(text: str) -> bool:
    """Whether a text that is not empty says nothing that a reader could answer."""
    letters = "".join(_LETTER.findall(text)).casefold()
    if not letters:
        return bool(text.strip())
    return (
        _repeats(letters)
        or _share(_FILLER, text, letters) > _MOST
        or _share(_PLACEHOLDER, text, letters) > _MOST
        or _share(_MASHED, text, letters) > _MOST
        or _interjections(letters)
        or (not _HAN.search(text) and _is_mashed(text))
    )


def _repeats(letters: str) -> bool:
    """Few different characters, or one short word again and again."""
    if len(letters) >= 2 * _FEW_CHARACTERS and len(set(letters)) <= _FEW_CHARACTERS:
        return True
    longest = 4 if _HAN.search(letters) else 12
    for period in range(1, longest + 1):
        repeated = letters[:period] * (len(letters) // period + 1)
        if len(letters) >= max(3 * period, 4) and repeated.startswith(letters):
            return True
    most = max(map(letters.count, set(letters)))
    return len(letters) >= 8 and most > _MOST * len(letters)


def _share(pattern: re.Pattern[str], text: str, letters: str) -> float:
    return sum(len(_LETTER.findall(match[0])) for match in pattern.finditer(text)) / len(letters)


def _interjections(letters: str) -> bool:
    return len(letters) >= 2 and sum(char in _INTERJECTIONS for char in letters) > _MOST * len(letters)


def _is_mashed(text: str) -> bool:
    """Whether most words of a text in Latin letters are keyboard runs or can't be pronounced."""
    tokens = re.findall(r"[A-Za-z0-9]+", text)
    words = [token for token in tokens if re.search("[A-Za-z]", token)]
    length = sum(map(len, words))
    bad = sum(len(word) for word in words if _is_run(word.casefold()) or _is_unpronounceable(word))
    return length >= _RUN and bad > length / 2


def _is_run(word: str) -> bool:
    """asdfgh, qwerty, fdsa, 1qaz2wsx: neighbours on the keyboard or in the alphabet."""
    if len(word) < _RUN:
        return False
    runs = 0
    for start in range(len(word) - _RUN + 1):
        part = word[start : start + _RUN]
        if any(part in row or part[::-1] in row for row in _ROWS):
            runs += 1
    return runs > 0 and (runs + _RUN - 1) >= len(word) * _MOST


def _is_unpronounceable(word: str) -> bool:
    """Abbreviations in capitals and words with figures (QT400, PLC) are no noise; xkcdfgt is."""
    if word.isupper() or any(char.isdigit() for char in word):
        return False
    folded = word.casefold()
    without_vowel = len(word) >= _RUN and re.search("[aeiouy]", folded) is None
    return without_vowel or re.search("[bcdfghjklmnpqrstvwxz]{6}", folded) is not None
