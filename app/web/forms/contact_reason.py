"""The form in which the bureau says why it needs contacts."""

from app.libraries.schemas import ContactReason
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.i18n import mark as _

CONTACT_REASON = Form(
    "contact-reason",
    ContactReason,
    (
        FormGroup(
            (
                FormField(
                    "reason",
                    Widget.TEXT,
                    label=_("事由"),
                    hint=_("5–500 字，记入审计日志。"),
                    required=True,
                    lines=2,
                    max_length=500,
                ),
            )
        ),
    ),
)
