"""Markings of state secrets (国家秘密) and of internal papers in text.

State secrets do not belong into this service: not into records, notes or names of files. A marking that
states a degree of secrecy is certain; words that may be such a marking, and markings of internal papers, are asked
about. Business secrets, secrecy agreements and techniques such as confidential computing are neither.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.text.folded_text import FoldedText, Spot

_DEGREE = "(?:绝密|机密|秘密)"
_DENSE = "(?:密|宻|宓|蜜|谧|mi)"
_DISGUISED = f"(?:绝|jue){_DENSE}|(?:机|鸡|杌|ji|[jј]){_DENSE}|(?:秘|mi|[mμм]){_DENSE}|泌[密宻宓]"
"""A degree in pinyin, in first letters, or with a character of the same sound or shape."""
_OF_LOOKS = (
    "(?:jue|[绝机杌鸡秘jјmμм])(?:宻|宓)|[绝杌机鸡秘](?:蜜|谧)(?=级)"
    r"|(?:杌|(?<![a-z\d])(?:ji?|jue|mi?|[јμм]))密"
)
"""A degree that is disguised on purpose, since nothing else is written so."""
_STAR = "[★☆✩✪⭐🌟*※✭✮✯✰⭑🟊]"
_BULLET = "[▲△▶►●○◆◇♦■□→]"
"""Signs that stand where a marking has its star, but in lists as well."""
_NOT_BEFORE = "(?<!商业)(?<!企业)(?<!公司)(?<!技术)(?<!工业)(?<!个人)(?<!银行)(?<!计算)(?<!主)"
_SIGN = "\ua015"
"""Stands for ㊙, which would be folded to 秘."""
_BY_LAW = "国家(?:(?:核心|重要|重大|[一二三]级|军事)?(?:秘密|机密|绝密)|科学技术秘密|科技秘密)"
_TERM = r"(?:\d{1,2}年|\d{1,2}个月|[一二三四五六七八九十]{1,3}年|长期|启用前|解密前)"

_CERTAIN = re.compile(
    rf"{_DEGREE}(?:级)?{_STAR}+{_TERM}?|{_DEGREE}级?[(\[【〔]{_STAR}+[)\]】〕]{_TERM}?"
    rf"|(?<![\u4e00-\u9fff]){_DEGREE}级?{_BULLET}{{1,2}}{_TERM}(?!以?[内来前后])|{_DEGREE}级?[)\]】]{_STAR}+{_TERM}|(?<![\u4e00-\u9fff]){_DEGREE}级?[(\[【]?{_TERM}(?!以?[内来前后])"
    rf"|(?<!{_STAR}){_STAR}+{_DEGREE}(?!武器)"
    rf"|(?<![a-z])(?:{_DISGUISED})级?[)\]】]?{_STAR}+(?:{_TERM}|(?![\da-z*]))"
    rf"|{_SIGN}[)\]】]?(?:{_STAR}+|级|{_TERM})|[(\[【]密件[)\]】]|(?<![\u4e00-\u9fffa-z0-9])密件(?=[:★☆]|\s*$)|(?:本|此|该|属|为|系)密件"
    r"|(?<!不)(?<!未)(?<!非)(?:军用|军事|军队|国防)涉密(?!资质|业务|单位|人员|信息系统|场所|管理|保护)"
    rf"|(?:密级|保密等级|保密级别|涉密等级)(?:为|是|:|定为|确定为|属于?)+(?:{_DEGREE}|{_OF_LOOKS})级?"
    rf"|(?:属于?|系|是|为|定为|列为|划为|确定为|标为|按){_DEGREE}级(?!别)(?:国家秘密|文件|事项|信息|项目|资料|载体|产品|材料|科研)?"
    rf"|{_NOT_BEFORE}{_DEGREE}级(?=$|[^\u4e00-\u9fffa-z0-9])"
    rf"|{_NOT_BEFORE}{_DEGREE}级(?:国家秘密|文件|事项|项目|资料|载体|材料|科研|任务|课题)(?!的?(?:销毁|保护|防护|存储|传输|管理|处理))"
    rf"|(?<!不)(?<!未)(?<!非)(?<!无)(?<!是否)(?:属于?|系|涉及|包含|含有|含|载有|构成)(?:我国)?{_BY_LAW}(?!法|保护|的(?:内容|部分|信息)(?:均?已|全部))"
    rf"|国家秘密[·,,:(]?{_DEGREE}级?"
    r"|(?<!不)(?<!未)(?<!非)(?<!是否)(?:属于?|系|是|为)(?:军工|国防)?涉密(?:项目|文件|资料|内容|信息|技术|课题|产品|载体)"
    r"|(?<!不)(?<!非)(?:本|该)(?:项目|技术|成果|需求|文件|资料|课题)(?:内容)?涉密(?!性)"
    r"|(?:军事|国防|涉军)(?:绝密|机密|秘密)(?!技术)"
    # 电机★密封件 is a list.
    rf"|(?<![\u4e00-\u9fff])[绝机秘](?:(?!\*){_STAR})+密(?=级|文件|事项|资料|[^\u4e00-\u9fff]|$)|[绝机秘]m级?{_STAR}+"
    # 长mm*宽mm is a size.
    rf"|(?<![a-z])[jm]m级?(?:(?!\*){_STAR})+{_TERM}"
)
_NEGATED = re.compile("(?:不|未|非|无|没有|并非|是否|不得|禁止|严禁|不能|不可|勿|避免)[^,。;,;]{0,6}$")
_DOUBTFUL = re.compile(
    rf"{_NOT_BEFORE}{_DEGREE}级(?!别|数)|(?:^|(?<=\n)){_DEGREE}(?=$|{_BULLET}|[\s_\-—:】\]).]|文件|资料|件(?:$|[^\u4e00-\u9fff]))|[(\[【《「“\"]{_DEGREE}[)\]】》」”\"]"
    rf"|{_NOT_BEFORE}(?<!保守)(?<!保)(?<!的){_DEGREE}级?{_TERM}(?!以?[内来前后])"
    rf"|(?:密级|保密等级|保密级别|涉密等级)(?:标识|标志)?[^\w,。;、]{{0,3}}{_DEGREE}|定密[为是:]+{_DEGREE}"
    rf"|(?:定|列|划)为{_DEGREE}(?=$|[^\u4e00-\u9fff]|文件|事项|项目|资料)"
    rf"|(?<![\u4e00-\u9fff]){_DEGREE}级?[,(\[【:·]{{0,2}}保密期限?[为:]?{_TERM}"
    rf"|(?<!保守)(?<!不涉及)(?<!没有涉及)(?<!不属于)(?<!不属)(?<!不含)(?<!未涉及)(?<!不包含)(?<!非){_BY_LAW}(?!法|载体|保护|[::]?(?:否|不|无))"
    r"|(?<!不)(?<!非)(?<!无)(?<!脱)涉密(?:项目|文件|资料|内容|课题|技术|载体|型号|任务|军品|图纸|预研)(?!销毁|管理|保护)"
    r"|(?:型号|产品|任务|图纸)涉密(?=$|[^\u4e00-\u9fff])"
    rf"|(?:文件|资料|材料|项目|内容|信息|图纸|课题|需求|成果)(?:均|都)?(?:属于?|系|是|为){_DEGREE}(?=$|[^\u4e00-\u9fff])"
    r"|(?<![\u4e00-\u9fff])(?:绝密|机密)(?:项目|课题|任务|型号)|密级[:为是]内部|(?:此|(?<![样基成标副])本)件(?:不予?公开|依申请公开)"
    r"|内部(?:资料|文件|材料|使用|传阅|参考|刊物)[,,。·\-—:]*(?:注意保密|请?勿外传|严禁外传|不得外传|妥善保管|注意保存|不得公开|不得对外)|(?:仅供|限于?)内部(?:使用|传阅|参考|交流)"
    rf"|{_SIGN}(?![方籍笈制])|(?<![精致紧严稠加周缜细机秘绝亲私])密件(?!抄|抄送)|(?<!不)(?<!非)(?<!无)(?<!不属于)(?<!不属)(?<!不涉及)(?<!未涉及)(?<!不含)(?:军用|军工|军事|国防)涉密(?!资质|业务|单位|人员|信息系统|场所|管理|保护)"
    rf"|(?<![\u4e00-\u9fff])[绝机秘]\*+密(?=级|文件|事项|资料|[^\u4e00-\u9fff]|$)"
    r"|(?:密级|保密等级|保密级别|涉密等级)(?:为|是|:)+[jm]m(?![a-z])"
    rf"|(?:{_OF_LOOKS})(?:级|文件|资料|项目|事项|$|(?=[^\u4e00-\u9fff\w]))"
    rf"|(?<![a-z])(?:绝mi|机mi|秘mi|ji密|jue密)级?"
    r"|(?:注意|请勿外传,?注意)保密(?!协议|条款|期)|工作秘密|(?:不得|请勿|严禁|禁止)外传"
    rf"|(?:核心|普通)商密|商密{_STAR}+|\btop[\s\-]*secret\b|\bsecret\s*//|\bclassifi(?:ed|cation)\s*:\s*(?:secret|confidential)\b|(?<!not\s)(?<!no\s)\bstate\s+secrets?\b|\bclassified\s+(?:information|document|project|military)"
)

# One of these characters or words is in every marking, as it is written before folding.
_MAYBE = re.compile(
    "[密宻宓蜜谧㊙内內传傳]|[绝絕机機秘祕杌][mｍ]|[此本]件|secret|classified|[mｍ][iｉīíǐì]|[jｊ][mｍ]",
    re.IGNORECASE,
)

_MARGIN = 60


@dataclass(frozen=True, slots=True)
class Marking:
    """One place that marks the text as a state secret (`certain`), or as possibly so or as internal. The word is as it
    stands in the text."""

    spot: Spot
    word: str
    certain: bool

    @property
    def refusal(self) -> tuple[str, str]:
        """Why a text with a certain marking is refused, in Chinese and English."""
        return (
            f"“{self.word}”表明内容属于国家秘密。国家秘密依法不得在本平台保存、处理和传递；请删除涉密内容，"
            "经本单位保密部门审查、确认不涉密后再填写。",
            f"'{self.word}' marks the content as a state secret, which must not be stored or sent here. Remove the "
            "secret content, and enter the text after your secrecy office has cleared it.",
        )


def find_markings(text: str) -> Iterator[Marking]:
    """The markings of a text in order, without those inside another one."""
    for begin, end in _passages(text):
        for (start, stop), certain in _markings(FoldedText(text[begin:end].replace("㊙", _SIGN))):
            yield Marking((begin + start, begin + stop), text[begin + start : begin + stop], certain)


def _passages(text: str) -> Iterator[Spot]:
    """The parts of the text that may have a marking, with what surrounds them; folding all of it would take longer."""
    begin, end = 0, 0
    for match in _MAYBE.finditer(text):
        if match.start() - _MARGIN > end:
            if end:
                yield begin, end
            begin = match.start() - _MARGIN
        end = min(match.end() + _MARGIN, len(text))
    if end:
        yield begin, end


def _markings(folded: FoldedText) -> list[tuple[Spot, bool]]:
    found = [
        (reading.spot(match), certain)
        for pattern, certain, readings in (
            (_CERTAIN, True, (folded.joined, folded.tight)),
            (_DOUBTFUL, False, (folded.plain, folded.joined)),
        )
        for reading in readings
        for match in pattern.finditer(reading.text)
        if not (certain and _NEGATED.search(reading.text[max(match.start() - 10, 0) : match.start()]))
    ]
    kept: list[tuple[Spot, bool]] = []
    for spot, certain in sorted(found, key=lambda one: (not one[1], one[0][0], -one[0][1])):
        if not any(spot[0] < end and start < spot[1] for (start, end), _ in kept):
            kept.append((spot, certain))
    return sorted(kept)
