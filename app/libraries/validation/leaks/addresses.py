"""E-mail addresses, web addresses and messenger accounts in text, also where signs are written as words."""

import re
from collections.abc import Iterator

from app.text.folded_text import FoldedText, Spot

# Signs as people write them so that a filter does not see them. The text has no spaces where these are used.
_AT = r"(?:@|[(\[{<【「](?:at|a|艾特|圈a)[)\]}>】」]|#at#|#|艾特|圈a|ⓐ)"
_DOT = r"(?:\.|[(\[{<【「](?:dot|点|\.)[)\]}>】」]|。|点|丶)"
# Match only from the start of a run; matching from every position would take time quadratic in its length.
_LOCAL = r"(?<![a-z0-9._%+\-])[a-z0-9._%+\-]+"
_EMAIL = re.compile(rf"{_LOCAL}{_AT}[a-z0-9][a-z0-9\-]*(?:{_DOT}[a-z0-9\-]+)*{_DOT}[a-z]{{2,}}")
_PLAIN_TLD = "com|cn|net|org|edu|gov"
_SPREAD_EMAIL = re.compile(rf"{_LOCAL}{_AT}[a-z0-9][a-z0-9\-]*(?:{_DOT}[a-z0-9\-]+)*?{_DOT}(?:{_PLAIN_TLD})")
_SPOKEN_EMAIL = re.compile(
    rf"{_LOCAL}\s*(?:(?<=\s)at(?=\s)|[(\[{{<【]\s*at\s*[)\]}}>】]|艾特|圈a|@|#)\s*[a-z0-9][a-z0-9\-]*(?:\s*(?:\.|\bdot\b|点)\s*[a-z0-9\-]+)*?\s*(?:\.|\bdot\b|点)\s*(?:{_PLAIN_TLD})\b"
)
_MAILBOX = re.compile(
    r"(?:邮箱|邮件|e-?mail|mail)(?:地址)?[:是为]{1,2}[a-z0-9._%+\-]{3,}(?:@|在|at)?(?:qq|163|126|139|189|sina|sohu|foxmail|gmail|outlook|hotmail|aliyun)(?:邮箱|mail)?"
)
_PROVIDER = re.compile(r"(?:企鹅邮箱|(?:qq|163|126|139|189)(?:邮箱|mail)[:是为]?)[a-z0-9._\-]{5,}")

_TLD = rf"(?:{_PLAIN_TLD}|io|ai|cc|top|vip|xyz|tech|info|biz|shop|site|online|club|ltd|de|uk|jp|kr|eu|fr)"
_WEBSITE = re.compile(
    rf"https?://[^\s\u4e00-\u9fff，。；]+|(?<![a-z0-9])www\.[a-z0-9\-]+(?:\.[a-z0-9\-]+)+"
    rf"|(?<![a-z0-9@.\-])(?!(?:asp|vb|ml|ado|lucene|accord|emgu|spark)\.net)(?:[a-z0-9\-]{{2,}}\.)+{_TLD}(?![a-z0-9.])"
    rf"|[a-z0-9\-\u4e00-\u9fff]{{2,}}\.(?:中国|公司|网络|网址)(?![\u4e00-\u9fff])"
)
_SPREAD_WEBSITE = re.compile(r"(?:https?:?//|www\.)[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.(?:com|cn|net|org)")
_SPOKEN_DOT = r"(?:\s*(?:点|[(\[{【](?:dot|点|\.)[)\]}】])\s*|\s+(?:dot|\.)\s+|。)"
_SPOKEN_WEBSITE = re.compile(
    rf"(?<![a-z0-9@.\-])(?!\d+\s*点)(?!(?:asp|vb|ml|ado)\b)(?:[a-z0-9\-]{{2,}}(?:{_SPOKEN_DOT}|\.))*"
    rf"[a-z0-9\-]{{2,}}{_SPOKEN_DOT}(?:com|cn|net|org|edu|gov|top|vip|cc|xyz)(?![a-z0-9\-])"
    rf"|(?<![a-z0-9])(?:w{{3}}|三个?w){_SPOKEN_DOT}[a-z0-9\-]{{2,}}"
)

