# The Python connector base image of Airbyte's catalogue, or one like it.
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.0

# The dependencies, which a change of the code leaves alone, with the newest CDK that is tested. Their own tests are a sixth of them.
FROM ${BASE_IMAGE} AS dependencies
WORKDIR /dependencies
COPY setup.py pyproject.toml ./
COPY docs/pypi.md docs/
RUN mkdir source_afas && touch source_afas/__init__.py \
    && python -m venv --without-pip /opt/source-afas \
    && pip --python /opt/source-afas install --no-cache-dir '.[tested]' \
    && pip --python /opt/source-afas uninstall --yes airbyte-source-afas \
    && find /opt/source-afas -type d -name tests -prune -exec rm -r {} +

FROM dependencies AS source
WORKDIR /source
COPY . .
RUN pip --python /opt/source-afas install --no-cache-dir --no-deps --prefix /installed .

FROM ${BASE_IMAGE}
WORKDIR /airbyte
COPY --from=dependencies /opt/source-afas /opt/source-afas
COPY --from=source /installed /opt/source-afas
# The base image's user `airbyte`; by a number Kubernetes sees that it is not root.
USER 1000:1000
# The CDK wants a place for temporary files, and memory is there on a read-only file system too.
ENV AIRBYTE_ENTRYPOINT="/opt/source-afas/bin/source-afas" PYTHONDONTWRITEBYTECODE=1 TMPDIR=/dev/shm
LABEL io.airbyte.name=airbyte/source-afas io.airbyte.version=0.3.0
ENTRYPOINT ["/opt/source-afas/bin/source-afas"]
