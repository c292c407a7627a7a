"""Tokenizer for Chinese and English text, shared by full-text search and lexical matching. Deterministic."""

import re

import rjieba

from app.text.folding import fold

# A number with its unit is one word ("0.4mpa", "300mg/m3") unless a line break separates them; so is a material grade
# ("adc12").
_LATIN = re.compile(
    r"\d+(?:\.\d+)?[ ]?(?:%|°c|[a-zμ°ω][a-z0-9μ°ω]*(?:/[a-z][a-z0-9]*)?)"
    r"|[a-z][a-z0-9]*(?:[-_+.][a-z0-9]+)*"
    r"|\d+(?:\.\d+)?"
)
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_TOKEN = re.compile(f"{_LATIN.pattern}|{_CHINESE.pattern}")
# Scanned pages put a space after every character.
_SPACED_CHINESE = re.compile(
    r"(?<![\u3400-\u9fff])(?:[\u3400-\u9fff][^\S\n]+){2,}[\u3400-\u9fff](?![\u3400-\u9fff])"
)
_SPACE = re.compile(r"\s+")

_STOP_WORDS = """
    的 了 和 与 及 或 在 是 有 为 对 将 可 由 从 到 按 被 把 给 向 等 并 其 该 此 这 那 也 都 就 还 又
    再 很 更 最 不 没 无 未 能 会 要 想 做 用 使 让 以 于 之 上 下 中 内 外 前 后 个 种 项 套 台 次 家
    们 我 我们 他 它 我司 公司 一 一种 一个 两 几 多 各 每 某 现 现有 目前 现在 以上 以下 以内 以及 通过
    采用 进行 实现 具有 可以 能够 需要 希望 相关 有关 用于 适用 适用于 其中 但 但是 而 因 因为 所以 如
    如果 则 且 达到 达 左右 大 小 高 低 好 较 比 处 时
    a an and are as at be by can for from has have in into is it its of on or than that the their this
    to was were which with without we our using used use via not no more less
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def normalise(text: str) -> str:
    """The comparison form: width, case, traditional characters and invisible ones make no difference."""
    return fold(text)


def words(text: str) -> list[str]:
    """Words in reading order with repeats; Chinese in jieba's search mode (long words and their parts)."""
    tokens: list[str] = []
    joined = _SPACED_CHINESE.sub(lambda run: _SPACE.sub("", run.group()), normalise(text))
    for match in _TOKEN.finditer(joined):
        token = match.group()
        if "\u3400" <= token[0] <= "\u9fff":
            tokens.extend(word for word in rjieba.cut_for_search(token) if word not in STOP_WORDS)
        elif token not in STOP_WORDS and not _is_small_number(token):
            tokens.append(token.replace(" ", ""))
    return tokens


def _is_small_number(token: str) -> bool:
    # "3" and "15" occur everywhere; "304" and "6063" are material grades.
    return len(token) < 3 and token.isdigit()
