"""Routes of /v1/managers."""

from app.libraries.http.routes import library_router
from app.libraries.managers.queries import LISTING
from app.libraries.managers.service import LIBRARY

router = library_router(
    LIBRARY,
    LISTING,
    creating="技术经理人填报本人记录；单位可为本单位人员填报。发布须填写姓名、专长、领域和服务区域。",
)
