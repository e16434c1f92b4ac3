"""The page, over an index that is built first if it is missing or older than the corpus: ``python app.py``."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

from kin_assistant.assistant import Assistant
from kin_assistant.embedding import open_embedder
from kin_assistant.errors import CorpusError, KinError
from kin_assistant.index.build import sync
from kin_assistant.index.layout import IndexFolder
from kin_assistant.progress import progress_bar
from kin_assistant.settings import Settings
from kin_assistant.ui.server import serve


def main() -> None:
    """Bring the index up to date, open it, serve it."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = Settings()
    embedder = open_embedder(settings.model, engine=settings.engine, cache=IndexFolder(settings.index).models)
    try:
        with progress_bar(sys.stderr) as progress:
            sync(settings.corpus, settings.index, embedder, now=datetime.now(UTC), progress=progress)
    except CorpusError as error:
        # A built index answers without the folder that it was built from.
        print(f"{error} The index is served as it is.", file=sys.stderr)
    with Assistant.open(settings=settings) as assistant:
        serve(assistant, settings)


if __name__ == "__main__":
    try:
        main()
    except KinError as error:
        sys.exit(str(error))
