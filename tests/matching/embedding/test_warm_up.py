"""A service is ready when its models are loaded."""

import json
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.bootstrap.workers import build_prefetchers
from app.main import create_app
from app.matching.embedding.text_models import ModelNotReady
from app.matching.ranking.ranker import RerankerNotFitted, load_ranker, ranker_file
from app.matching.reranker.cross_encoder import CrossEncoderReranker
from app.settings import Settings
from tests.matching.reranker.tiny_cross_encoder import make_cross_encoder
from tests.support.embedders import BigramEmbedder
from tests.support.services import demo_settings


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return demo_settings(home=tmp_path / "home", database_url=sqlite_url, worker_in_service=False)


class SlowToLoad(BigramEmbedder):
    """A model that takes as long to load as the test wants."""

    def __init__(self) -> None:
        self.may_load, self.loaded = threading.Event(), threading.Event()

    @property
    def ready(self) -> bool:
        return self.loaded.is_set()

    def load(self) -> None:
        self.may_load.wait()
        self.loaded.set()


class Missing(BigramEmbedder):
    ready = False

    def __init__(self) -> None:
        self.asked = threading.Event()

    def load(self) -> None:
        self.asked.set()
        raise ModelNotReady


def test_the_service_is_ready_once_the_models_are_loaded(settings: Settings) -> None:
    embedder = SlowToLoad()
    with TestClient(create_app(settings, embedder=embedder)) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["model"]) == (503, False)
        assert client.get("/healthz").status_code == 200
        embedder.may_load.set()
        assert embedder.loaded.wait(60)
        assert client.get("/readyz").status_code == 200


def test_without_its_model_the_service_lives_and_is_not_ready(settings: Settings) -> None:
    embedder = Missing()
    with TestClient(create_app(settings, embedder=embedder)) as client:
        assert embedder.asked.wait(60)
        assert client.get("/readyz").json()["checks"] == {"model": False, "database": True, "index": True}
        assert client.get("/healthz").status_code == 200


def test_a_reranker_must_be_there_and_fitted_and_loaded_before_the_service_is_ready(
    settings: Settings, tmp_path: Path
) -> None:
    embedder = BigramEmbedder()
    folder = tmp_path / "tiny"
    settings = settings.model_copy(update={"reranker": str(folder), "model_device": "cpu"})
    with pytest.raises(ModelNotReady):
        create_app(settings, embedder=embedder)
    make_cross_encoder(folder)
    with pytest.raises(RerankerNotFitted):
        create_app(settings, embedder=embedder)
    name = CrossEncoderReranker(folder).name
    file = ranker_file(settings.home_path / "models", embedder.model_id, name)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(load_ranker().to_dict()), encoding="utf-8")
    app = create_app(settings, embedder=embedder)
    client = TestClient(app)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"model": True, "reranker": False, "database": True, "index": True}
    warm_up, *_ = build_prefetchers(app.state.services)
    warm_up.run(threading.Event())
    assert client.get("/readyz").json()["checks"]["reranker"]
    assert client.get("/readyz").status_code == 200
