"""The router of the three libraries and the vocabularies."""

from fastapi import APIRouter

from app.libraries.achievements.api import router as achievements
from app.libraries.demands.api import router as demands
from app.libraries.managers.api import router as managers
from app.libraries.vocabularies.api import router as vocabularies

router = APIRouter()
for _router in (achievements, demands, managers, vocabularies):
    router.include_router(_router)
