"""How many mentions of an organisation the leak check finds, and how often it asks about texts that name nobody.

Names and texts of even places served for tuning; the figures here are of the others.
"""

import itertools
import json
import random

import pytest

from app.libraries.validation.leaks.leak_check import Leak, LeakKind, OwnerNames, find_leaks, texts_of
from tests.libraries.validation.leaks import innocent_texts
from tests.libraries.validation.leaks.names import Known, by_hand, made
from tests.support.paths import SHARED_DATA

RECALL = 0.99
QUESTIONS = 0.02
REFUSALS = 0.002

NAMES = [*by_hand(), *made(400, seed=7)]
TUNED, UNSEEN = NAMES[::2], NAMES[1::2]

JINAN = SHARED_DATA / "jinan"
TEXT_FIELDS = ("title", "summary", "advantages", "applications", "description", "targets", "keywords")

MENTIONS = (
    "{}的铸件打磨粉尘大,靠人工效率低。",
    "我们{}做阀体,密封面堆焊后有裂纹。",
    "泵体出现渗漏,{}多次更换密封件仍未解决。",
    "本公司({})主要生产压力容器。",
    "{}公司现有员工三百人,想改造生产线。",
    "由{}提出,在现有产线上验证。",
    "生产厂家:{}",
    "希望与高校一起解决{}热处理变形的问题",
    "现由{}承担中试,缺少检测手段。",
    "“{}”牌产品在北方市场占有率第一。",
)


def texts() -> list[str]:
    own = innocent_texts.TEXTS.strip().split("\n")
    shared = [
        "。".join(texts_of({field: record[field] for field in TEXT_FIELDS if field in record}).values())
        for kind in ("achievements", "demands")
        for file in sorted(JINAN.glob(f"*/{kind}.jsonl"))
        for record in map(json.loads, file.read_text(encoding="utf-8").splitlines())
    ]
    return [*own, *shared]


def leaks(text: str, name: str) -> list[Leak]:
    return find_leaks({"main_problem": text}, OwnerNames(name))


def missed(names: list[Known]) -> tuple[list[tuple[str, str]], int]:
    """Mentions that are not found, and how many there are."""
    lost, total = [], 0
    for known in names:
        forms = (known.name, *known.called)
        for form, template in zip(itertools.cycle(forms), MENTIONS * len(forms), strict=False):
            text = template.format(form)
            place = text.index(form)
            total += 1
            found = leaks(text, known.name)
            if not any(leak.start < place + len(form) and leak.end > place for leak in found):
                lost.append((known.name, text))
    return lost, total


@pytest.mark.parametrize("names", [TUNED, UNSEEN], ids=["tuned", "unseen"])
def test_mentions_are_found(names: list[Known]) -> None:
    lost, total = missed(names)
    assert 1 - len(lost) / total >= RECALL, (len(lost), total, lost[:40])


def answers_to_innocent_texts(
    half: int,
) -> tuple[list[tuple[str, str]], list[tuple[str, LeakKind, str]], int]:
    """What is asked about and refused in the texts of a half, each with twelve of its names, and how many there are."""
    names = (TUNED, UNSEEN)[half]
    random_ = random.Random(11)
    asked, refused, total = [], [], 0
    for text in texts()[half::2]:
        for known in random_.sample(names, 12):
            found = leaks(text, known.name)
            total += 1
            asked += [(known.name, leak.excerpt) for leak in found if not leak.certain][:1]
            refused += [(known.name, leak.kind, leak.excerpt) for leak in found if leak.certain][:1]
    return asked, refused, total


@pytest.mark.parametrize("half", [0, 1], ids=["tuned", "unseen"])
def test_texts_that_name_nobody_are_rarely_asked_about(half: int) -> None:
    asked, refused, total = answers_to_innocent_texts(half)
    assert len(asked) / total <= QUESTIONS, (len(asked), total, asked[:40])
    assert len(refused) / total <= REFUSALS, (len(refused), total, refused[:40])
