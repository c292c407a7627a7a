"""Fields that the forms of demands and achievements share."""

from collections.abc import Mapping

from app.web.forms.choices import districts_first, listed, terms_of
from app.web.forms.fields import FormField, Widget
from app.web.i18n import mark as _

LEFT_OUT: Mapping[str, str] = {
    "confirmed": "asked for on its own, once the check has a question",
    "draft": "every form makes a draft; publishing is the next step",
    "owner_org_id": "owners write for their own organisation",
    "source": "of imports",
    "source_ref": "of imports",
    "language": "of imports and programs; pages are filled in in Chinese",
}

TECHNICAL_FIELDS = FormField(
    "fields",
    Widget.TREE,
    label=_("属于哪个技术领域"),
    hint=_("选 1–3 项，拿不准就选大类。"),
    required=True,
    choices=terms_of("hightech_fields"),
)
REGION = FormField("region", Widget.SELECT, label=_("所在地区"), required=True, choices=districts_first)
PUBLISH_MODE = FormField(
    "publish_mode",
    Widget.CHOICE,
    label=_("怎样发布"),
    hint=_("匿名发布不显示单位名称，对方经您同意后才知道您是谁。"),
    required=True,
    choices=listed(("public", _("公开")), ("confidential", _("匿名"))),
)
UNDERTAKING = FormField(
    "undertaking",
    Widget.CHOICE,
    label=_("保密承诺"),
    hint=_(
        "要求承诺的，对方须先接受保密承诺书，才能看到经您同意开放的内容、对接文件和联系方式；谁在何时承诺，您可以看到。"
    ),
    choices=listed(
        ("none", _("不要求")),
        ("once", _("承诺一次即可")),
        ("renewed", _("承诺书更新或重新发布后须再次承诺")),
    ),
    default="none",
)
CONFIDENTIAL_NOTE = FormField(
    "confidential_note",
    Widget.TEXT,
    label=_("保密内容"),
    hint=_(
        "仅本单位、主管部门和承接的技术经理人可见；要求保密承诺的，经您同意并已承诺的人也可见。"
        "不得填写涉及国家秘密的内容。"
    ),
    lines=3,
)
KEYWORDS = FormField("keywords", Widget.TAGS, label=_("关键词"), hint=_("用顿号分隔，写同行会搜的专业词。"))
INDUSTRIES = FormField(
    "industries", Widget.TREE, label=_("所属行业"), hint=_("至多 3 项。"), choices=terms_of("industries")
)
VALID_UNTIL = FormField(
    "valid_until", Widget.DAY, label=_("有效期至"), hint=_("过期后自动下架；不填则不限。")
)
CONTACTS = (
    FormField("contact_name", label=_("联系人"), hint=_("经您同意后对方才可见。"), autocomplete="name"),
    FormField("contact_phone", label=_("联系电话"), autocomplete="tel"),
    FormField("contact_email", Widget.EMAIL, label=_("电子邮箱"), autocomplete="email"),
)


def indicators(label: str, *, with_current: bool) -> FormField:
    """Rows of indicators; `with_current` asks for the present value of each."""
    current = (FormField("current", Widget.NUMBER, label=_("目前值")),) if with_current else ()
    return FormField(
        "indicators",
        Widget.ROWS,
        label=label,
        hint=_("名称、数值和单位；区间填下限和上限，其余只填数值。"),
        example=_("漏检率 ≤ 0.1 %%"),
        columns=(
            FormField("name", label=_("指标名称")),
            FormField(
                "op",
                Widget.SELECT,
                label=_("关系"),
                choices=listed(
                    ("≥", _("≥ 不低于")),
                    ("≤", _("≤ 不高于")),
                    ("=", _("= 等于")),
                    ("～", _("～ 区间")),
                    (">", _("> 大于")),
                    ("<", _("< 小于")),
                ),
            ),
            FormField("value", Widget.NUMBER, label=_("数值")),
            FormField("low", Widget.NUMBER, label=_("区间下限")),
            FormField("high", Widget.NUMBER, label=_("区间上限")),
            FormField("unit", label=_("单位")),
            *current,
            FormField(
                "must",
                Widget.SELECT,
                label=_("必须达到"),
                choices=listed(("true", _("必须")), ("false", _("期望"))),
            ),
            FormField("method", Widget.HIDDEN, label=_("测试方法")),
        ),
    )
