"""Demands for tests: a payload that may be published, and records made through the service's own path."""

from datetime import date, timedelta
from typing import Any

NEXT_YEAR = (date.today() + timedelta(days=300)).isoformat()  # noqa: DTZ011 — any day well ahead


def demand_payload(**changes: Any) -> dict[str, Any]:
    """Everything that publishing asks for; None takes a field out."""
    payload = {
        "title": "化工储罐用高耐蚀水性防腐涂料研发",
        "main_problem": "现用溶剂型涂料挥发物超标,改用水性涂料后半年即起泡脱落,需要耐盐雾的水性防腐体系。",
        "fields": ["405"],
        "region": "370112",
        "deadline": NEXT_YEAR,
        "cooperation_modes": ["joint_development", "licence"],
        **changes,
    }
    return {name: value for name, value in payload.items() if value is not None}
