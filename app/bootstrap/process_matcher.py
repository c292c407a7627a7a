"""The matcher of a process, and the embedding model that it answers by."""

from app.database import Database
from app.engagements.lifecycle.outcomes import outcomes_of_managers, success_rates_of_owners
from app.engagements.lifecycle.workload import open_engagement_counts
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.index import open_index, open_lexical
from app.matching.managers.recommendation import ManagerLookups
from app.matching.matcher import Matcher
from app.matching.ranking.ranker import ranker_for
from app.matching.reranker.cross_encoder import Reranker, name_of
from app.matching.reranker.pair_values import pair_values
from app.matching.spaces.lifecycle import registered, serving
from app.matching.spaces.opened_models import OpenedModels
from app.pushes.eligibility.history import pending_by_manager
from app.pushes.feedback.manager_track_record import push_histories
from app.pushes.preferences.service import managers_who_do_not_want
from app.settings import Settings
from app.talent.certificates.service import verified_levels


def embedder_at_start(database: Database, models: OpenedModels) -> Embedder:
    """The model that serves; that of the settings where the store has one space.

    Raises:
        RuntimeError: the settings name a model that is none of the store's.
    """
    with database.reading() as session:
        model, known = serving(session), [space.model_id for space in registered(session)]
    if model is None:
        return models.of(models.of_settings)
    named = models.of_settings.model_id
    if named not in known:
        raise RuntimeError(
            f"SANKU_MODEL is {named}, but the store answers by {model.model_id}: set SANKU_MODEL={model.source}, then "
            f"run `sanku model switch` to change the model (SANKU_MODEL 为 {named}，而本库使用 {model.model_id}："
            f"请设置 SANKU_MODEL={model.source}；如需更换模型，请运行 sanku model switch)"
        )
    return models.of(model)


def build_matcher(
    settings: Settings,
    database: Database,
    embedder: Embedder,
    indexer: MatchingIndexer,
    reranker: Reranker | None,
) -> Matcher:
    with database.reading() as session:
        several = serving(session) is not None
    return Matcher(
        embedder=embedder,
        index=open_index(settings, database, embedder.model_id, embedder.dimension),
        lexical=open_lexical(settings, database, embedder.model_id),
        ranker=ranker_for(settings.home_path / "models", embedder.model_id, name_of(reranker)),
        pair_values=pair_values(reranker, database),
        indexer=indexer,
        lookups=ManagerLookups(
            open_load=open_engagement_counts,
            histories=push_histories,
            outcomes=outcomes_of_managers,
            newcomer_share=settings.newcomer_share,
            pending=pending_by_manager,
            verified_certificates=verified_levels,
            pending_per_slot=settings.pushes_waiting_per_place,
            unwilling=managers_who_do_not_want,
        ),
        owner_records=success_rates_of_owners,
        candidates=settings.match_candidates,
        candidates_memory_mb=settings.candidates_memory_mb,
        threshold=settings.push_threshold,
        follow_registry=True,
        of_one_model=several,
    )
