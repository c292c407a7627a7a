"""All tables of recognition; importing this module registers them."""

from app.talent.affiliations.models import AffiliationConsent
from app.talent.certificates.models import TrainingCertificate
from app.talent.contests.models import Contest, ContestRegistration
from app.talent.filings.models import Filing
from app.talent.rankings.models import Ranking, RankingEntry
from app.talent.rounds.models import Objection, RecognitionEntry, RecognitionRound
from app.talent.tiers.models import ManagerTier, TierChange, TierConfiguration
from app.talent.trainings.models import Training, TrainingBase
from app.talent.transitions import TalentMove

__all__ = [
    "AffiliationConsent",
    "Contest",
    "ContestRegistration",
    "Filing",
    "ManagerTier",
    "Objection",
    "Ranking",
    "RankingEntry",
    "RecognitionEntry",
    "RecognitionRound",
    "TalentMove",
    "TierChange",
    "TierConfiguration",
    "Training",
    "TrainingBase",
    "TrainingCertificate",
]
