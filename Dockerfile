# The Python connector base image of Airbyte's catalogue, or one like it.
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.0
FROM ${BASE_IMAGE} AS build
WORKDIR /build
RUN python -m venv /opt/source-afas
# The dependencies, in a layer that a change of the code leaves alone.
COPY setup.py pyproject.toml ./
RUN mkdir source_afas && touch source_afas/__init__.py \
    && /opt/source-afas/bin/pip install --no-cache-dir . \
    && /opt/source-afas/bin/pip uninstall --yes airbyte-source-afas
COPY . .
RUN /opt/source-afas/bin/pip install --no-cache-dir --no-deps .

FROM ${BASE_IMAGE}
COPY --from=build /opt/source-afas /opt/source-afas
RUN id airbyte >/dev/null 2>&1 || useradd --create-home airbyte
USER airbyte
WORKDIR /airbyte
ENV AIRBYTE_ENTRYPOINT="/opt/source-afas/bin/source-afas" PYTHONDONTWRITEBYTECODE=1
LABEL io.airbyte.name=airbyte/source-afas io.airbyte.version=0.2.0
ENTRYPOINT ["/opt/source-afas/bin/source-afas"]
