"""The routers of the organisation's pages, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.desk.organisation.keys import router as keys
from app.web.desk.organisation.news import router as news
from app.web.desk.organisation.people import router as people
from app.web.desk.organisation.profile import router as profile
from app.web.desk.organisation.staff import router as staff
from app.web.desk.organisation.webhooks import router as webhooks

ROUTERS: tuple[APIRouter, ...] = (profile, people, staff, keys, webhooks, news)
