"""Numbers of intellectual property rights inside a text."""

import re
import unicodedata
from dataclasses import dataclass

from app.exchange.values.readings import ValueReading, is_empty_word
from app.libraries.validation.values.patents import patent_check_digit, read_ip_number

_NUMBERS = re.compile(
    r"(?:(?:ZL|CN)\s*)?(?:(?:19|20)\d{2}[\s.]?[12389][\s.]?\d{7}|\d{2}[12389]\d{5})\s*(?:\.\s*)?[\dX](?![\dA-Z])"
    r"|(?:(?:软著登字第|软著登字|软著登|软著)\s*)?(?:19|20)\d{2}SR\d{6,7}|软著登字第?\d{7,8}号?"
    r"|PCT/[A-Z]{2}\d{4}/\d{5,6}|WO\s?\d{4}/?\d{5,6}(?:A\d)?"
    r"|(?<![A-Z])(?:US|EP|JP|KR|DE|GB|FR|AU|CA)\s?[\d,]{5,12}(?:\s?[A-Z]\d?)?(?![A-Z\d])"
)
_STATUS = re.compile("实审|实质审查|公开|受理|申请中|已授权|授权|有效|失效|终止|驳回|撤回|放弃|届满|无效")
LAPSED = re.compile("失效|终止|驳回|撤回|放弃|届满|无效(?!宣告请求)|避免重复授权")
PENDING = re.compile("实审|实质审查|公开|受理|申请中|在审|审中")


@dataclass(frozen=True, slots=True)
class Right:
    """A right: normalised number, type of the vocabulary ip_types (None: a foreign patent), and status in words."""

    number: str
    type: str | None
    status: str = ""


def read_rights(text: str) -> ValueReading:
    """The rights in a text. A patent number with a wrong check digit is a warning and is left out."""
    reading = ValueReading([])
    if is_empty_word(text):
        return reading
    folded = unicodedata.normalize("NFKC", text).upper().replace("。", ".")
    seen = set()
    spans = list(_NUMBERS.finditer(folded))
    for index, match in enumerate(spans):
        number = read_ip_number(re.sub(r"\s", "", match[0]))
        if number.number in seen:
            continue
        seen.add(number.number)
        if number.family == "patent" and not number.verified:
            digits = number.number.removeprefix("ZL").split(".")[0]
            reading.warn(
                "patent_check",
                f"专利号 {match[0].strip()} 校验位不符（应为 {patent_check_digit(digits)}），未采用，请核对。",
                f"The check digit of {match[0].strip()} should be {patent_check_digit(digits)}; left out.",
            )
            continue
        end = spans[index + 1].start() if index + 1 < len(spans) else len(folded)
        status = _STATUS.search(folded[match.end() : end])
        reading.value.append(Right(number.number, number.ip_type, status[0] if status else ""))
    if not spans and re.search(r"\d{6,}", folded):
        reading.warn(
            "right_number",
            f"知识产权号“{text[:40]}”无法识别，应如 ZL201310699744.2 或 2021SR0672215。",
            f"The number of the right '{text[:40]}' cannot be read.",
        )
    return reading
