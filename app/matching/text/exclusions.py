"""Exclusions: clauses of a demand that say what is not wanted ("不需要漏液检测,我们要…").

To vectors and words they are text about that very thing, so they would attract it. A requirement that something need
not be done ("不需要停机", "无需人工示教") is no exclusion and stays.
"""

import re

_SENTENCES = re.compile(r"[^。；！？\n;!?]+[。；！？\n;!?]*")
_CLAUSES = re.compile(r"[^，,]+[，,]*")
_ENGLISH_SENTENCES = re.compile(r"[^.;!?\n]+(?:[.;!?\n]+|$)")
_BEFORE = r"(?:请|我们|我司|我方|也|并|但|先|都|更|又|暂时|目前|现在|千万|绝)*"
_STARTS = re.compile(
    rf"^\s*{_BEFORE}(?:不需要|不想要|不要|不考虑|不找|不求购|不是要|无需|[勿别](?:再)?(?=推|介绍))(?:再)?(?:来)?"
    r"(?:推荐|推销|推|介绍|提供|提)?(?P<thing>[^，,。；]{3,})$"
)
_ENDS = re.compile(
    r"^.{4,}?(?:请|都|也|就|先|更)*(?:"
    r"(?:不要|不需要|不想要)(?:再)?(?:来)?(?:推荐|推销|推|介绍|提)?|[别勿](?:再)?(?:来)?(?:推荐|推销|推|介绍)"
    r"|免谈|用不上|用不着|不对路|不对题|不考虑|不是我们要的"
    r")(?:了)?$"
)
# Said of the clauses before it in the same sentence.
_ALL_BEFORE = re.compile(r"^(?:请|都|也|就|先|更)*(?:不要|别)再?(?:推荐|推销|推|介绍)(?:了)?$")
# What need not be done is a requirement, unless a kind of solution is named that would do it ("不要换引擎的方案").
_EFFORT = re.compile(
    r"^(?:再|另外|另行|额外|任何|大量|频繁|经常)*"
    r"(?:停|换|更换|改|拆|动|加|增|拉|接|布|开|打|用|使用|依赖|采用|人工|人员|示教|重新|返工|破坏|影响|新建|新增|"
    r"编程|标定|校准|预热|清洗|操作|维护|培训|通电|供电|专人|大改|太|外接|外加|二次)"
)
# A longer thing is the name of a solution ("不需要用于高炉的红外测温系统").
_LONGEST_EFFORT = 10
_SOLUTION = re.compile(
    r"的(?:\S{0,4})(?:方案|设备|系统|产品|技术|工艺|装置|仪器|软件|机器|方法|办法|路子|平台|东西|一类|那类)"
)
_ENGLISH = re.compile(
    r"^\s*(?:(?:we|they|it)\s+)?(?:(?:do|does)\s+not|don't|doesn't|no\s+longer|not)\s+"
    r"(?:need|want|look(?:ing)?\s+for|interested\s+in)\s+\w+(?:\s+\S+)*|^\s*no\s+need\s+(?:for|of)\s+\w+",
    re.IGNORECASE,
)
# A demand of which less would remain is left as it is.
_LEAST_LETTERS = 8


def wanted(text: str) -> str:
    """The text without clauses that exclude something; the text itself if hardly anything would remain."""
    kept, excluded = _split(text)
    return kept if excluded else text


def unwanted(text: str) -> list[str]:
    """The clauses that `wanted` leaves out, in reading order."""
    return _split(text)[1]


def _split(text: str) -> tuple[str, list[str]]:
    kept: list[str] = []
    excluded: list[str] = []
    for sentence in _SENTENCES.findall(text):
        if sentence.isascii():
            parts, excludes = _ENGLISH_SENTENCES.findall(sentence), _excludes_in_english
        else:
            parts, excludes = _CLAUSES.findall(sentence), _excludes
        said: list[str] = []
        for part in parts:
            if _ALL_BEFORE.match(_bare(part)):
                excluded += [*said, part]
                said = []
            else:
                (excluded if excludes(part) else said).append(part)
        kept += said
    rest = "".join(kept)
    if not excluded or sum(map(str.isalnum, rest)) < _LEAST_LETTERS:
        return text, []
    return rest.strip(), [_bare(part) for part in excluded]


def _bare(clause: str) -> str:
    return clause.strip(" ，,。；！？;!?.\n")


def _excludes(clause: str) -> bool:
    said = _bare(clause)
    if _ENDS.match(said):
        return True
    starts = _STARTS.match(said)
    if starts is None:
        return False
    thing = starts["thing"]
    return len(thing) > _LONGEST_EFFORT or not _EFFORT.match(thing) or _SOLUTION.search(thing) is not None


def _excludes_in_english(clause: str) -> bool:
    return _ENGLISH.match(clause) is not None
