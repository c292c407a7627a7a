"""Free text: cleaned where nothing is lost, refused if it contains hidden characters."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.libraries.search.tokenizer import words
from app.libraries.validation.errors import field_error
from app.text.radicals import without_radicals

MAX_KEYWORDS = 10
MAX_KEYWORD_LENGTH = 20

_SPACES = re.compile(r"\s+")
_INNER_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_BREAKS = re.compile("\r\n|\r|\x85|\u2028|\u2029")

# Invisible characters that change what a reader sees or hide a word from search: zero-width characters, bidirectional
# controls, soft hyphens, word joiners, tags. Emoji joiners are included, because records do not need them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@lru_cache(maxsize=8192)
def is_hidden(char: str) -> bool:
    """Whether `char` is a control character (other than newline and tab), lone surrogate, noncharacter or invisible."""
    if char in "\n\t":
        return False
    noncharacter = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return noncharacter or unicodedata.category(char) in ("Cc", "Cs") or _INVISIBLE.match(char) is not None


def refuse_hidden(text: str) -> None:
    """Raise an error with the code point of the first hidden character (see `is_hidden`)."""
    if text.replace("\n", "").replace("\t", "").isprintable() and _INVISIBLE.search(text) is None:
        return
    for char in text:
        if unicodedata.category(char) == "Cs":
            raise field_error(
                "text_surrogate",
                zh="文本编码有误，请重新输入。",
                en="The text encoding is invalid; enter the text again.",
            )
        if is_hidden(char):
            point = f"U+{ord(char):04X}"
            raise field_error(
                "text_hidden_character",
                zh=f"文本含有不可见的控制字符（{point}），请删除后重试。",
                en=f"The text contains an invisible control character ({point}). Remove it.",
                character=point,
            )


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", without_radicals(text))


def clean_line(text: str) -> str:
    """NFC, trimmed, each run of white space reduced to one space; hidden characters are refused."""
    text = _LINE_BREAKS.sub("\n", text)
    refuse_hidden(text)
    return _SPACES.sub(" ", _composed(text)).strip()


def clean_block(text: str) -> str:
    """NFC, LF line ends, trimmed lines, at most one blank line in a row; hidden characters are refused."""
    text = _LINE_BREAKS.sub("\n", text)
    refuse_hidden(text)
    text = _INNER_SPACES.sub(" ", _composed(text))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def check_length(text: str, minimum: int, maximum: int) -> str:
    """Check the length in characters after cleaning; both limits are inclusive."""
    if not text and minimum:
        raise field_error("text_missing", zh="此项必填。", en="This field is required.")
    if len(text) < minimum:
        raise field_error(
            "text_too_short",
            zh=f"至少 {minimum} 个字，现有 {len(text)} 个字。",
            en=f"At least {minimum} characters are required; there are {len(text)}.",
            minimum=minimum,
        )
    if len(text) > maximum:
        raise field_error(
            "text_too_long",
            zh=f"最多 {maximum} 个字，现有 {len(text)} 个字。",
            en=f"At most {maximum} characters are allowed; there are {len(text)}.",
            maximum=maximum,
        )
    return text


@dataclass(frozen=True, slots=True)
class TextRule:
    """Annotation for cleaned text with length limits, which also appear in the JSON schema:
    `Annotated[str, TextRule(4, 60)]`."""

    minimum: int
    maximum: int
    multiline: bool = False

    def __call__(self, text: str) -> str:
        cleaned = clean_block(text) if self.multiline else clean_line(text)
        return check_length(cleaned, self.minimum, self.maximum)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # A before validator: otherwise pydantic would refuse a lone surrogate first, with an English message only.
        return core_schema.no_info_before_validator_function(
            lambda value: self(value) if isinstance(value, str) else value, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        json_schema = handler(schema)
        json_schema.update({"minLength": self.minimum, "maxLength": self.maximum})
        return json_schema


def check_title(text: str) -> str:
    """Check that a title has 4–60 characters and content: at least two different letters besides filler such as 某 or
    测试."""
    cleaned = TextRule(4, 60)(text)
    substance = re.sub(r"[某测试\W\d_]|test", "", cleaned, flags=re.IGNORECASE)
    if len(set(substance)) < 2:
        raise field_error(
            "title_says_nothing",
            zh="名称没有实质内容，请写明对象和技术，如“泵体铸件自动打磨技术”。",
            en="The title has no content; name the object and the technology.",
        )
    return cleaned


def check_has_words(text: str) -> str:
    """Check that the text has at least one word that can be matched, i.e. not only signs and words such as 的, 可以 or
    the."""
    if not words(text):
        raise field_error(
            "text_without_words",
            zh="文字中没有可用于匹配的词，请写明对象和问题，如“泵体铸件打磨粉尘大”。",
            en="The text contains no words usable for matching; name the object and the problem.",
        )
    return text


def check_keywords(values: Any, maximum: int = MAX_KEYWORDS) -> Any:
    """Check 1–`maximum` keywords of 1–20 characters and drop duplicates; other types are left to pydantic."""
    if not isinstance(values, (list, tuple)):
        return values
    rule = TextRule(1, MAX_KEYWORD_LENGTH)
    unique: dict[str, str] = {}
    for value in values:
        if not isinstance(value, str):
            return values
        word = rule(value)
        unique.setdefault(unicodedata.normalize("NFKC", word).casefold(), word)
    if not unique:
        raise field_error("keywords_missing", zh="至少填写 1 个关键词。", en="Enter at least one keyword.")
    if len(unique) > maximum:
        raise field_error(
            "keywords_too_many",
            zh=f"关键词最多 {maximum} 个，现有 {len(unique)} 个。",
            en=f"At most {maximum} keywords are allowed; there are {len(unique)}.",
        )
    return list(unique.values())


def _title(value: Any) -> Any:
    return check_title(value) if isinstance(value, str) else value


Title = Annotated[str, BeforeValidator(_title)]
ShortLine = Annotated[str, TextRule(1, 100)]
PersonName = Annotated[str, TextRule(2, 30)]
Paragraph = Annotated[str, TextRule(0, 500, multiline=True)]
Keywords = Annotated[list[str], BeforeValidator(check_keywords)]
