"""What tests let run in a child of the sandbox: ``run_child("tests.sandboxed", ["environment"], ...)``."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BLOCK = 64 * 1024 * 1024


def main(what: str, *more: str) -> None:
    match what:
        case "environment":
            print(json.dumps(dict(os.environ)))
        case "place":
            print(json.dumps({"path": sys.path, "folder": str(Path.cwd()), "temporary": tempfile.gettempdir()}))
        case "limits":
            names = ("RLIMIT_DATA", "RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_FSIZE")
            print(json.dumps({name: resource.getrlimit(getattr(resource, name)) for name in names}))
        case "echo":
            sys.stdout.buffer.write(sys.stdin.buffer.read())
        case "say":
            print("said", flush=True)
            print("an error\n" * int(more[0]), file=sys.stderr, flush=True)
        case "flood":
            while True:
                os.write(1, b"x" * 65536)
        case "exit":
            sys.exit(int(more[0]))
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "sleep":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "swell":
            held = []
            while True:
                held.append(bytes([1]) * BLOCK)
        case "start":
            # With its streams closed, so that nothing but its group ties it to this one.
            subprocess.Popen(["/bin/sh", "-c", f"exec >&- 2>&-; sleep 3; touch {more[0]}"])
        case "escape":
            # In a session of its own, and with the output held open beyond the end of this one.
            subprocess.Popen(["/bin/sh", "-c", "sleep 8"], start_new_session=True)
            os._exit(0)
        case "litter":
            Path(tempfile.gettempdir(), "left-over").write_text("x")
            Path("left-over-here").write_text("x")
            print("littered", flush=True)
            time.sleep(600)
        case _:
            raise ValueError(what)


if __name__ == "__main__":
    main(*sys.argv[1:])
