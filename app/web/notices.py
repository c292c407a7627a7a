"""Notices that the page after a change shows once: a code in the cookie, its text here."""

from collections.abc import Mapping
from types import MappingProxyType

from app.web.i18n import mark as _

TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "logged_out": _("您已退出登录。"),
        "saved": _("已保存。"),
        "draft_saved": _("草稿已保存。"),
        "submitted": _("已提交，等待主管部门审核。"),
        "published": _("已发布。"),
        "withdrawn": _("已下架。"),
        "deleted": _("已删除。"),
        "sent": _("已发送。"),
        "signed": _("已签署。"),
        "proposed": _("变更已提出，双方签署、所涉经理人同意后生效。"),
        "amendment_declined": _("已拒绝变更，原条款继续有效。"),
        "imported": _("导入完成，各行的结果见下。"),
        "imported_part": _("已导入一部分，请继续导入其余的行。"),
        "import_undone": _("已撤销这一批导入。"),
        "import_undone_in_part": _("已撤销；导入后有人改过的记录保留。"),
        "columns_explained": _("已记住列的含义，请重新上传文件。"),
        "unchanged": _("内容没有改动。"),
        "not_changeable": _("此合同现在不能由您修改。"),
        "interested": _("已记录您的意向，技术经理人会据此牵线。"),
        "declined": _("已记录。这一对不再推送给技术经理人；改变主意时可以再答复。"),
        "match_pending": _("匹配结果正在登记，请过几秒再答复。"),
        "reported": _("已报告主管部门，处理后通知您。"),
        "undone": _("已撤销。"),
        "approved": _("已通过并发布。"),
        "verified": _("已核验，该单位用户将收到通知。"),
        "replayed": _("已重新处理，稍后可查看结果。"),
        "planned": _("已请后台重新安排该需求的推送，稍后可查看结果。"),
        "link_revoked": _("链接已作废，使用它的大屏不再更新。"),
        "model_switched": _("已切换模型，全部供需对正在后台重新排序。"),
        "report_closed": _("已处理，报告人将看到处理说明。"),
        "assignment_started": _("已开始执行，完成后在此列出写入的推送。"),
        "returned": _("已退回，提交人将收到您的意见。"),
        "approval_taken_back": _("已撤回发布，记录不再公开。"),
        "task_done": _("任务已完成。"),
        "password_changed": _("密码已修改，请用新密码登录。"),
        "registered": _("邮箱已确认，注册完成，请登录。"),
        "mail_changed": _("登录邮箱已更换，请用新邮箱登录。"),
        "mail_sent": _("确认邮件已发往新邮箱，打开其中的链接后生效。"),
        "invited": _("邀请已发出。"),
        "invitation_withdrawn": _("邀请已撤回，发出的链接不再有效。"),
        "removed": _("账号已停用，该用户的登录已全部退出。"),
        "channel_mail": _("确认邮件已发出，点击其中的链接后生效。"),
        "handed_in": _("已申报，等待核验。"),
        "objection_raised": _("异议已提交，主管部门答复后通知您。"),
        "key_revoked": _("密钥已吊销，立即失效。"),
        "test_sent": _("测试消息已发出，稍后可查看结果。"),
        "repeated": _("已重新投递，稍后可查看结果。"),
        "answered": _("答复已记录，该经理人将收到通知。"),
        "registered_for": _("报名成功。"),
        "on_waiting_list": _("名额已满，已进入候补；有人退出时依次递补。"),
        "withdrawn_from": _("已退出报名。"),
        "session_ended": _("已退出所选设备。"),
    }
)
"""Code → text. A code that is not here is not shown, so that nobody can put words on a page by a cookie."""
