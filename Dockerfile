# syntax=docker/dockerfile:1
# One image for init, beat and workers; Postgres and Valkey come from their own images.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/dateline
# The packages change seldom, the code often: their layer comes first.
COPY requirements-service.lock /src/
RUN /opt/dateline/bin/pip install --require-hashes -r /src/requirements-service.lock
COPY . /src
RUN /opt/dateline/bin/pip install --no-deps --no-build-isolation /src

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dateline
# A volume that is mounted here belongs to the service: the bytes of pages, if DATELINE_ARCHIVE names this folder.
RUN install -d -o 10001 -g 10001 /var/lib/dateline/archive
COPY --from=build /opt/dateline /opt/dateline
ENV PATH=/opt/dateline/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /etc/dateline
USER 10001:10001
ENTRYPOINT ["dateline"]
CMD ["--help"]
