"""Chinese names of fields, and reasons why a part of a file is passed over, as its sender reads them."""

from collections.abc import Mapping
from types import MappingProxyType

from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES

IGNORED: Mapping[str, str] = MappingProxyType(
    {
        "unknown_table": "看不出是哪一类记录",
        "text": "没有记录的文字",
        "hidden": "隐藏的工作表或行",
        "instructions": "填表说明",
        "title": "标题行",
        "total": "合计行",
        "note": "附注或签字",
        "empty": "只有序号",
        "sample": "示例行",
        "heading": "贯穿表格的文字",
        "deleted": "来源处已删除",
        "no_header": "没有表头的列，其中的值没有读取；请补写表头后重新上传",
    }
)
"""Code of an ignored place → what it is."""

# What an importer calls otherwise than the body of a record.
_OF_ROWS = {
    "owner_org": "单位名称",
    "seller": "卖方",
    "buyer": "买方",
    "affiliations": "工作单位",
    "budget": "投资预算",
    "price": "意向价格",
    "co_orgs": "合作单位",
}


def label_of(kind: str, name: str) -> str:
    """The Chinese name of a field of an imported row; the field's own name if there is none."""
    if name in _OF_ROWS:
        return _OF_ROWS[name]
    if kind not in {one.value for one in RecordKind}:
        return name
    field = LIBRARIES[RecordKind.of(kind)].create_schema.model_fields.get(name)
    return (field.title if field else None) or name
