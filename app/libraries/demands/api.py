"""/v1/demands."""

from app.libraries.demands.queries import LISTING
from app.libraries.demands.service import LIBRARY
from app.libraries.http.routes import library_router

router = library_router(
    LIBRARY,
    LISTING,
    creating="draft=true 只存草稿;否则校验后立即发布(或提交审核)。发布需要名称、主要问题、领域、地区、截止日期和"
    "合作方式;匿名发布会检查正文是否透露本单位。",
)
