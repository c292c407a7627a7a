"""Words that mark a cell, a row or a whole list as a state secret."""

import re

from app.exchange.values.readings import compact
from app.text.state_secrets import find_markings

_DEGREE = "(?:绝密|机密|秘密|涉密|国防专利|军工涉密)"
_ALONE = re.compile(rf"^[（(\[【〔]?{_DEGREE}级?[）)\]】〕]?$")
_AT_AN_END = re.compile(rf"^[（(\[【〔]{_DEGREE}级?[）)\]】〕]|[（(\[【〔]{_DEGREE}级?[）)\]】〕]$")


def is_secret_mark(text: str) -> bool:
    """Whether a text marks what it belongs to as a secret: a degree alone, or a marking that leaves no doubt."""
    return _ALONE.match(compact(text)) is not None or any(one.certain for one in find_markings(text))


def is_secret_name(text: str) -> bool:
    """Whether a name or remark has a degree in brackets at one end. Inside a text it may be about such documents."""
    return _AT_AN_END.search(compact(text)) is not None
