"""Several unrelated problems in one demand: the parts into which it should be split."""

import re

from app.libraries.demands.clarity_words import pattern

# Words that announce one more problem: 另外, 此外还有, 二是, (2), 2、.
_MORE = re.compile(
    r"^(?:另外|此外|除此之外|还有(?:一个|个)?(?:问题|难题|就是|[，,:：])|再就是|再有|再者|另|同时还|也想|顺便|其次|最后|第[一二三四五六七八九十]+[,，、]?|[一二三四五六七八九]是|\(\d{1,2}\)|（\d{1,2}）|\d{1,2}[、.)）]"
    r"|[①-⑳]|also|besides|in addition|moreover|another|we also|first|second|third|finally)",
    re.IGNORECASE,
)
_END = re.compile(
    r"[。；;！!？?]|\n\s*\n|\n(?=\s*[(（①-⑳\d一二三四五六])|(?<=[a-z])\.\s|(?=[一二三四五六七八九]是(?!否))|(?=[（(]\d{1,2}[)）])|(?=[①-⑳])|(?<=[\s，,：:])(?=\d{1,2}[、)）])"
    r"|[，,](?=(?:另外|此外|再就是))"
)
_FAULT = re.compile(
    "难|[接跟忙来]不|高发|多发|不[了够良稳足准均齐能会耐高好牢行]|漏|裂|坏|超标|偏[高低大小差]|慢|少|缺|断|卡|堵|锈|泡|孔|变形|故障|误|损|异[常响]|脱落|发热|返修|返工|投诉|低$|差$|高$|多$|严重"
    "|fail|crack|peel|stuck|leak|stick|too |poor|slow|low |high |break|wear|rust|cannot|defect|noise",
    re.IGNORECASE,
)
_COMMON = frozenset(
    {
        "问题",
        "解决",
        "希望",
        "需要",
        "要求",
        "技术",
        "公司",
        "我们",
        "现在",
        "目前",
        "设备",
        "产品",
        "生产",
        "使用",
        "工艺",
        "提高",
        "降低",
        "影响",
        "客户",
        "企业",
        "开发",
        "研发",
        "系统",
        "控制",
        "导致",
        "严重",
        "不能",
        "容易",
        "造成",
        "人工",
        "经常",
        "不高",
        "不稳",
        "稳定",
    }
)
_STOP_WORDS = frozenset(
    {
        "the",
        "and",
        "for",
        "with",
        "from",
        "that",
        "this",
        "our",
        "are",
        "was",
        "need",
        "needs",
        "want",
        "also",
        "have",
        "has",
        "too",
        "which",
        "when",
        "very",
        "not",
        "but",
    }
)
_NEED = re.compile("希望|想[要用把做让]|需要?|寻求|求购|need|want|looking for", re.IGNORECASE)
# Words that refer to what was said before: the sentence continues the same story.
_REFERS = re.compile(
    r"[它这那其又还也再只连]|以前|后来|结果|每天|一到|试过|\b(?:it|its|they|this|that|these|those|then|also|still|but|so|even)\b",
    re.IGNORECASE,
)
_SHORTEST = 5
_LONGEST = 30
_ENOUGH = 3
MAX_PARTS = 8


def separate_problems(text: str) -> tuple[str, ...]:
    """The problems of a text that have nothing in common, in order; empty if it states one problem.

    A part states a fault or a need of its own and shares no word with another part. Two parts are separate problems if
    the second one is announced as a further one (另外, 此外, 二是), three also if each is short and refers to nothing
    before it. A story of one problem in many sentences is not split.
    """
    parts: list[tuple[str, bool, frozenset[str]]] = []
    for piece in _END.split(text):
        stripped = (piece or "").strip(" \t，,、:：.")
        if not stripped:
            continue
        announced = _MORE.match(stripped)
        bare = _MORE.sub("", stripped).strip(" \t，,、:：.")
        words = _words(bare)
        states = _states_problem(bare) or (announced is not None and _NEED.search(bare) is not None)
        if parts and (len(bare) < _SHORTEST or not states):
            # An explanation belongs to the problem before it.
            name, further, known = parts[-1]
            parts[-1] = (name, further, known | words)
            continue
        parts.append((bare, announced is not None, words))
    if len(parts) < 2 or len(_unrelated(parts)) < len(parts):
        return ()
    announced_parts = sum(further for _, further, _ in parts)
    alone = len(parts) >= _ENOUGH and all(_stands_alone(name) for name, _, _ in parts)
    if announced_parts < len(parts) - 1 and not alone:
        return ()
    return tuple(name for name, _, _ in parts[:MAX_PARTS])


def _stands_alone(text: str) -> bool:
    limit = _LONGEST if re.search("[\u4e00-\u9fff]", text) else 3 * _LONGEST
    return len(text) <= limit and len(re.findall("[，,]", text)) <= 1 and _REFERS.search(text) is None


def _states_problem(text: str) -> bool:
    return _FAULT.search(text) is not None or pattern("problem").search(text) is not None


def _unrelated(
    parts: list[tuple[str, bool, frozenset[str]]],
) -> list[tuple[str, bool, frozenset[str]]]:
    return [
        part
        for index, part in enumerate(parts)
        if all(part[2].isdisjoint(other[2]) for other in (*parts[:index], *parts[index + 1 :]))
    ]


def _words(text: str) -> frozenset[str]:
    """Latin words and pairs of neighbouring Chinese characters, without the most common ones."""
    latin = {word for word in re.findall("[a-z]{3,}", text.casefold()) if word not in _STOP_WORDS}
    pairs = {
        run[start : start + 2]
        for run in re.findall("[\u4e00-\u9fff]+", text)
        for start in range(len(run) - 1)
    }
    return frozenset(latin | (pairs - _COMMON))
