"""/v1/achievements."""

from app.libraries.achievements.queries import LISTING
from app.libraries.achievements.service import LIBRARY
from app.libraries.http.routes import library_router

router = library_router(
    LIBRARY,
    LISTING,
    creating="draft=true 只存草稿;否则校验后立即发布(或提交审核)。发布需要名称、简介、领域、地区、成熟度和转化方式。",
)
