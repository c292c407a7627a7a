"""Small directories in interchange format."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.database import now

ACHIEVEMENT: dict[str, Any] = {
    "id": "A1",
    "title": "水性环氧防腐涂层制备技术",
    "summary": "水性环氧树脂与改性填料复配,储罐内壁一次成膜,盐雾1000小时不起泡。",
    "keywords": ["防腐"],
    "field": "新材料",
    "trl": 7,
    "transfer_modes": ["licence"],
    "asking_price_wan": 80,
    "owner_org": "鹊山涂层研究院",
    "owner_type": "institute",
    "region": "370102",
    "language": "zh",
}
DEMAND: dict[str, Any] = {
    "id": "D1",
    "title": "储罐内壁防腐寿命短",
    "description": "储罐内壁涂层两年就起泡剥落,停产重涂一次损失大,想延长到五年以上。",
    "field": "新材料",
    "budget_wan": 120,
    "deadline": f"{now().year + 1}-12-31",
    "cooperation_modes": ["licence"],
    "org": "华山储运有限公司",
    "region": "370102",
}
MANAGER: dict[str, Any] = {
    "id": "M1",
    "name": "周渡",
    "org": "鹊桥技术转移有限公司",
    "affiliations": ["鹊山涂层研究院"],
    "regions": ["370100"],
    "fields": ["新材料"],
    "expertise": "长期服务涂料与防腐企业,熟悉专利许可。",
    "certificate_level": "intermediate",
    "years": 6,
    "capacity": 3,
    "languages": ["zh"],
    "track_record": [],
}


def write(folder: Path, **files: Sequence[Mapping[str, Any]] | str | bytes) -> Path:
    """`achievements=[…]` becomes achievements.jsonl; a text or bytes is written as it is (`qrels_pairs` as .tsv)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        if not isinstance(content, str | bytes):
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content)
        tabular = name.startswith("qrels") or name == "conflicts"
        path = folder / f"{name}.{'tsv' if tabular else 'jsonl'}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
