"""Calls with odd arguments, chosen by seeds, on this machine's Linux and on Stoa: the same answers."""

import itertools
import subprocess

import pytest
from test_abi import ENVIRONMENT, MACHINES, comparable, limits

SEEDS = {"4 CPUs": 1, "1 CPU": 2, "debug build": 3}
EPISODES = 100
LONG_SEEDS = range(100, 104)
LONG_EPISODES = 3000


def linux(builds, arguments):
    """The lines that this machine's Linux gives."""
    done = subprocess.run(
        [str(builds.program("abi_fuzz")), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        preexec_fn=limits,
        timeout=300,
        check=True,
    )
    return comparable(done.stdout)


def compare(boot, builds, episodes, seed, machine):
    """Run both; what differs is told with the episode that it is in."""
    arguments = [str(episodes), str(seed)]
    result = boot("abi_fuzz", *arguments, timeout=60 + episodes, **MACHINES[machine])
    assert result.status == 0, result
    episode = ""
    for expected, found in itertools.zip_longest(linux(builds, arguments), result.lines):
        episode = expected if expected and expected.startswith("episode") else episode
        assert found == expected, f"seed {seed}, {episode}"


@pytest.mark.parametrize("machine", SEEDS)
def test_same_answers(boot, builds, machine):
    compare(boot, builds, EPISODES, SEEDS[machine], machine)


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_same_answers_for_long(boot, builds, seed):
    compare(boot, builds, LONG_EPISODES, seed, "4 CPUs")
