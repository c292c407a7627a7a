# One image for the service, the worker and the command line:
#   docker run -p 8000:8000 -v sanku:/var/lib/sanku IMAGE                               the service, its worker inside
#   docker run --no-healthcheck -e SANKU_DATABASE_URL=postgresql://… IMAGE worker       a worker of its own
#   docker run --rm -it -v sanku:/var/lib/sanku IMAGE user create …                     any other command

FROM python:3.11-slim AS dependencies
# pip reads both by itself. An index with CPU builds of torch saves several gigabytes of CUDA libraries.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /opt/sanku
COPY requirements.lock requirements-dev.lock requirements-hashes.lock ./
# Files with a hash of the lock first, then torch, whose build the index chooses.
# With the extras `pdf`, `s3`, `backup` and `otel`, in the versions of the lock file.
RUN pip install --only-binary=:all: --require-hashes --no-deps -r requirements-hashes.lock \
    && pip install --only-binary=:all: -r requirements.lock \
    && pip install --only-binary=:all: -c requirements.lock -c requirements-dev.lock fpdf2 minio pyrage \
        opentelemetry-sdk opentelemetry-exporter-otlp-proto-http

# The model (about 560 MB) needs only these few files, so that a change of the service does not prepare it anew.
FROM dependencies AS model
COPY app/__init__.py app/
COPY app/errors/__init__.py app/errors/
COPY app/matching/__init__.py app/matching/
COPY app/matching/embedding/__init__.py app/matching/embedding/e5_source.py app/matching/embedding/model_files.py \
    app/matching/embedding/model_layout.py app/matching/embedding/
RUN python -c "from pathlib import Path; from app.matching.embedding.model_files import prepare_model; \
prepare_model(Path('/opt/sanku/models/multilingual-e5-small'), progress=lambda step, share: None)"

# Scripts and icons of the pages.
FROM dependencies AS web
COPY app/web/vendor app/web/vendor
COPY scripts/web_packages.py scripts/
RUN python scripts/web_packages.py && test -f app/web/static/vendor/.installed

FROM dependencies
# The Chinese font of PDF files.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
COPY --from=model /opt/sanku/models models
RUN useradd --uid 10001 --home-dir /var/lib/sanku --create-home --shell /usr/sbin/nologin sanku
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY scripts/docker-entrypoint.sh scripts/
COPY migrations migrations
COPY app app
COPY sanku sanku
COPY --from=web /opt/sanku/app/web/static/vendor app/web/static/vendor
RUN pip install --no-deps --no-build-isolation --editable . \
    && python -m compileall -q app sanku migrations
ENV SANKU_HOME=/var/lib/sanku \
    SANKU_MODEL=/opt/sanku/models/multilingual-e5-small \
    HF_HUB_OFFLINE=1
USER sanku
VOLUME /var/lib/sanku
EXPOSE 8000
# No proxy stands between the service and itself, whatever the environment says.
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=4 CMD ["python", "-c", \
    "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["sh", "/opt/sanku/scripts/docker-entrypoint.sh"]
CMD ["serve", "--host", "0.0.0.0"]