_HEART = r"[❤♥💚💬♡]"
_WECHAT = (
    rf"(?:[微薇威徽溦维v](?:信|芯|心(?!率)|星|x(?![a-z])|{_HEART})|w(?:ei)?信|vx|wx|weixin|wechat|绿泡泡)"
)
_ID = r"[a-z_][-_a-z0-9]{4,19}|1[3-9]\d{9}"
_SIGN = r"(?:[:=是为→➡]{1,2})"
_MESSENGER = re.compile(
    rf"(?<![a-z]){_WECHAT}(?:号码?|id|账号|帐号)?(?:{_SIGN}|(?<=号)|(?<=id))(?:{_ID})"
    rf"|(?:加|\+|➕|扫|联系)(?:一?下)?(?:我的?|我们|个|本人)?(?:{_WECHAT}|[v薇威](?![a-z\u4e00-\u9fff]))(?:号码?)?{_SIGN}?(?:{_ID})"
    rf"|(?:加|\+|➕)(?:我的?|我们|个|本人)?(?:{_WECHAT}|[v薇威])(?:号)?(?:联系|详[聊谈询]|咨询|沟通|细聊|聊|私聊|面谈|了解|好友|索取|[,，。;；!!\n]|$)"
    rf"|(?<![a-z]){_WECHAT}(?:号)?(?:同(?:号|步|手机|电话)|同上)|(?:手机|电话|号码)(?:号码?)?(?:和|即|就是|同){_WECHAT}(?:号|同号)?"
    rf"|(?<![\u4e00-\u9fff])[微薇]号?[:=](?=[a-z_\-]*[\d_])(?:{_ID})|加(?:我的?|我们|个|本人)?(?:好友|私聊)[:是为]?(?=[a-z_\-]*[\d_])(?:{_ID})"
    rf"|(?<![a-z0-9])v{_SIGN}(?:[a-z_][-_a-z0-9]{{5,19}}|1[3-9]\d{{9}})"
    r"|(?:公众号|视频号|抖音号?|快手号?|小红书号?|微博|b站|知乎|闲鱼)(?:id|名称?)?[:“\"「《@][\w\u4e00-\u9fff]{2,20}"
    r"|(?:抖音|快手|小红书|视频|钉钉|飞书|企业微信|陌陌|脉脉)(?:号|id)[:是为]?[a-z0-9_\-.]{5,20}"
    r"|(?<![a-z])(?:q{2}|扣扣|球球|企鹅|口口|叩叩|蔻蔻)(?:号码?|群号?|号群)?[:是为+]?\d{5,11}(?!\d)|(?<![a-z])q(?:号|群)?[:是为]\d{5,11}(?!\d)"
    r"|(?<![a-z])(?:加|\+)q{1,2}(?:号|群)?[:是为]?\d{5,11}(?!\d)"
    r"|(?:telegram|(?<![a-z])tg|电报|飞机)(?:号|群|频道|id|账号)?[:是为]?@[a-z][a-z0-9_]{4,31}"
    r"|(?:telegram|(?<![a-z])tg|电报)(?:号|id|账号)?[:是为][a-z][a-z0-9_]{4,31}|(?<![a-z0-9])t\.me/[a-z0-9_]{4,}"
    r"|(?<![a-z])(?:line|skype|signal|viber|kakao(?:talk)?|whats-?app|facebook|instagram|twitter|linkedin)(?:id|号|账号|user(?:name)?)[:是为]?@?[a-z0-9+][a-z0-9_.\-]{3,30}"
    r"|(?<![a-z])(?:skype|whats-?app|kakao(?:talk)?|viber)[:是为]@?[a-z0-9+][a-z0-9_.\-]{3,30}"
    r"|(?<![a-z])line[:]@[a-z0-9_.\-]{3,30}"
)

# An account after a space, which only the reading with spaces shows.
_SPACED_MESSENGER = re.compile(
    rf"(?:(?<![a-z0-9]){_WECHAT}|(?:加|\+|➕)(?:我的?|我们)?\s*[v薇威微])(?:号|id)?[\s:]*(?=[a-z_\-]*[\d_])[a-z_][-_a-z0-9]{{5,19}}"
    r"|(?:抖音|快手|小红书|视频号|钉钉|飞书|企业?微信|陌陌|脉脉|电报|(?<![a-z])(?:tg|lark|dingtalk|telegram|skype|whats-?app))"
    r"(?:号|id|账号|帐号)?[\s:是为]+(?=[a-z_\-.]*[\d_])(?![a-z]?\d+\.\d)(?!(?:api|sdk|app|web|bot|oauth)[-_.\d])[a-z_][-_a-z0-9.]{3,19}(?![a-z0-9])"
)


def find_emails(folded: FoldedText) -> Iterator[Spot]:
    """Addresses with @ or what stands for it."""
    yield from (folded.plain.spot(match) for match in _EMAIL.finditer(folded.plain.text))
    yield from (folded.plain.spot(match) for match in _SPOKEN_EMAIL.finditer(folded.plain.text))
    for pattern in (_SPREAD_EMAIL, _MAILBOX, _PROVIDER):
        yield from (folded.joined.spot(match) for match in pattern.finditer(folded.joined.text))


def find_websites(folded: FoldedText) -> Iterator[Spot]:
    """Addresses with a scheme, www or a common ending, and those with a word for the dot."""
    for pattern in (_WEBSITE, _SPOKEN_WEBSITE):
        yield from (folded.plain.spot(match) for match in pattern.finditer(folded.plain.text))
    yield from (folded.joined.spot(match) for match in _SPREAD_WEBSITE.finditer(folded.joined.text))


def find_messengers(folded: FoldedText) -> Iterator[Spot]:
    """Accounts of messengers and channels, by the words and signs that announce them."""
    yield from (folded.joined.spot(match) for match in _MESSENGER.finditer(folded.joined.text))
    yield from (folded.plain.spot(match) for match in _SPACED_MESSENGER.finditer(folded.plain.text))
