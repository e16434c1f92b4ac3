# The page in a container: `docker compose up --build`, or by itself. docs/operations.md says how.
# Versions and hashes of all packages are those of requirements/.

ARG PYTHON=3.13

FROM python:${PYTHON}-slim-bookworm AS installed
# PyTorch's index of builds for processors alone, which pip does not know by itself. Without it the image is several GB larger.
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_NO_CACHE_DIR=1
WORKDIR /opt/kin-assistant
COPY requirements requirements
COPY tools/__init__.py tools/install.py tools/
RUN python -m venv .venv && .venv/bin/python -m tools.install --no-project runtime
# The program comes last: a change of it installs nothing else anew.
COPY pyproject.toml README.md LICENSE ./
COPY corpus/LICENSE corpus/LICENSE
COPY kin_assistant kin_assistant
RUN .venv/bin/python -m pip install --no-deps --no-build-isolation .

FROM python:${PYTHON}-slim-bookworm
COPY --from=installed /opt/kin-assistant/.venv /opt/kin-assistant/.venv
# A user without a name, a password or a home, to whom nothing belongs but the three folders.
RUN mkdir -p /var/lib/kin-assistant/index /var/lib/kin-assistant/feedback /var/lib/kin-assistant/practices
COPY corpus /var/lib/kin-assistant/corpus
RUN chown -R 10001:10001 /var/lib/kin-assistant
USER 10001:10001
WORKDIR /var/lib/kin-assistant
ENV PATH="/opt/kin-assistant/.venv/bin:$PATH" \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    KIN_CORPUS=/var/lib/kin-assistant/corpus \
    KIN_INDEX=/var/lib/kin-assistant/index \
    KIN_FEEDBACK=/var/lib/kin-assistant/feedback \
    KIN_PRACTICES=/var/lib/kin-assistant/practices \
    KIN_HOST=0.0.0.0 \
    KIN_PORT=7860 \
    KIN_LOG=json
VOLUME ["/var/lib/kin-assistant/corpus", "/var/lib/kin-assistant/index", "/var/lib/kin-assistant/feedback", "/var/lib/kin-assistant/practices"]
EXPOSE 7860
STOPSIGNAL SIGTERM
# The first start builds the index before the page listens.
HEALTHCHECK --interval=30s --timeout=6s --retries=3 --start-period=30m \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=5)"]
ENTRYPOINT ["kin"]
CMD ["serve"]
