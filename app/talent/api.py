"""All routes of recognition."""

from fastapi import APIRouter

from app.talent.affiliations.api import router as affiliations
from app.talent.certificates.api import router as certificates
from app.talent.certificates.evidence_api import router as evidence
from app.talent.contests.api import router as contests
from app.talent.contests.registrations_api import router as registrations
from app.talent.filings.api import router as filings
from app.talent.rankings.api import router as rankings
from app.talent.rounds.api import router as rounds
from app.talent.rounds.entries_api import router as entries
from app.talent.rounds.reviews.api import router as reviews
from app.talent.tiers.api import router as tiers
from app.talent.trainings.api import router as trainings

router = APIRouter()
for part in (
    filings,
    affiliations,
    certificates,
    evidence,
    trainings,
    tiers,
    rounds,
    entries,
    reviews,
    rankings,
    contests,
    registrations,
):
    router.include_router(part)
