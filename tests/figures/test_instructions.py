"""The instructions that the kernel says its boot took are those that QEMU executed."""

import re
import subprocess
from pathlib import Path

import pytest
from elf_file import entry_of

HERE = Path(__file__).resolve().parent
LIMIT = 5_000_000

# The kernel stops counting when it leaves for ring 3; the first instruction there then faults in
# its page, and is executed, which the plugin sees, after that.
FIRST_FAULT = 20_000


@pytest.fixture(name="plugin", scope="module")
def _plugin(tmp_path_factory):
    plugin = tmp_path_factory.mktemp("plugin") / "count.so"
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, "-o", plugin, HERE / "count_plugin.c"], check=True)
    return plugin


def test_the_kernel_counts_as_the_emulator_does(boot, builds, plugin):
    start, end = entry_of(builds.out() / "stoa.elf"), entry_of(builds.program("true"))
    argument = f"{plugin},from={start:x},to={end:x}"
    extra = ["--verbose", "--qemu-arg=-plugin", f"--qemu-arg={argument}"]
    result = boot("true", icount=True, extra=extra)
    told = int(re.search(r"boot: TSC at kernel entry=.* instructions=(\d+)", result.log)[1])
    counted = int(re.search(r"counted (\d+)", result.err)[1])
    assert told <= counted <= told + FIRST_FAULT
    assert counted <= LIMIT
