"""The reference of notices, from the table: event → who is notified, in which words."""

from app.notifications.notices.groups import DEFAULT_CHANNELS, NoticeGroup
from app.notifications.notices.table import EXCEPTIONS, ROWS, type_names
from scripts.docs.markdown import code, table


def page() -> str:
    """A table for each group, then the events of which nobody is notified by a notice."""
    sections = [f"## {group.en}\n\n{_defaults(group)}\n\n{_rows(group)}" for group in NoticeGroup]
    return "\n".join([*sections, f"## Events without a notice\n\n{_exceptions()}"])


def _defaults(group: NoticeGroup) -> str:
    channels = ", ".join(code(channel.value) for channel in DEFAULT_CHANNELS[group])
    return f"{code(group.value)} {group.zh}. Besides the notices inbox and webhooks, by default: {channels}."


def _rows(group: NoticeGroup) -> str:
    rows = (
        (
            code(row.event.name),
            row.to.description,
            f"{code(row.type)} {type_names()[row.type][0]}"
            if row.message
            else f"{code(row.type)}<br>inbox only; a message of its own tells it",
            row.zh
            + (f"<br>only in the inbox: {row.remark_zh}" if row.remark_zh else "")
            + ("<br>urgent: not held by quiet hours" if row.urgent else ""),
            row.en,
        )
        for row in ROWS
        if row.group is group
    )
    return table(("event", "who is notified", "type", "zh", "en"), rows)


def _exceptions() -> str:
    return table(("event", "why"), ((code(event.name), reason) for event, reason in EXCEPTIONS.items()))
