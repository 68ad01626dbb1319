"""A hundred boots in a row, half of them on a host whose cores are all busy."""

import os
import subprocess
import sys

import pytest
from machines import Machine, check_smoke

BOOTS = 100
MACHINE = Machine(cpus=4)
SPINNER = [sys.executable, "-c", "while True: pass"]


@pytest.fixture(params=["quiet", "busy"])
def host(request):
    """The host with its cores idle, or each with a process that spins."""
    count = os.cpu_count() if request.param == "busy" else 0
    spinners = [subprocess.Popen(SPINNER, stdin=subprocess.DEVNULL) for _ in range(count)]
    yield request.param
    for spinner in spinners:
        spinner.kill()
        spinner.wait()


@pytest.mark.long
def test_boots_in_a_row(boot, host):
    options = {"cpus": MACHINE.cpus, "timeout": MACHINE.timeout, "fresh": True}
    for number in range(BOOTS // 2):
        result = boot("smoke", **options)
        assert result.status == 0, f"boot {number} on the {host} host: {result}"
        check_smoke(MACHINE, result)
