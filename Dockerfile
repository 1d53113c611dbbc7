# One image for web, worker, beat and migrations; compose.yaml says which command each runs.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
# The packages first: this layer stays as it is until they change.
COPY constraints.run.txt /app/
RUN pip install --require-hashes -r /app/constraints.run.txt
WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY digest digest
COPY templates templates
COPY workers workers
# Editable, so that code and templates are found in /app, as in a checkout.
RUN pip install --no-deps --no-build-isolation --editable . \
 && python -m compileall -q digest workers

FROM python:3.13-slim
RUN groupadd --gid 10001 digest \
 && useradd --uid 10001 --gid digest --home-dir /var/lib/digest --no-create-home digest \
 && install --directory --owner digest --group digest --mode 0700 /var/lib/digest
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DIGEST_HOME=/var/lib/digest
WORKDIR /app
USER digest
EXPOSE 8025
CMD ["digest", "--help"]
