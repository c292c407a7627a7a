"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.public.contests import router as contests
from app.web.public.figures import router as figures
from app.web.public.help_topics import router as help_topics
from app.web.public.home import router as home
from app.web.public.legal_texts import router as legal_texts
from app.web.public.preview import router as preview
from app.web.public.recognition import router as recognition
from app.web.public.records import router as records
from app.web.public.search import router as search
from app.web.public.wall import router as wall

ROUTERS: tuple[APIRouter, ...] = (
    home,
    search,
    preview,
    figures,
    recognition,
    contests,
    help_topics,
    legal_texts,
    records,
    wall,
)
