"""The frame allocator, slab caches and locks on threads of the host, under ThreadSanitizer."""

import os
import random
import subprocess

import pytest

from conftest import ROOT, run_make

DATA_RACE = 66  # ThreadSanitizer's exit status

# A planted defect, and a function of which the report must tell.
PLANTS = {"zone": "buddy_", "slab": "slab_", "magazines": "frame_alloc"}


@pytest.fixture(scope="module", name="stress")
def stress_program():
    """Runs the program with these arguments; returns its end."""
    build = os.environ.get("STOA_BUILD", "build")
    program = f"{build}/tsan/bin/stress_memory"
    run_make(f"BUILD={build}", program)

    def run(operations, plant="", seed=9):
        return subprocess.run(
            [program, str(operations), plant],
            cwd=ROOT,
            env={**os.environ, "SEED": str(seed)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    return run


def check_clean(done):
    """No race, no frame missing."""
    assert done.returncode == 0, done.stdout[-4000:]
    assert "stress_memory: 4 CPUs" in done.stdout


def test_cpus_do_not_race(stress):
    check_clean(stress(200_000))


@pytest.mark.long
def test_cpus_do_not_race_for_long(stress):
    check_clean(stress(10_000_000, seed=random.getrandbits(63) | 1))


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_race_is_told(stress, plant):
    done = stress(20_000, plant)
    assert done.returncode == DATA_RACE, done.stdout[-4000:]
    assert "WARNING: ThreadSanitizer: data race" in done.stdout
    assert PLANTS[plant] in done.stdout
