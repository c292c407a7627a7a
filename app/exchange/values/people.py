"""Names of people."""

import re

from app.exchange.values.readings import ValueNote, ValueReading, parts_of

_PADDED = re.compile(r"^([\u3400-\u9fff\U00020000-\U0003ffff])[\s　]+([\u3400-\u9fff\U00020000-\U0003ffff])$")
_TITLE = re.compile(r"(?:先生|女士|教授|研究员|工程师|博士|等)$")
_TEAM = re.compile(
    r"^(?:.*(?:大学|学院|研究院|研究所|学部|系|中心|实验室|公司)\s+)?(\S{2,4}?)(?:教授|研究员|博士|老师)?(?:科研|创新|研发)?(?:团队|课题组|项目组)$"
)
_ROLE = re.compile(r"[（(][^（）()]*[）)]")


def read_person(text: str) -> ValueReading:
    """A person's name. The blank in a name of two characters that was padded to three is removed."""
    name = _ROLE.sub("", text).strip(" 　\n\t:：,，;；")
    if match := _PADDED.match(name):
        note = ValueNote("padded_name", "姓名中的空格已去掉", "the blank inside the name was removed")
        return ValueReading(match[1] + match[2], note)
    return ValueReading(re.sub(r"\s+", " ", name))


def read_people(text: str) -> list[str]:
    """The names of a list of people, in order and without repetition."""
    parts = (_TEAM.sub(r"\1", part.strip()) for part in parts_of(text))
    names = [str(read_person(part).value) for part in parts]
    return list(dict.fromkeys(_TITLE.sub("", name) if len(name) > 3 else name for name in names if name))
