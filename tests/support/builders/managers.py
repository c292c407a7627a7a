"""Managers for tests: a payload that may be published."""

from typing import Any


def manager_payload(**changes: Any) -> dict[str, Any]:
    """Everything that publishing asks for; None takes a field out."""
    payload = {
        "title": "林若溪",
        "expertise": "十年新材料领域技术转移经历，擅长高校专利许可与作价入股谈判。",
        "fields": ["40"],
        "regions": ["370100"],
        **changes,
    }
    return {name: value for name, value in payload.items() if value is not None}
