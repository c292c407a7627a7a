"""Names of the roles of users and of the kinds of organisations."""

from collections.abc import Mapping

from app.web.i18n import mark as _

ORGANISATION_KINDS: Mapping[str, str] = {
    "enterprise": _("企业"),
    "university": _("高校"),
    "institute": _("科研院所"),
    "agency": _("服务机构"),
    "investor": _("投资机构"),
    "bureau": _("主管部门"),
}
ROLES: Mapping[str, str] = {
    "enterprise": _("企业用户"),
    "institution": _("高校院所用户"),
    "manager": _("技术经理人"),
    "investor": _("投资人"),
    "operator": _("管理人员"),
}
