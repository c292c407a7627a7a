"""The routers of recognition."""

from fastapi import APIRouter

from app.web.manager.recognition.certificates import router as certificates
from app.web.manager.recognition.filing import router as filing
from app.web.manager.recognition.rounds import router as rounds
from app.web.manager.recognition.tier import router as tier
from app.web.manager.recognition.trainings import router as trainings

ROUTERS: tuple[APIRouter, ...] = (tier, filing, certificates, trainings, rounds)
