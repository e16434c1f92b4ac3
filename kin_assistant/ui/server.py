"""The web server around the page."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import math
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kin_assistant import __version__
from kin_assistant.api.addresses import ADDRESSES, FOLDERS
from kin_assistant.api.admission import Admission, Cost
from kin_assistant.api.arrival import SharedOrigins
from kin_assistant.api.service import add_api
from kin_assistant.errors import ServeError
from kin_assistant.mcp_server.http import add_mcp
from kin_assistant.monitoring.logs import log_call
from kin_assistant.monitoring.metrics import Metrics, PageState
from kin_assistant.practices.queue import PracticeQueue
from kin_assistant.processes.watchdog import reporting_calls
from kin_assistant.ui.briefing import add_briefs
from kin_assistant.ui.callbacks import Callbacks
from kin_assistant.ui.clients import NO_PROXIES, ClientAddresses, OpenRequests, Proxies
from kin_assistant.ui.commitments import add_commitments
from kin_assistant.ui.comparing import add_comparisons
from kin_assistant.ui.components import ASSETS
from kin_assistant.ui.corpus_routes import add_corpus_routes
from kin_assistant.ui.coverage import add_coverage
from kin_assistant.ui.curators import Curators
from kin_assistant.ui.desk import Desk
from kin_assistant.ui.entrance import put_entrance
from kin_assistant.ui.figures import add_figures
from kin_assistant.ui.finding import add_finding
from kin_assistant.ui.gate import ADDRESSES as ACCOUNT_ADDRESSES
from kin_assistant.ui.gate import AccountGate, Gatekeeper
from kin_assistant.ui.guard import Guard
from kin_assistant.ui.head import PageHead
from kin_assistant.ui.installing import add_installing
from kin_assistant.ui.login import add_login, open_gatekeeper
from kin_assistant.ui.money import add_money
from kin_assistant.ui.monitoring import METRICS, CountedRequests, add_health, add_metrics
from kin_assistant.ui.packages import add_packages
from kin_assistant.ui.page import build_page, head_html
from kin_assistant.ui.page_texts import PageTexts, add_page_texts, bundled_page_texts, open_page_texts
from kin_assistant.ui.peers import add_peers
from kin_assistant.ui.pictures import Pictures, add_pictures
from kin_assistant.ui.practices import add_practices
from kin_assistant.ui.ratelimit import QUESTION, TRIFLE, RateLimiter
from kin_assistant.ui.reader import add_reader
from kin_assistant.ui.served import Collection, Served
from kin_assistant.ui.taking import add_transcripts
from kin_assistant.ui.theme import make_theme
from kin_assistant.ui.visits import Visits
from kin_assistant.ui.watching import add_watching

if TYPE_CHECKING:
    from fastapi import FastAPI

    from kin_assistant.api.prose import Writers
    from kin_assistant.assistant import Assistant
    from kin_assistant.settings import Settings

__all__ = ["EVALUATION", "collection_of", "make_app", "make_frame", "read_evaluation", "serve"]

EVALUATION = Path("eval/results/latest.json")
"""Shown under "About" if it is there."""

_LOOPBACK = ("127.0.0.1", "localhost")
_PICTURES_PER_MINUTE = 240
"""For one client, who may leaf through a long document; so for the next two."""
_DOCUMENTS_PER_MINUTE = 120
_LISTS_PER_MINUTE = 60
_QUIET = {
    "FASTAPI_OTEL_AUTO_CONFIGURE": "false",
    "GRADIO_ANALYTICS_ENABLED": "False",
    # What Gradio counts for a dashboard that is not served, anew with each event.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}


def serve(assistant: Assistant, settings: Settings, *, announce: Callable[[str], None] = print) -> None:
    """Serve the page until interrupted; ``announce`` is told its address once it can be opened.

    Raises ``ServeError`` if the host and port of ``settings`` cannot be listened on.
    """
    import uvicorn

    from kin_assistant.ui.connections import ConnectionLimits, Connections, bind_protocol, make_room

    proxies = Proxies.parse(settings.trusted_proxies)
    room = make_room()
    limits = ConnectionLimits(room.connections, settings.connections_per_client)
    metrics = Metrics() if settings.metrics_readers.strip() else None
    with (
        _listen(settings.host, settings.port) as listener,
        reporting_calls(log_call),
        reporting_calls(metrics.note_call) if metrics else contextlib.nullcontext(),
    ):
        # With a web server in front, whoever comes from this machine may be anybody, and be told any name of ours.
        local = settings.host in _LOOPBACK and not proxies.networks
        app = make_app(
            assistant,
            collection=collection_of(settings),
            curator_password=settings.curator_password,
            on_loopback=local,
            feedback=settings.feedback,
            practices=settings.practices,
            max_question_characters=settings.max_question_characters,
            queue_size=settings.queue_size,
            questions_per_minute=settings.questions_per_minute,
            evaluation=read_evaluation(EVALUATION),
            hosts=_LOOPBACK if local else ("*",),
            proxies=proxies,
            requests_per_client=settings.connections_per_client,
            api=settings.api == "on",
            api_origins=[origin.strip() for origin in settings.api_origins.split(",") if origin.strip()],
            writers=_open_writers(assistant) if settings.llm_url else None,
            metrics=metrics,
            metrics_readers=Proxies.parse(settings.metrics_readers),
            gatekeeper=open_gatekeeper(settings, proxies),
            page_texts=open_page_texts(Path(settings.page_texts) if settings.page_texts else None),
        )
        # The page keeps a connection open for as long as it is shown; stopping does not wait for that.
        config = uvicorn.Config(
            app,
            http=bind_protocol(Connections(limits, proxies)),
            ws="none",
            h11_max_incomplete_event_size=limits.header_bytes,
            backlog=room.backlog,
            timeout_keep_alive=math.ceil(limits.header_seconds),
            # With JSON, its log goes where ours does.
            log_config=None if settings.log == "json" else uvicorn.config.LOGGING_CONFIG,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # read by ``ClientAddresses``
            timeout_graceful_shutdown=2,
        )
        logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        announce(f"The page is at http://{host}:{settings.port}/ - press Ctrl+C to stop it.")
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def make_app(
    assistant: Assistant,
    *,
    feedback: Path,
    practices: Path | None = None,
    max_question_characters: int = 2000,
    queue_size: int = 32,
    questions_per_minute: int = 20,
    evaluation: Mapping[str, Any] | None = None,
    hosts: Sequence[str] = ("*",),
    collection: Collection | None = None,
    curator_password: str = "",
    on_loopback: bool = False,
    proxies: Proxies = NO_PROXIES,
    requests_per_client: int = 64,
    api: bool = False,
    api_origins: Sequence[str] = (),
    writers: Writers | None = None,
    metrics: Metrics | None = None,
    metrics_readers: Proxies = NO_PROXIES,
    gatekeeper: Gatekeeper | None = None,
    page_texts: Sequence[PageTexts] | None = None,
) -> FastAPI:
    """The page as an ASGI application, and the API for other programs where ``api`` is set.

    ``feedback`` is the folder for verdicts, ``practices`` that for submitted practices (without one, none can be sent).
    ``evaluation`` is what "About" reports, ``hosts`` the names under which the page answers: one that only this machine can
    reach must not answer to a foreign name that was pointed at it. The documents of ``collection`` can be changed on the page by
    whoever gives ``curator_password``, or if there is none by everybody if only this machine can reach it (``on_loopback``);
    without a collection by nobody. ``proxies`` are believed who asks, and so many ``requests_per_client`` are answered at the
    same time. Scripts of the web origins ``api_origins`` may use the API.
    Where there are ``writers``, a language model writes about answers for those who want it. Requests are counted in
    ``metrics``, which whoever asks from ``metrics_readers`` may read. With a ``gatekeeper`` everybody is asked to log in, and
    the role of an account says who may change documents. The page can be read in the languages of ``page_texts``, or else in
    those that come with the program.
    """
    os.environ.update(_QUIET)  # read when Gradio is imported, or an application is made
    import gradio

    page_texts = bundled_page_texts() if page_texts is None else page_texts
    served = Served(assistant)
    callbacks = Callbacks(
        served=served,
        feedback=feedback,
        max_question_characters=max_question_characters,
        now=lambda: datetime.now(UTC),
    )
    visits = Visits()
    page = build_page(
        callbacks,
        visits,
        version=__version__,
        evaluation=evaluation,
        queue_size=queue_size,
        renewable=collection is not None,
        writers=writers,
        accounts=gatekeeper is not None,
    )
    app = make_frame(
        served,
        hosts=hosts,
        collection=collection,
        practices=practices,
        curator_password=curator_password,
        on_loopback=on_loopback,
        proxies=proxies,
        requests_per_client=requests_per_client,
        api=api,
        api_origins=api_origins,
        metrics=metrics,
        metrics_readers=metrics_readers,
        gatekeeper=gatekeeper,
        page_texts=page_texts,
    )
    limiter = RateLimiter(questions_per_minute * QUESTION)
    add_transcripts(app, callbacks, visits, limiter)
    add_finding(app, callbacks, limiter)
    add_comparisons(app, callbacks, limiter)
    add_briefs(app, callbacks, limiter)
    add_figures(app, callbacks, limiter)
    add_peers(app, callbacks, limiter)
    add_money(app, callbacks, limiter)
    add_packages(app, callbacks, limiter)
    add_commitments(app, callbacks, limiter)
    add_watching(app, callbacks, limiter)
    admission = None
    if api:
        costs: Mapping[Cost, int] = {"question": QUESTION, "trifle": TRIFLE}
        admission = Admission(
            served.lease, lambda client, cost: limiter.acquire(client, costs[cost]), places=queue_size
        )
        add_api(app, admission, origins=frozenset(api_origins), now=lambda: datetime.now(UTC), writers=writers)
        add_mcp(app, admission, origins=frozenset(api_origins))
    gradio.mount_gradio_app(
        app,
        page,
        path="/",
        theme=make_theme(),
        head=head_html(),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        max_file_size=1,
    )
    entrance = put_entrance(app, page, limiter, PageHead(page_texts))
    if metrics:

        def read_state() -> PageState:
            build = served.build
            return PageState(
                version=__version__,
                build_id=build.id,
                built_at=build.built_at,
                documents=build.documents,
                passages=build.passages,
                waiting=entrance.held + (admission.held if admission else 0),
                places=queue_size,
            )

        metrics.watch(read_state)
    return app


def make_frame(
    served: Served,
    *,
    hosts: Sequence[str] = ("*",),
    collection: Collection | None = None,
    practices: Path | None = None,
    curator_password: str = "",
    on_loopback: bool = False,
    proxies: Proxies = NO_PROXIES,
    requests_per_client: int = 64,
    api: bool = False,
    api_origins: Sequence[str] = (),
    metrics: Metrics | None = None,
    metrics_readers: Proxies = NO_PROXIES,
    gatekeeper: Gatekeeper | None = None,
    page_texts: Sequence[PageTexts] = (),
) -> FastAPI:
    """What stands around the page: the guard, the document pages and the list of documents. As for ``make_app``."""
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    from fastapi.middleware.gzip import GZipMiddleware
    from fastapi.middleware.trustedhost import TrustedHostMiddleware
    from fastapi.responses import FileResponse
    from fastapi.staticfiles import StaticFiles

    pictures = Pictures(collection.corpus) if collection else None
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    if gatekeeper:
        app.add_middleware(AccountGate, gatekeeper=gatekeeper)
    # With this one present, Gradio leaves out its own, which answers to any origin on hosts other than localhost.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    if api and api_origins:
        app.add_middleware(SharedOrigins, origins=frozenset(api_origins))
    app.add_middleware(OpenRequests, most=requests_per_client)
    asked_first = frozenset({"OPTIONS"}) if api_origins else frozenset()
    addresses, folders = (
        {path: methods | asked_first for path, methods in paths.items()} if api else {}
        for paths in (ADDRESSES, FOLDERS)
    )
    watched = {METRICS: frozenset({"GET", "HEAD"})} if metrics else {}
    app.add_middleware(
        Guard, addresses=addresses | watched | (ACCOUNT_ADDRESSES if gatekeeper else {}), folders=folders
    )
    app.add_middleware(GZipMiddleware)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    if metrics:
        app.add_middleware(CountedRequests, note=metrics.note_request)
    # The outermost one, so that everything else knows who the client is.
    app.add_middleware(ClientAddresses, proxies=proxies)
    head = PageHead(page_texts)
    add_reader(app, served, RateLimiter(_DOCUMENTS_PER_MINUTE), pictures, head)
    if pictures:
        add_pictures(app, served, pictures, RateLimiter(_PICTURES_PER_MINUTE))
    local = on_loopback and not proxies.networks
    # With accounts their roles decide, and one password of all counts for nothing.
    curators = Curators("" if gatekeeper else curator_password, on_loopback=local, clock=time.monotonic)
    desk = Desk(served, collection, curators, RateLimiter(_LISTS_PER_MINUTE), gatekeeper)
    if gatekeeper:
        add_login(app, served, gatekeeper, head)
    add_corpus_routes(app, served, desk)
    add_practices(app, desk, PracticeQueue(practices) if practices else None, now=lambda: datetime.now(UTC))
    add_coverage(app, served, RateLimiter(_LISTS_PER_MINUTE))
    add_health(app, served)
    add_installing(app, served, head)
    if metrics:
        add_metrics(app, metrics, metrics_readers)
    add_page_texts(app, page_texts)
    app.mount("/page", StaticFiles(directory=ASSETS))

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(ASSETS / "icon.svg", media_type="image/svg+xml")

    return app


def _open_writers(assistant: Assistant) -> Writers:
    """What writes prose for the page and the API. Raises ``LanguageModelError`` for what is set wrongly."""
    from kin_assistant.api.prose import Writers

    return Writers(assistant.open_writer())


def read_evaluation(path: Path) -> Mapping[str, Any] | None:
    """Stored results of an evaluation; ``None`` if there are none or they cannot be read."""
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return results if isinstance(results, dict) else None


def collection_of(settings: Settings) -> Collection:
    """The corpus and the index that the settings name."""
    from kin_assistant.documents.parsers import Limits
    from kin_assistant.index.build import Progress, sync
    from kin_assistant.index.layout import IndexFolder
    from kin_assistant.index.report import SyncReport
    from kin_assistant.models.embedder import open_embedder
    from kin_assistant.models.multilingual import open_multilingual

    def run(progress: Progress) -> SyncReport:
        # A model of its own, so that questions do not wait behind what is embedded.
        models = IndexFolder(settings.index).models
        embedder = open_embedder(settings.model, engine=settings.engine, cache=models)
        return sync(
            settings.corpus,
            settings.index,
            embedder,
            now=datetime.now(UTC),
            multilingual=open_multilingual(settings.languages, engine=settings.engine, cache=models),
            progress=progress,
            limits=Limits.from_settings(settings),
        )

    return Collection(settings.corpus, settings.index, run)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a log record tells of more than open pages that a stopping server leaves behind, or of what is no request."""
    error = record.exc_info[1] if record.exc_info else None
    words = f"{record.getMessage()} {error}"
    return "graceful shutdown exceeded" not in words and "Invalid HTTP request received" not in words


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, so that a taken port is known before anything is built."""
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        if os.name == "posix":
            # A restarted server need not wait for the old one's connections to fade; elsewhere this would share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        if listener:
            listener.close()
        raise ServeError(_why_not(error, host, port), details=repr(error)) from error
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is in use by another program. Stop it, or choose another port with --port or KIN_PORT."
        case errno.EACCES:
            return f"Port {port} needs more rights than this program has. Choose a port above 1023 with --port or KIN_PORT."
        case _:
            return f'"{host}" is not an address of this machine. Choose another with --host or KIN_HOST.'
