"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.bureau.duplicates.organisations import router as duplicates
from app.web.bureau.duplicates.records import router as likely_records
from app.web.bureau.figures.cell_rows import router as cell_rows
from app.web.bureau.figures.network import router as network
from app.web.bureau.figures.pages import router as figures
from app.web.bureau.figures.wall import router as wall
from app.web.bureau.home import router as home
from app.web.bureau.legal_texts import router as legal_texts
from app.web.bureau.lists.audit import router as audit
from app.web.bureau.lists.contracts import router as contracts
from app.web.bureau.lists.filings import router as filings
from app.web.bureau.lists.models import router as models
from app.web.bureau.lists.organisation import router as organisation
from app.web.bureau.lists.organisation_edit import router as organisation_edit
from app.web.bureau.lists.organisations import router as organisations
from app.web.bureau.lists.system import router as system
from app.web.bureau.lists.users import router as users
from app.web.bureau.operation import router as operation
from app.web.bureau.partners.pages import router as partners
from app.web.bureau.pushes.assignments import router as assignments
from app.web.bureau.pushes.pair_story import router as pair_story
from app.web.bureau.pushes.pushes import router as pushes
from app.web.bureau.pushes.reports import router as reports
from app.web.bureau.recusals import router as recusals
from app.web.bureau.review.engagements import router as engagement_reviews
from app.web.bureau.review.pages import router as review
from app.web.bureau.review.record import router as review_record
from app.web.bureau.rounds.entries import router as round_entries
from app.web.bureau.rounds.pages import router as rounds
from app.web.bureau.rounds.recomputation import router as recomputation
from app.web.bureau.talent.claims import router as claims
from app.web.bureau.talent.contest_edit import router as contest_edit
from app.web.bureau.talent.contests import router as contests
from app.web.bureau.talent.ranking_edit import router as ranking_edit
from app.web.bureau.talent.rankings import router as rankings
from app.web.bureau.talent.tiers import router as tiers
from app.web.bureau.talent.training_bases import router as training_bases

ROUTERS: tuple[APIRouter, ...] = (
    home,
    review,
    review_record,
    engagement_reviews,
    organisations,
    organisation,
    organisation_edit,
    users,
    filings,
    contracts,
    rounds,
    round_entries,
    assignments,
    pushes,
    pair_story,
    reports,
    figures,
    cell_rows,
    network,
    wall,
    claims,
    training_bases,
    contests,
    contest_edit,
    rankings,
    ranking_edit,
    tiers,
    recomputation,
    duplicates,
    legal_texts,
    recusals,
    likely_records,
    partners,
    models,
    operation,
    system,
    audit,
)
