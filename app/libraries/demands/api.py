"""Routes of /v1/demands."""

from app.libraries.demands.queries import LISTING
from app.libraries.demands.service import LIBRARY
from app.libraries.http.routes import library_router

router = library_router(
    LIBRARY,
    LISTING,
    creating="draft=true 时只保存草稿；否则校验通过后立即发布（或提交审核）。发布须填写名称、主要问题、领域、地区、"
    "截止日期和合作方式；匿名发布时还将检查正文是否泄露本单位信息。",
)
