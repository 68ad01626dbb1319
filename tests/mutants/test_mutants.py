"""The list of mutants holds together; `make mutants` builds and runs them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANTS = tomllib.loads((Path(__file__).parent / "list.toml").read_text())["mutant"]


def test_every_row_has_its_mutant():
    assert {mutant["row"] for mutant in MUTANTS} >= {1, 2, 5, 6, 9, 10, 11, 14, 29, 30, 34, 36}


def test_every_mutant_of_the_source_is_listed():
    used = {
        (name, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "kernel").rglob("*.*"))
        for name in re.findall(r"\bMUTANT_(\w+)", path.read_text())
    }
    assert used == {(mutant["name"], mutant["source"]) for mutant in MUTANTS}


def test_the_expected_line_is_a_string_of_the_normal_kernel(builds):
    for mutant in MUTANTS:
        kernel = builds.out("debug" if mutant.get("debug") else "release") / "stoa.elf"
        assert mutant["line"].encode() + b"\0" in kernel.read_bytes(), mutant["name"]
