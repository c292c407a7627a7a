"""What follows from what: every event, and the handlers that run when it has happened, in this order.

A plain function writes, in the transaction that acknowledges the event; a `Handler` computes a plan beforehand. An
event with no handlers is acknowledged at once: it is there for the record, and for handlers to come.
"""

from app.accounts.api_keys import audit_refused_key
from app.accounts.links.credential_mails import mail_credentials_change, mail_password_change
from app.engagements import handlers as engagements
from app.events import catalogue as events
from app.events.handler import Handler, HandlerTable
from app.libraries import verified_owners
from app.libraries.review import renamed_owners
from app.matching import handlers as matching
from app.matching.changed_ties import drop_forbidden_pairs, rank_family_again, store_family_again
from app.matching.training import outcome_handlers as outcomes
from app.notifications import handlers as notifications
from app.notifications.notices.table import ROWS_OF_EVENT
from app.pushes import handlers as pushes
from app.pushes.assignment.runs import execute_run, plan_run
from app.pushes.feedback import training_signals
from app.pushes.planning.engagement_reassignment import plan_after_engagement, write_after_engagement
from app.pushes.record_closure import ask_to_close
from app.pushes.task_reminders import remind_of_task
from app.talent import handlers as talent

FIND_TELLING_RECORDS = Handler(renamed_owners.find_telling, renamed_owners.announce_telling)
PUBLISH_WAITING = Handler(verified_owners.plan_publication, verified_owners.publish_planned)

RANK_DEMAND = Handler(matching.rank_demand, matching.store_ranking)
RANK_ACHIEVEMENT = Handler(matching.rank_achievement, matching.store_ranking)
RANK_DEMANDS_AGAIN = Handler(matching.rank_demands_again, matching.store_demands_again)
RANK_FAMILY_AGAIN = Handler(rank_family_again, store_family_again)

PUSH_RANKED_RECORD = Handler(pushes.plan_record, pushes.write_planned)
PUSH_TO_NEW_MANAGER = Handler(pushes.plan_new_manager, pushes.write_planned)
PUSH_TO_TIED_MANAGERS = Handler(pushes.plan_tied_managers, pushes.write_planned)
PUSH_TO_NEXT_MANAGER = Handler(pushes.plan_next_manager, pushes.write_next_manager)
PUSH_AFTER_INTEREST = Handler(pushes.plan_interest, pushes.write_planned)
REASSIGN_OVERDUE = Handler(pushes.plan_overdue, pushes.write_overdue)
REASSIGN_AFTER_ENGAGEMENT = Handler(plan_after_engagement, write_after_engagement)
EXECUTE_ASSIGNMENT = Handler(plan_run, execute_run)

REFRESH_TIERS_OF_CONTRACT = Handler(talent.find_managers_of_contract, talent.refresh_tiers)
REFRESH_TIER_OF_MANAGER = Handler(talent.find_manager, talent.refresh_tiers)
REFRESH_OUTDATED_TIERS = Handler(talent.find_outdated_managers, talent.refresh_tiers)
REFRESH_TIERS_OF_PARTY = Handler(talent.find_managers_of_party, talent.refresh_tiers_in_batches)
REFRESH_ALL_TIERS = Handler(talent.find_all_managers, talent.refresh_tiers_in_batches)

SEND = Handler(notifications.attempt_delivery, notifications.record_attempt)

