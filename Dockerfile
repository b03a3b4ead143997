# Two stages: what builds stays behind.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements/run.lock requirements/run.lock
RUN python -m venv /opt/easel \
 && /opt/easel/bin/pip install --no-cache-dir --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN /opt/easel/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 easel && install -d -o easel /data
COPY --from=build /opt/easel /opt/easel
USER easel
ENV PATH=/opt/easel/bin:$PATH BOT_DATA_DIR=/data BOT_WEB_LISTEN=0.0.0.0:8080 BOT_LOG_FORMAT=json
VOLUME /data
EXPOSE 8080
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=5)"]
# SIGTERM lets what is being sent arrive (BOT_DRAIN_SECONDS); nothing needs a clean stop.
CMD ["bot", "run"]
