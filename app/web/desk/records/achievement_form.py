"""The form of an achievement: what publishing needs first, the rest behind headings."""

from app.libraries.achievements.schemas import AchievementCreate
from app.web.desk.records.shared_fields import (
    CONFIDENTIAL_NOTE,
    CONTACTS,
    INDUSTRIES,
    KEYWORDS,
    LEFT_OUT,
    PUBLISH_MODE,
    REGION,
    TECHNICAL_FIELDS,
    UNDERTAKING,
    VALID_UNTIL,
    indicators,
)
from app.web.forms.choices import listed, readiness_levels, terms_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import mark as _

_YES_NO = listed(("1", _("是")), ("0", _("否")))

_FIRST = FormGroup(
    (
        FormField(
            "title", label=_("成果叫什么"), example=_("液压油缸活塞杆高速激光熔覆代镀铬技术"), required=True
        ),
        FormField(
            "summary",
            Widget.TEXT,
            label=_("成果简介"),
            hint=_("做了什么、达到什么数值、在哪里用过。匹配主要依据这一项。"),
            required=True,
            lines=7,
            max_length=5000,
        ),
        FormField(
            "problem_solved",
            Widget.TEXT,
            label=_("能解决什么问题"),
            hint=_("用企业的话说，例如“镀铬环评不过、杆面生锈返修”；需求都以问题表述，写了最容易匹配上。"),
            lines=3,
        ),
        FormField(
            "transfer_modes",
            Widget.CHOICES,
            label=_("可以怎样转化"),
            hint=_("可多选。"),
            required=True,
            choices=terms_of("transfer_modes"),
        ),
        FormField("trl", Widget.SELECT, label=_("技术成熟度"), required=True, choices=readiness_levels),
        TECHNICAL_FIELDS,
        REGION,
    )
)
_MONEY = FormGroup(
    (
        FormField("price_min_wan", Widget.NUMBER, label=_("意向价下限"), unit=_("万元")),
        FormField(
            "price_max_wan", Widget.NUMBER, label=_("意向价上限"), hint=_("都不填为面议。"), unit=_("万元")
        ),
        PUBLISH_MODE,
    ),
    title=_("价格与发布方式"),
)
_MORE = FormGroup(
    (
        FormField("advantages", Widget.TEXT, label=_("比现有技术好在哪里"), lines=3),
        FormField("innovations", Widget.LINES, label=_("创新点"), hint=_("每行一点，至多 10 点。"), lines=3),
        FormField("scenarios", Widget.TEXT, label=_("应用场景"), lines=3),
        indicators(_("技术指标"), with_current=False),
        KEYWORDS,
        INDUSTRIES,
        FormField(
            "strategic_fields",
            Widget.TREE,
            label=_("战略性新兴产业"),
            choices=terms_of("strategic_industries"),
        ),
        FormField(
            "jinan_industry", Widget.CHOICE, label=_("济南主导产业"), choices=terms_of("jinan_industries")
        ),
        FormField("landing_requirement", Widget.TEXT, label=_("落地条件"), lines=2),
    ),
    title=_("优势、指标和场景"),
    hint=_("写清楚，匹配更准"),
    open=False,
)
_KIND = FormGroup(
    (
        FormField("category", Widget.CHOICE, label=_("成果类别"), choices=terms_of("achievement_categories")),
        FormField("forms", Widget.CHOICES, label=_("成果体现形式"), choices=terms_of("achievement_forms")),
        FormField(
            "attribute", Widget.CHOICE, label=_("成果属性"), choices=terms_of("achievement_attributes")
        ),
        FormField("level", Widget.CHOICE, label=_("成果水平"), choices=terms_of("achievement_levels")),
        FormField(
            "evaluation_type", Widget.SELECT, label=_("评价方式"), choices=terms_of("evaluation_types")
        ),
        FormField(
            "application_status", Widget.CHOICE, label=_("应用状态"), choices=terms_of("application_statuses")
        ),
        FormField("funding_source", Widget.CHOICE, label=_("成果来源"), choices=terms_of("funding_sources")),
        FormField("research_start", label=_("研究开始"), example=_("2024-03")),
        FormField("research_end", label=_("研究结束"), example=_("2026-06")),
        VALID_UNTIL,
    ),
    title=_("类别、评价和来源"),
    open=False,
)
_RIGHTS = FormGroup(
    (
        FormField("registration_number", label=_("批准登记号")),
        FormField(
            "ip_list",
            Widget.ROWS,
            label=_("知识产权"),
            hint=_("专利号会核对校验位。"),
            columns=(
                FormField("type", Widget.SELECT, label=_("类型"), choices=terms_of("ip_types")),
                FormField("number", label=_("专利号或登记号")),
                FormField("title", label=_("名称")),
                FormField("status", label=_("法律状态")),
                FormField("granted_on", Widget.DAY, label=_("授权日期")),
                FormField("valid_until", Widget.DAY, label=_("有效期至")),
            ),
        ),
        FormField("ip_clear", Widget.YES_NO, label=_("权属是否清晰"), choices=_YES_NO),
        FormField("job_invention", Widget.YES_NO, label=_("是否职务成果"), choices=_YES_NO),
        FormField("licence_kind", Widget.CHOICE, label=_("许可方式"), choices=terms_of("licence_kinds")),
        FormField(
            "completed_by",
            Widget.ROWS,
            label=_("完成人"),
            columns=(
                FormField("name", label=_("姓名")),
                FormField("role", label=_("分工")),
                FormField("position", label=_("职称")),
            ),
        ),
    ),
    title=_("知识产权和完成人"),
    open=False,
)
_PRIVATE = FormGroup(
    (
        FormField(
            "rd_investment_wan",
            Widget.NUMBER,
            label=_("已投研发经费"),
            hint=_("经您同意后对方才可见。"),
            unit=_("万元"),
        ),
        CONFIDENTIAL_NOTE,
        UNDERTAKING,
        *CONTACTS,
    ),
    title=_("不公开的内容和联系人"),
    hint=_("只有您同意的人看得到"),
    open=False,
)

ACHIEVEMENT_FORM = Form(
    "achievement",
    AchievementCreate,
    (_FIRST, _MONEY, _MORE, _KIND, _RIGHTS, _PRIVATE),
    absent={**LEFT_OUT, "co_org_ids": "set by programs and imports: organisations by their ids"},
)