_EFFECTS: HandlerTable = {
    # Records are published, changed and taken back.
    events.DemandPublished: (engagements.restore_engagements, engagements.review_of_demand, RANK_DEMAND),
    events.DemandChanged: (engagements.review_of_demand, RANK_DEMAND),
    events.DemandWithdrawn: (
        matching.drop_pairs_of_demand,
        engagements.end_unconsented_engagements,
        pushes.revise_pending,
    ),
    events.DemandClosed: (
        matching.drop_pairs_of_demand,
        engagements.end_unconsented_engagements,
        pushes.revise_pending,
    ),
    events.AchievementPublished: (
        engagements.restore_engagements,
        engagements.review_of_achievement,
        RANK_ACHIEVEMENT,
    ),
    events.AchievementChanged: (engagements.review_of_achievement, RANK_ACHIEVEMENT),
    events.AchievementWithdrawn: (
        matching.drop_pairs_of_achievement,
        engagements.end_unconsented_engagements,
        pushes.revise_pending,
    ),
    events.AchievementClosed: (
        matching.drop_pairs_of_achievement,
        engagements.end_unconsented_engagements,
        pushes.revise_pending,
    ),
    events.ManagerPublished: (engagements.review_of_manager, pushes.resume_of_manager, PUSH_TO_NEW_MANAGER),
    events.ManagerChanged: (engagements.review_of_manager, pushes.revise_pending, PUSH_TO_NEW_MANAGER),
    events.ManagerWithdrawn: (pushes.revise_pending,),
    events.ManagerClosed: (pushes.revise_pending,),
    events.DemandReturned: (),
    events.AchievementReturned: (),
    events.ManagerReturned: (),
    events.LoginMailboxConfirmed: (notifications.use_confirmed_mailbox,),
    events.AccountChanged: (pushes.follow_account,),
    events.PasswordChanged: (mail_password_change,),
    events.CredentialsChanged: (mail_credentials_change,),
    events.ApiKeyRefused: (audit_refused_key,),
    events.OrganisationChanged: (
        drop_forbidden_pairs,
        pushes.revise_of_organisation,
        PUSH_TO_TIED_MANAGERS,
        REFRESH_TIERS_OF_PARTY,
        engagements.review_of_organisation,
        FIND_TELLING_RECORDS,
    ),
    events.RecordMergeUndone: (),
    events.RecordTellsOwner: (),
    events.OrganisationsToVerify: (),
    events.OrganisationVerified: (PUBLISH_WAITING,),
    # Pairs are ranked and pushed.
    events.PairsRanked: (pushes.revise_ranked, PUSH_RANKED_RECORD),
    events.ModelPromoted: (RANK_DEMANDS_AGAIN,),
    events.PairsToRerank: (RANK_DEMANDS_AGAIN,),
    events.OrganisationToRerank: (RANK_FAMILY_AGAIN,),
    events.AssignmentDue: (EXECUTE_ASSIGNMENT,),
    # Managers answer, or do not.
    events.PushAccepted: (training_signals.judge_answer,),
    events.PushDeclined: (PUSH_TO_NEXT_MANAGER, training_signals.judge_answer),
    events.PushPostponed: (),
    events.PushUndone: (training_signals.retract_answer,),
    events.PushOverdue: (REASSIGN_OVERDUE,),
    events.PushExpired: (PUSH_TO_NEXT_MANAGER, training_signals.judge_ignored),
    events.PushCancelled: (PUSH_TO_NEXT_MANAGER,),
    # Owners and others say what they think of a match.
    events.OwnerAnswered: (pushes.revise_refused, PUSH_AFTER_INTEREST, outcomes.judge_by_owner),
    events.MatchReportResolved: (),
    events.MatchReported: (outcomes.judge_by_report,),
    # Engagements, tasks and contracts go their way.
    events.EngagementOpened: (outcomes.judge_opened_engagement,),
    events.ParticipantInvited: (engagements.review_engagement,),
    events.ParticipantConsented: (engagements.review_engagement,),
    events.ParticipantDeclined: (engagements.review_engagement,),
    events.ParticipantLeft: (engagements.review_engagement,),
    events.ParticipantAdmitted: (),
    events.ParticipantReviewEnded: (),
    events.EngagementReviewOpened: (),
    events.EngagementReviewOverdue: (),
    events.EngagementReviewClosed: (engagements.answer_waiting_consents,),
    events.EngagementAgreed: (pushes.revise_engaged,),
    events.EngagementMoved: (engagements.review_engagement, pushes.revise_engaged),
    events.EngagementEnded: (
        engagements.review_engagement,
        REASSIGN_AFTER_ENGAGEMENT,
        outcomes.judge_ended_engagement,
    ),
    events.SharesProposed: (),
    events.TaskAssigned: (),
    events.TaskDue: (remind_of_task,),
    events.TaskOverdue: (remind_of_task,),
    events.ContractDrafted: (),
    events.ContractRedrafted: (),
    events.ContractDropped: (),
    events.ContractReady: (),
    events.ContractSignatureGiven: (),
    events.ContractSignaturesVoided: (),
    events.ContractAmendmentProposed: (),
    events.ContractAmendmentClosed: (),
    events.ContractSigned: (outcomes.judge_signed_contract, REFRESH_TIERS_OF_CONTRACT),
    events.ContractRegistered: (
        pushes.revise_contracted,
        ask_to_close,
        REFRESH_TIERS_OF_CONTRACT,
    ),
    events.ContractLanded: (
        outcomes.judge_landed_contract,
        pushes.revise_contracted,
        ask_to_close,
        REFRESH_TIERS_OF_CONTRACT,
    ),
    events.ContractAmended: (REFRESH_TIERS_OF_CONTRACT, talent.doubt_recognitions_of_less),
    events.ContractCancelled: (
        outcomes.retract_cancelled_contract,
        pushes.resume_of_contract,
        REFRESH_TIERS_OF_CONTRACT,
        talent.doubt_recognitions,
    ),
    # Managers are recognised.
    events.CertificateSubmitted: (),
    events.CertificateVerified: (REFRESH_TIER_OF_MANAGER,),
    events.CertificateRejected: (),
    events.CertificateRevoked: (REFRESH_TIER_OF_MANAGER, talent.doubt_recognitions),
    events.CertificateExpired: (REFRESH_TIER_OF_MANAGER,),
    events.FilingChanged: (REFRESH_TIER_OF_MANAGER, pushes.revise_filed),
    events.FilingEnding: (),
    events.TrainingChanged: (),
    events.AffiliationAnswered: (engagements.review_of_manager,),
    events.TierConfigured: (REFRESH_ALL_TIERS,),
    events.TiersOutdated: (REFRESH_OUTDATED_TIERS,),
    events.TierChanged: (),
    events.RecognitionFrozen: (),
    events.RecognitionDecided: (),
    events.RecognitionReopened: (),
    events.RecognitionCancelled: (),
    events.RecognitionDoubted: (),
    events.RecognitionWithdrawn: (),
    events.ObjectionRaised: (),
    events.ObjectionAnswered: (),
    events.RecognitionPublished: (),
    events.RankingPublished: (),
    events.ContestRegistered: (),
    events.ContestPromoted: (),
    events.ContestLeft: (),
    events.ContestMoved: (),
    events.ContestCancelled: (),
    events.ContestFinished: (),
    # People are notified.
    events.DigestDue: (pushes.make_manager_digest,),
    events.OwnerDigestDue: (pushes.make_organisation_digest,),
    events.MessageDue: (notifications.route_message,),
    events.DeliveryDue: (SEND,),
}

HANDLERS: HandlerTable = {
    event: (*handlers, notifications.notify_people) if event in ROWS_OF_EVENT else handlers
    for event, handlers in _EFFECTS.items()
}
"""The effects, and after them the notices: `notifications.notices.table` says who is notified of which event."""
