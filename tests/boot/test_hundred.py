"""A hundred boots in a row, none failing, half of them while the host has other things to do."""

import contextlib
import os
import subprocess

import pytest


@contextlib.contextmanager
def busy_host():
    """Keep every CPU of the host busy."""
    loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@pytest.mark.long
@pytest.mark.parametrize("busy", [False, True], ids=["quiet host", "busy host"])
def test_fifty_boots(boot, busy):
    with busy_host() if busy else contextlib.nullcontext():
        for number in range(50):
            result = boot("smoke", cpus=4, timeout=180, fresh=True)
            assert result.status == 0, f"boot {number}: {result}"
