"""Pages `/help`, `/help/…` and `/terms`: short texts about scores, evidence, recognition, keys and access."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from app.errors import NotFound
from app.web.i18n import mark as _
from app.web.page import CurrentPage

router = APIRouter()


@dataclass(frozen=True, slots=True)
class HelpTopic:
    """A topic: its last part of the address, its title, and its paragraphs."""

    name: str
    title: str
    paragraphs: tuple[str, ...]


TOPICS = (
    HelpTopic(
        "score",
        _("匹配分是什么意思"),
        (
            _("匹配分在 0 到 1 之间，按人工评判校准：0.8 分的供需对，约 80%% 确实相关。"),
            _("达到阈值的才算合适的匹配，才会推送。没有达到的也列出，供您参考，并说明差在哪里。"),
            _("别的单位有同样的需求，不会降低您的匹配分；同一对供需在任何页面上分数相同。"),
        ),
    ),
    HelpTopic(
        "evidence",
        _("匹配依据怎么看"),
        (
            _("左右两段文字中，编号相同、底色相同的句子是对应的；点编号可以跳到另一侧。"),
            _("指标逐项比较：您要求的、成果写明的、是否满足。没有写明的标为待确认，不算不满足。"),
            _("打勾、打叉和问号分别表示满足、不满足和未写明，旁边都有文字说明。"),
        ),
    ),
    HelpTopic(
        "visibility",
        _("谁能看到什么"),
        (
            _("未登录时只能看到名称、编号、领域、地区、成熟度和价格区间。"),
            _("单位经主管部门核验后，可以看到正文、指标和具体价格。"),
            _(
                "匿名发布的记录不显示单位，直到双方同意对接。电话和邮箱只在对接中、经同意后可见，每次查看都有记录。"
            ),
        ),
    ),
    HelpTopic(
        "tiers",
        _("人才认定怎么算"),
        (
            _("按促成并登记的技术合同、证书和培训计算，规则由主管部门公布，每一项是否计入都写明原因。"),
            _("经理人可以在“我的认定”中看到离下一类别还差什么，也可以试算。"),
        ),
    ),
    HelpTopic(
        "keys",
        _("键盘快捷键"),
        (
            _(
                "按 / 到检索框。推送页面上 A 接受、D 婉拒、L 稍后、Z 撤销；审核页面上 J、K 上下移动，A 通过，R 退回。"
            ),
            _("中文输入法输入时，快捷键不起作用。每个快捷键都有对应的按钮。"),
        ),
    ),
    HelpTopic(
        "access",
        _("无障碍与浏览器"),
        (
            _("所有页面可只用键盘操作，可放大到 200%%，不靠颜色区分含义，关闭脚本后主要功能仍可使用。"),
            _("支持 Chromium 100、Firefox 115、Safari 15.4 及以上版本。更低版本可以使用表单和链接。"),
            _("遇到障碍，请联系主管部门。"),
        ),
    ),
)
_BY_NAME = {topic.name: topic for topic in TOPICS}
_TERMS = (
    _("发布的内容应当真实，并有权发布。国家秘密不得发布；商业秘密请使用匿名发布和保密内容。"),
    _("平台按发布的内容匹配供需，不对结果作出保证；签订合同由双方自行决定。"),
    _("联系方式仅用于对接。查看电话和邮箱的记录会保留。"),
    _("平台保存账号、记录及其版本、对接和合同的办理记录，用于撮合、统计和法律要求的留存。"),
)


@router.get("/help", name="help")
def topics(page: CurrentPage) -> Response:
    """All topics."""
    return page.show("public/help.html", topics=TOPICS, topic=None)


@router.get("/help/{topic}", name="help_topic")
def one_topic(page: CurrentPage, topic: str) -> Response:
    """One topic.

    Raises:
        NotFound: there is no such topic.
    """
    found = _BY_NAME.get(topic)
    if found is None:
        raise NotFound("There is no such help page.", "没有这个帮助页面。")
    return page.show("public/help.html", topics=TOPICS, topic=found)


@router.get("/terms", name="terms")
def terms(page: CurrentPage) -> Response:
    """What publishing and using the service means."""
    return page.show("public/terms.html", paragraphs=_TERMS)
