"""Serves a GGUF file by llama.cpp's server on this machine until standard input ends: ``python gguf_server.py FILE``.

Prints its address on a line of its own.
"""

from __future__ import annotations

import sys


def serve(path: str) -> None:
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = path
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.n_ctx, settings.n_parallel = 4096, 1
    # One thread: two that wait for each other are slower on two busy cores.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(settings)
    print(f"\naddress {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1])
