"""Numbers that are no figures: standards, dates, telephone and patent numbers, model codes and grades, list numbers.

These spans are taken out of a text before its quantities are read.
"""

import re
from functools import cache

STANDARD = re.compile(
    r"(?:按照?|依据|参照|符合|采用|执行|per|according to|(?<!\s))\s*+"
    r"((?<![A-Za-z])(?:GB|ISO|ASTM|IEC|IEEE|JB|HG|YB|YY|QC|QB|SY|SH|NB|NY|HJ|CJ|JC|TB|DL|DIN|JIS|SAE|API|UL|EN|DB\d{2}|[TQ]/[A-Z\d]{1,9})"
    r"(?:/[TZ])?[ \-]?[A-Z]?\d[\d.\-—–:]*\d)(?:\([^()]{1,8}\))?"
    r"\s*(?:标准|方法|测试|检测)?",
    re.IGNORECASE,
)

_YEAR = r"(?<![\d.])(?:19|20)\d{2}"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DATES = (
    rf"{_YEAR}\s*年?\s*(?:[~\-–—至到]\s*(?:19|20)\d{{2}}\s*)年(?:度|底|初|末|前)?",
    rf"{_YEAR}\s*年\s*(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?:\s*\d{{1,2}}[日号]?)?(?:底|初|上旬|中旬|下旬|前)?",
    rf"{_YEAR}\s*年(?:度|底|初|末|前|以来|起)?",
    rf"{_YEAR}[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:[0-2]?\d|3[01]))?(?![\d.])",
    r"(?<![\d.≥≤><=])(?:0?[1-9]|1[0-2])月(?:[0-3]?\d[日号]|份|底|初|上旬|中旬|下旬)",
    r"(?<![\d.≥≤><=于过少多到达])(?:0?[1-9]|1[0-2])月(?![A-Za-z])",
    rf"\b(?:Q[1-4]|(?:{_MONTHS})[a-z]*\.?(?:\s+\d{{1,2}},?)?|by|in|until|since|before)\s+(?:19|20)\d{{2}}\b",
    r"(?<![\d.])(?:[01]?\d|2[0-4]):[0-5]\d(?!\d)",
    "[十二三四五六七八九]+月(?:份|底|初|上旬|中旬|下旬)",
)
_CONTACTS = (
    r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)",
    r"(?<![\d.])\(?0\d{2,3}\)?[- ]\d{7,8}(?:-\d{1,5})?(?!\d)",
    r"(?<!\d)[48]00[- ]?\d{3,4}[- ]?\d{3,4}(?![\d.])",
    r"[\w.+-]+@[\w-]+\.[\w.]+",
    r"https?://[^\s\u4e00-\u9fff]+|www\.[^\s\u4e00-\u9fff]+",
    r"\b(?:ZL|CN|US|EP|WO|PCT/CN)\s?\d{6,}[\d.]*[A-Z]?\d?",
    r"(?<![\d.])\d{16,}(?![\d.])",
    # A version, a clause of a standard, an address of a network: 0.5.3, 192.168.1.20.
    r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.])",
)
# Letters whose attached number is their value, not part of a code: HRC58, Ra0.4, pH6.5, DN300.
_VALUED = (
    "HRC|HRB|HRA|HV|HBW|HB|HS|HL|Ra|Rz|Rq|pH|PH|DN|COP|PUE|COD|BOD|TOC|TDS|SS|VOCs?|RSD|CV|CNY|RMB|USD|EUR"
    "|PN|SNR|PSNR|AUC"
)
_CODES = (
    # 6061-T6, 304不锈钢, 45号钢, 40Cr, 65Mn, 20CrMnTi.
    r"(?<![\d.])\d{4}-[TOHF]\d{0,4}(?![A-Za-z\d])",
    r"(?<![\d.])\d{2,4}[A-Z]{0,2}(?=\s*(?:不锈钢|铝合金|铝板|铝材|合金钢|轴承钢|(?:号|#)?钢(?![丝板带管筋材])))",
    r"(?<![\d.])\d{1,3}(?:Cr|Mn|Si|Ni|Mo|CrMo|CrMn|SiMn|Ti)[A-Za-z\d]*",
    r"(?<![\d.])(?:2\.5|[2-6])[DGCRS](?![A-Za-z·/\d])",
    r"(?<![\d.])[248]K(?=\s*(?:视频|高清|超高清|分辨率|屏|画质|显示|图像|摄像|相机))",
    # QT400-18, Q345B, M8, IP67, PA66, Ti6Al4V, XK-7132, CO2. A chemical formula is a code as well.
    rf"(?<![A-Za-zμΩ\d/·.^%])(?!(?:{_VALUED})\s?-?\d)[A-Za-zΔ]+(?:-?\d+(?:\.\d+)?[A-Za-z]*)+(?:[-/][A-Za-z]*\d+[A-Za-z]*)*(?![A-Za-z])",
    r"(?<![A-Za-z])(?:PM\s?2\.5|BOD5|VOCs?2)",
    r"第\s*\d+(?:\.\d+)*(?:\s*[~\-–—至到]\s*\d+)?[章节条款代期批版届类级]?",
    r"[表图]\s*\d+(?:[.-]\d+)*(?![\d.]*\s*[%℃A-Za-z])",
    r"(?<![\d.])\d+(?:#|号)(?!\w)",
    r"(?<![\d.])\d+号(?=[\u4e00-\u9fff])",
    # An estimate: 1000多, 30余.
    r"(?<![\d.])\d+(?:\.\d+)?[百千万亿]?[多余](?=[\u4e00-\u9fff])",
)
# 1. 2、 (3) ① at the beginning of an item.
_LIST_NUMBERS = (
    r"(?:(?<=^)|(?<=[；;。:\n]))\s*(?:\(\d{1,2}\)|\d{1,2}\)|\d{1,2}[、．]|\d{1,2}\.(?=\s*[^\d\s]))",
    "[①-⑳]",
)


@cache
def list_numbers() -> re.Pattern[str]:
    """The numbers of list items."""
    return re.compile("|".join(_LIST_NUMBERS), re.MULTILINE)


@cache
def no_figures() -> re.Pattern[str]:
    """Dates, contacts, codes and grades."""
    return re.compile("|".join((*_CONTACTS, *_DATES, *_CODES)), re.ASCII)
