"""What libraries raise where the machine is short of something is told from other faults."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from kin_assistant.processes.shortage import find_shortage


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "too little memory"),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "too little memory"),
        (
            RuntimeError("Exception from core.cpp:84:\nCan not create file mapping, err=Cannot allocate memory"),
            "memory",
        ),
        (RuntimeError("[CPU] MVN node with name 'x' can't alloc"), "too little memory"),
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), "too little memory"),
        (ImportError("std::bad_alloc"), "too little memory"),
        (caused(ImportError("Importing the C-extensions failed."), MemoryError()), "too little memory"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "open as many files"),
        (RuntimeError("can't start new thread"), "threads or processes"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "no room left on the disk"),
        (shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")]), "no room left on the disk"),
    ],
)
def test_a_shortage_is_named(error: BaseException, words: str) -> None:
    assert words in str(find_shortage(error))


@pytest.mark.parametrize(
    "error", [ValueError("no"), FileNotFoundError(errno.ENOENT, "No such file"), RuntimeError("no")]
)
def test_other_faults_are_none(error: BaseException) -> None:
    assert find_shortage(error) is None
