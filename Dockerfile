# One image; the command chooses the process: receiver, web, worker or migrate. Not built here: no Docker engine was at hand.
FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY requirements.lock ./
RUN uv venv /venv && uv pip install --python /venv/bin/python --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY sdk ./sdk
COPY core ./core
COPY plugins ./plugins
RUN uv pip install --python /venv/bin/python --no-deps --no-build-isolation -e ./sdk -e . \
    && /venv/bin/python -m compileall -q core plugins sdk

FROM python:3.11-slim
# httpx2 trusts the system's certificates; slim images bring none.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app comptoir && mkdir /data && chown comptoir /data
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY config.yaml /app/config.yaml
WORKDIR /app
USER comptoir
ENV PATH=/venv/bin:$PATH COMPTOIR_DATA=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8600 8601 8605
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-m", "core.alive"]
ENTRYPOINT ["python", "-m", "core.cli"]
CMD ["web"]
