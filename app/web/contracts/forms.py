"""The forms of a contract."""

from app.engagements.contracts.schemas import CancelRequest, ContractCreate, PaidRequest, SignRequest
from app.web.forms.choices import terms_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import mark as _

CONTRACT = Form(
    "contract",
    ContractCreate,
    (
        FormGroup(
            (
                FormField("engagement_id", Widget.HIDDEN),
                FormField("title", required=True),
                FormField("kind", Widget.SELECT, required=True, choices=terms_of("contract_types")),
            ),
            _("标的"),
        ),
        FormGroup(
            (
                FormField("deal_amount_wan", Widget.NUMBER, _("成交额"), unit=_("万元"), required=True),
                FormField(
                    "technology_amount_wan",
                    Widget.NUMBER,
                    _("技术交易额"),
                    hint=_("不高于成交额"),
                    unit=_("万元"),
                    required=True,
                ),
                FormField("starts_on", Widget.DAY, hint=_("签订前必填")),
                FormField("ends_on", Widget.DAY, hint=_("签订前必填")),
                FormField(
                    "payments",
                    Widget.ROWS,
                    hint=_("合计不高于成交额"),
                    columns=(
                        FormField("name", label=_("名称"), example=_("首付款")),
                        FormField("due_on", Widget.DAY, _("应付日期")),
                        FormField("amount_wan", Widget.NUMBER, _("金额"), unit=_("万元")),
                    ),
                ),
            ),
            _("金额与期限"),
        ),
        FormGroup(
            (
                FormField(
                    "conflict_disclosure",
                    Widget.TEXT,
                    hint=_("经理人与一方有利益关系时必填"),
                    lines=3,
                    max_length=1000,
                ),
            ),
            _("利益关系"),
        ),
    ),
    absent={
        "buyer_org_id": "the side of the demand",
        "seller_org_id": "the side of the achievement",
        "demand_id": "from the engagement",
        "achievement_id": "from the engagement",
        "fields": "from the records",
        "technology_field": "from the fields",
        "ip_type": "the bureau, at registration",
        "plan_category": "the bureau, at registration",
        "buyer_nature": "from the organisation",
        "buyer_region": "from the organisation",
        "seller_nature": "from the organisation",
        "seller_region": "from the organisation",
        "shares": "from the engagement",
    },
)

SIGN = Form(
    "sign",
    SignRequest,
    (FormGroup((FormField("signed_on", Widget.DAY, required=True),)),),
    absent={"side": "only the bureau", "file_id": "only the bureau"},
)

PAYMENT = Form(
    "payment",
    PaidRequest,
    (FormGroup((FormField("paid_on", Widget.DAY, required=True),)),),
)

CANCEL = Form(
    "cancel",
    CancelRequest,
    (FormGroup((FormField("reason", Widget.TEXT, required=True, lines=2, max_length=500),)),),
)
