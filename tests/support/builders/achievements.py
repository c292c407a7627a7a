"""Achievements for tests: a payload that may be published."""

from typing import Any


def achievement_payload(**changes: Any) -> dict[str, Any]:
    """Everything that publishing asks for; None takes a field out."""
    payload = {
        "title": "缓蚀微胶囊改性水性环氧防腐涂层制备技术",
        "summary": "以缓蚀微胶囊改性水性环氧树脂,中性盐雾一千二百小时无起泡,适用于储罐与桥梁钢结构。",
        "fields": ["405"],
        "region": "370102",
        "trl": 6,
        "transfer_modes": ["licence"],
        **changes,
    }
    return {name: value for name, value in payload.items() if value is not None}
