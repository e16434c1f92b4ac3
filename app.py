"""The page, as ``kin serve`` gives it: ``python app.py [--port 8000]``."""

import sys

from kin_assistant.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main(["serve", *sys.argv[1:]]))
