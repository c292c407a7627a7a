"""All routes of statistics."""

from fastapi import APIRouter

from app.statistics.figures.api import router as figures
from app.statistics.rows.api import router as rows

router = APIRouter()
for part in (figures, rows):
    router.include_router(part)
