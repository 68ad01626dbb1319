"""No stack was ever used deeper than tools/stack says that it can be. Looks at all boots of this
session, so it comes last: keep tests that boot in folders that sort before this one."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# As the log has them, and as tools/stacks.conf has them.
STACKS = {"main": "main", "#DF": "df", "NMI": "nmi", "#MC": "mc", "#DB": "db"}
USED = re.compile(r"(\S+) used=(\d+)")


@pytest.fixture(name="depths", scope="module")
def _depths(builds, tmp_path_factory):
    """{folder of a build: {stack: bytes}}; clang has no call graph, so gcc's figures count there."""
    found = {}
    for build, other in (("release", "clang"), ("debug", "clang-debug")):
        file = tmp_path_factory.mktemp("stack") / "depths.json"
        subprocess.run([ROOT / "tools/stack", "--json", file, builds.out(build)], check=False)
        for name in (build, other):
            found[builds.iso(name).parent] = json.loads(file.read_text())
    return found


def test_no_stack_was_used_deeper_than_it_can_be(boot, depths, stack_lines):
    for build in ("release", "debug", "clang", "clang-debug"):
        assert boot("wakeups", "20", cpus=2, build=build).status == 0
    looked_at = [(folder, line) for folder, line in stack_lines if folder in depths]
    assert looked_at
    for folder, line in looked_at:
        used = dict(USED.findall(line))
        assert used.keys() == STACKS.keys(), line
        for name, deepest in used.items():
            assert int(deepest) <= depths[folder][STACKS[name]], f"{folder}: {line}"
