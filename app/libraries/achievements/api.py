"""Routes of /v1/achievements."""

from app.libraries.achievements.queries import LISTING
from app.libraries.achievements.service import LIBRARY
from app.libraries.http.routes import library_router

router = library_router(
    LIBRARY,
    LISTING,
    creating="draft=true 时只保存草稿；否则校验通过后立即发布（或提交审核）。"
    "发布须填写名称、简介、领域、地区、成熟度和转化方式。",
)
