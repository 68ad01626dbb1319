"""The models of the host tests, run for long, each time from another seed."""

import os
import random
import subprocess

import pytest

from conftest import ROOT, run_make

OPERATIONS = 100_000_000


@pytest.mark.long
@pytest.mark.parametrize("name", ["buddy", "umap", "vma_random"])
def test_a_hundred_million_operations(name):
    """The kernel's code and its model agree all the way; the seed is in the message if not."""
    # Without sanitizers, which `make test` has, it takes half of the time.
    build = os.environ.get("STOA_BUILD", "build") + "/plain"
    program = f"{build}/host/bin/test_{name}"
    run_make(f"BUILD={build}", "HOST_SAN=", "EXTRA=-O2", program)
    seed = random.getrandbits(63)
    environment = {**os.environ, "SEED": str(seed), "OPERATIONS": str(OPERATIONS)}
    done = subprocess.run(
        [program],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"{name}: SEED={seed}")
    assert done.returncode == 0, f"SEED={seed}\n{done.stdout[-3000:]}"
