"""The forms of a contract: a draft, its changes, and the small ones of its page."""

from app.engagements.contracts.schemas import (
    CancelRequest,
    ContractCreate,
    ContractPatch,
    DeclineRequest,
    PaidRequest,
    SignRequest,
)
from app.web.forms.choices import districts_first, listed, terms_of
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import mark as _

_ORGANISATION = _("单位全称或统一社会信用代码")
PARTIES = FormGroup(
    (
        FormField("seller_org_id", label=_("卖方（提供技术）"), hint=_ORGANISATION, required=True),
        FormField("buyer_org_id", label=_("买方（购买技术）"), hint=_ORGANISATION, required=True),
    ),
    _("合同双方"),
)
ENGAGEMENT = FormGroup((FormField("engagement_id", Widget.HIDDEN),))
RECORDS = FormGroup(
    (
        FormField("demand_id", label=_("技术需求编号"), example="JN-D-2026-000012"),
        FormField("achievement_id", label=_("技术成果编号"), example="JN-A-2026-000012"),
    ),
    _("关联的需求和成果"),
    open=False,
)
SUBJECT = FormGroup(
    (
        FormField("title", required=True),
        FormField("kind", Widget.SELECT, required=True, choices=terms_of("contract_types")),
    ),
    _("标的"),
)
AMOUNTS = FormGroup(
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
)
SHARES = FormGroup(
    (
        FormField(
            "shares",
            Widget.ROWS,
            hint=_("合计 100%%；经理人分别确认自己的分成。"),
            columns=(
                FormField("manager_id", label=_("经理人姓名或编号")),
                FormField("percent", Widget.NUMBER, _("分成"), unit="%%"),
            ),
        ),
    ),
    _("经理人分成"),
)
DISCLOSURE = FormGroup(
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
)
FIELDS = FormGroup(
    (
        FormField(
            "fields", Widget.TREE, hint=_("不选则取自成果或需求。"), choices=terms_of("hightech_fields")
        ),
    ),
    _("技术领域"),
    open=False,
)
REASON = FormGroup(
    (
        FormField(
            "reason",
            Widget.TEXT,
            hint=_("双方和所涉经理人会看到"),
            required=True,
            lines=2,
            max_length=500,
        ),
    ),
    _("变更原因"),
)
REGISTRATION = FormGroup(
    (FormField("registration_no"), FormField("registered_on", Widget.DAY)),
    _("更正登记信息"),
    _("只有管理部门可以更正，更正即时生效。"),
    open=False,
)

_NATURES = terms_of("party_natures")
STATISTICS = FormGroup(
    (
        FormField("technology_field", Widget.SELECT, choices=terms_of("contract_fields")),
        FormField("ip_type", Widget.SELECT, choices=terms_of("contract_ip_types")),
        FormField("plan_category", Widget.SELECT, choices=terms_of("plan_categories")),
        FormField("seller_nature", Widget.SELECT, choices=_NATURES),
        FormField("seller_region", Widget.SELECT, choices=districts_first),
        FormField("buyer_nature", Widget.SELECT, choices=_NATURES),
        FormField("buyer_region", Widget.SELECT, choices=districts_first),
    ),
    _("统计用分类"),
    _("默认按单位和技术领域，更正即时生效。"),
    open=False,
)

_DEFAULTS = {
    "buyer_org_id": "the side of the demand",
    "seller_org_id": "the side of the achievement",
    "demand_id": "from the engagement",
    "achievement_id": "from the engagement",
    "fields": "from the records",
    "shares": "from the engagement; only managers and the bureau enter others",
    "technology_field": "from the fields",
    "ip_type": "the bureau, at registration",
    "plan_category": "the bureau, at registration",
    "buyer_nature": "from the organisation",
    "buyer_region": "from the organisation",
    "seller_nature": "from the organisation",
    "seller_region": "from the organisation",
}
# The same ids, so that a draft of the browser survives a change between them.
CONTRACT = Form("contract", ContractCreate, (ENGAGEMENT, SUBJECT, AMOUNTS, DISCLOSURE), absent=_DEFAULTS)
CHANGE = Form(
    "contract-change",
    ContractPatch,
    (REASON, SUBJECT, AMOUNTS, SHARES, DISCLOSURE, FIELDS, PARTIES, REGISTRATION, STATISTICS),
)

SIGN = Form(
    "sign",
    SignRequest,
    (FormGroup((FormField("signed_on", Widget.DAY, required=True),)),),
    absent={"side": "only the bureau", "file_id": "only the bureau"},
)

RECORD_SIGNATURE = Form(
    "record-signature",
    SignRequest,
    (
        FormGroup(
            (
                FormField(
                    "side",
                    Widget.CHOICE,
                    required=True,
                    choices=listed(("buyer", _("买方")), ("seller", _("卖方"))),
                ),
                FormField("signed_on", Widget.DAY, required=True),
                FormField("file_id", Widget.SELECT, hint=_("先在“合同文件”中上传"), required=True),
            )
        ),
    ),
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

DECLINE = Form(
    "decline",
    DeclineRequest,
    (
        FormGroup(
            (FormField("reason", Widget.TEXT, _("不同意的原因"), required=True, lines=2, max_length=500),)
        ),
    ),
)


def draft_form(*, in_engagement: bool, enters_shares: bool, names_records: bool) -> Form:
    """The form of a new draft: outside an engagement the parties are asked for."""
    groups: list[FormGroup] = []
    if not in_engagement:
        groups += [PARTIES, *([RECORDS] if names_records else [])]
    groups += [ENGAGEMENT, SUBJECT, AMOUNTS, *([SHARES] if enters_shares else []), DISCLOSURE]
    if not in_engagement:
        groups.append(FIELDS)
    return Form("contract", ContractCreate, tuple(groups), absent=_DEFAULTS)


def change_form(*, is_draft: bool, enters_shares: bool, corrects: bool, classifies: bool) -> Form:
    """The form of a change: of a draft at once, of a signed contract with a reason."""
    groups = [
        *([] if is_draft else [REASON]),
        SUBJECT,
        AMOUNTS,
        *([SHARES] if enters_shares else []),
        DISCLOSURE,
        FIELDS,
        *([PARTIES] if is_draft else []),
        *([REGISTRATION] if corrects else []),
        *([STATISTICS] if classifies else []),
    ]
    return Form("contract-change", ContractPatch, tuple(groups))
