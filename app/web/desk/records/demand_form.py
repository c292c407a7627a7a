"""The form of a demand: what publishing needs first, the rest behind headings."""

from app.libraries.demands.schemas import DemandCreate
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
from app.web.forms.choices import days_ahead, readiness_levels, terms_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import mark as _

_FIRST = FormGroup(
    (
        FormField(
            "title",
            label=_("一句话说是什么事"),
            hint=_("不写单位名称。"),
            example=_("变速器下线异响在线检测"),
            required=True,
        ),
        FormField(
            "main_problem",
            Widget.TEXT,
            label=_("现在遇到什么问题"),
            hint=_(
                "现在怎么做、哪一步出问题、后果多大、试过什么。写到 80 字以上匹配更准；不要写单位名称和电话。"
            ),
            required=True,
            lines=7,
            max_length=5000,
        ),
        FormField(
            "cooperation_modes",
            Widget.CHOICES,
            label=_("希望怎样合作"),
            hint=_("可多选。"),
            required=True,
            choices=terms_of("transfer_modes"),
        ),
        FormField(
            "deadline",
            Widget.DAY,
            label=_("最晚什么时候要用上"),
            hint=_("到期后不再匹配，可以随时延长。"),
            required=True,
            choices=days_ahead,
        ),
        TECHNICAL_FIELDS,
        REGION,
    )
)
_MONEY = FormGroup(
    (
        FormField("budget_min_wan", Widget.NUMBER, label=_("预算下限"), unit=_("万元")),
        FormField(
            "budget_max_wan", Widget.NUMBER, label=_("预算上限"), hint=_("都不填为面议。"), unit=_("万元")
        ),
        PUBLISH_MODE,
    ),
    title=_("预算与发布方式"),
)
_GOAL = FormGroup(
    (
        FormField(
            "expected_goal",
            Widget.TEXT,
            label=_("做到什么程度算成功"),
            example=_("杆面硬度不低于 800 HV，中性盐雾 600 h 以上不生锈。"),
            lines=4,
        ),
        indicators(_("考核指标"), with_current=True),
        FormField(
            "min_trl",
            Widget.SELECT,
            label=_("至少要多成熟"),
            hint=_("要能马上用的选 8–9 级，做过中试的选 6–7 级。"),
            choices=readiness_levels,
        ),
        FormField(
            "scenario", Widget.TEXT, label=_("用在什么工况下"), hint=_("温度、介质、场地、批量。"), lines=3
        ),
        FormField("key_technology", Widget.TEXT, label=_("难在哪里"), lines=3),
        FormField("benchmark", Widget.TEXT, label=_("对标哪个产品或标准"), lines=2),
    ),
    title=_("指标、工况和成熟度"),
    hint=_("写清楚，匹配更准"),
    open=False,
)
_TERMS = FormGroup(
    (
        KEYWORDS,
        INDUSTRIES,
        FormField("need_kind", Widget.SELECT, label=_("需求类型"), choices=terms_of("need_kinds")),
        FormField(
            "activity_type", Widget.SELECT, label=_("科技活动类型"), choices=terms_of("activity_types")
        ),
        FormField(
            "strategic_fields",
            Widget.TREE,
            label=_("战略性新兴产业"),
            choices=terms_of("strategic_industries"),
        ),
        FormField(
            "jinan_industry", Widget.CHOICE, label=_("济南主导产业"), choices=terms_of("jinan_industries")
        ),
        FormField("ip_ownership", Widget.CHOICE, label=_("产权归属"), choices=terms_of("ip_ownerships")),
        FormField("payment_plan", Widget.TEXT, label=_("支付方式"), lines=2),
        FormField("start_date", Widget.DAY, label=_("开始日期")),
        FormField("partner_requirement", Widget.TEXT, label=_("对合作方的要求"), lines=2),
        VALID_UNTIL,
    ),
    title=_("分类与合作条件"),
    open=False,
)
_PRIVATE = FormGroup(
    (
        FormField(
            "public_alias",
            label=_("匿名名称"),
            hint=_("匿名发布时代替单位名称；不填则按地区和行业自动生成。"),
            example=_("济南某工程机械企业"),
        ),
        FormField(
            "existing_basis", Widget.TEXT, label=_("现有基础条件"), hint=_("经您同意后对方才可见。"), lines=3
        ),
        FormField(
            "preferred_partners",
            Widget.LINES,
            label=_("合作意向单位"),
            hint=_("每行一个；经您同意后对方才可见。"),
            lines=2,
        ),
        CONFIDENTIAL_NOTE,
        UNDERTAKING,
        FormField(
            "excluded_orgs",
            Widget.LINES,
            label=_("回避单位"),
            hint=_("每行一个统一社会信用代码。对外不显示，也不与之匹配。"),
            lines=2,
        ),
        *CONTACTS,
    ),
    title=_("不公开的内容和联系人"),
    hint=_("只有您同意的人看得到"),
    open=False,
)

DEMAND_FORM = Form("demand", DemandCreate, (_FIRST, _MONEY, _GOAL, _TERMS, _PRIVATE), absent=LEFT_OUT)
