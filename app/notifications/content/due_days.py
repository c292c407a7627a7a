"""How a mail says when a task is due."""

from app.clock import chinese_day, english_day, today
from app.engagements.tasks.service import OpenTask


def due(task: OpenTask) -> str:
    """“将于 … 到期”, or that it is due today or overdue."""
    day = chinese_day(task.due_on)
    if task.due_on < today():
        return f"已于 {day} 到期，尚未完成"
    return f"今天（{day}）到期" if task.due_on == today() else f"将于 {day} 到期"


def due_in_english(task: OpenTask) -> str:
    """“is due on …”, or that it is due today or overdue."""
    day = english_day(task.due_on)
    if task.due_on < today():
        return f"was due on {day} and is not done"
    return f"is due today ({day})" if task.due_on == today() else f"is due on {day}"
