"""All operations, by the tags of the API."""

# Written by `make client` from the OpenAPI description; do not edit.
from sanku.client.calls import AsyncSender, Sender
from sanku.client.operations.accounts import (
    Accounts,
    ApiKeys,
    AsyncAccounts,
    AsyncApiKeys,
    AsyncAudit,
    AsyncOrganisations,
    AsyncUsers,
    Audit,
    Organisations,
    Users,
)
from sanku.client.operations.engagements import AsyncContracts, AsyncEngagements, Contracts, Engagements
from sanku.client.operations.exchange import (
    AsyncDuplicates,
    AsyncExports,
    AsyncImports,
    AsyncOpenData,
    AsyncPartners,
    Duplicates,
    Exports,
    Imports,
    OpenData,
    Partners,
)
from sanku.client.operations.libraries import (
    Achievements,
    AsyncAchievements,
    AsyncDemands,
    AsyncManagers,
    AsyncVocabularies,
    Demands,
    Managers,
    Vocabularies,
)
from sanku.client.operations.matching import AsyncMatching, AsyncModels, Matching, Models
from sanku.client.operations.notifications import (
    AsyncChannels,
    AsyncDeliveries,
    AsyncNotices,
    AsyncWebhooks,
    Channels,
    Deliveries,
    Notices,
    Webhooks,
)
from sanku.client.operations.pushes import AsyncFeedback, AsyncPushes, Feedback, Pushes
from sanku.client.operations.recognition import (
    AsyncContests,
    AsyncRankings,
    AsyncRecognition,
    Contests,
    Rankings,
    Recognition,
)
from sanku.client.operations.service import AsyncEvents, AsyncService, Events, Service
from sanku.client.operations.statistics import (
    AsyncStatistics,
    AsyncStatisticsRows,
    Statistics,
    StatisticsRows,
)
from sanku.client.operations.talent import (
    Affiliations,
    AsyncAffiliations,
    AsyncCertificates,
    AsyncFilings,
    AsyncTiers,
    AsyncTrainings,
    Certificates,
    Filings,
    Tiers,
    Trainings,
)


class Operations:
    """The operations of a client, each tag under its name."""

    def __init__(self, client: Sender) -> None:
        self.accounts = Accounts(client)
        self.organisations = Organisations(client)
        self.users = Users(client)
        self.api_keys = ApiKeys(client)
        self.audit = Audit(client)
        self.engagements = Engagements(client)
        self.contracts = Contracts(client)
        self.imports = Imports(client)
        self.duplicates = Duplicates(client)
        self.exports = Exports(client)
        self.partners = Partners(client)
        self.open_data = OpenData(client)
        self.achievements = Achievements(client)
        self.demands = Demands(client)
        self.managers = Managers(client)
        self.vocabularies = Vocabularies(client)
        self.matching = Matching(client)
        self.models = Models(client)
        self.channels = Channels(client)
        self.webhooks = Webhooks(client)
        self.deliveries = Deliveries(client)
        self.notices = Notices(client)
        self.pushes = Pushes(client)
        self.feedback = Feedback(client)
        self.service = Service(client)
        self.events = Events(client)
        self.statistics = Statistics(client)
        self.statistics_rows = StatisticsRows(client)
        self.filings = Filings(client)
        self.affiliations = Affiliations(client)
        self.certificates = Certificates(client)
        self.trainings = Trainings(client)
        self.tiers = Tiers(client)
        self.recognition = Recognition(client)
        self.rankings = Rankings(client)
        self.contests = Contests(client)


class AsyncOperations:
    """The operations of a client, each tag under its name."""

    def __init__(self, client: AsyncSender) -> None:
        self.accounts = AsyncAccounts(client)
        self.organisations = AsyncOrganisations(client)
        self.users = AsyncUsers(client)
        self.api_keys = AsyncApiKeys(client)
        self.audit = AsyncAudit(client)
        self.engagements = AsyncEngagements(client)
        self.contracts = AsyncContracts(client)
        self.imports = AsyncImports(client)
        self.duplicates = AsyncDuplicates(client)
        self.exports = AsyncExports(client)
        self.partners = AsyncPartners(client)
        self.open_data = AsyncOpenData(client)
        self.achievements = AsyncAchievements(client)
        self.demands = AsyncDemands(client)
        self.managers = AsyncManagers(client)
        self.vocabularies = AsyncVocabularies(client)
        self.matching = AsyncMatching(client)
        self.models = AsyncModels(client)
        self.channels = AsyncChannels(client)
        self.webhooks = AsyncWebhooks(client)
        self.deliveries = AsyncDeliveries(client)
        self.notices = AsyncNotices(client)
        self.pushes = AsyncPushes(client)
        self.feedback = AsyncFeedback(client)
        self.service = AsyncService(client)
        self.events = AsyncEvents(client)
        self.statistics = AsyncStatistics(client)
        self.statistics_rows = AsyncStatisticsRows(client)
        self.filings = AsyncFilings(client)
        self.affiliations = AsyncAffiliations(client)
        self.certificates = AsyncCertificates(client)
        self.trainings = AsyncTrainings(client)
        self.tiers = AsyncTiers(client)
        self.recognition = AsyncRecognition(client)
        self.rankings = AsyncRankings(client)
        self.contests = AsyncContests(client)
