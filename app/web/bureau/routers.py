"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.bureau.review.pages import router as review
from app.web.bureau.review.record import router as review_record

ROUTERS: tuple[APIRouter, ...] = (review, review_record)
