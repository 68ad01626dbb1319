"""The list of mutants holds together; `make mutants` builds and runs them."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LISTED = tomllib.loads((Path(__file__).parent / "list.toml").read_text())["mutant"]
MUTANTS = [mutant for mutant in LISTED if "check" not in mutant]
REFUSED = [mutant for mutant in LISTED if "check" in mutant]
ROWS = {*range(1, 7), 9, 10, 11, 12, 13, 14, 17, *range(19, 24), *range(27, 31), *range(32, 37)}


def test_every_row_has_its_mutant():
    assert {mutant["row"] for mutant in LISTED} >= ROWS


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


def test_what_the_compiler_refuses_is_there():
    checks = subprocess.run(
        [ROOT / "tools/lint", "--list"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()
    for mutant in REFUSED:
        programs = [path.read_text() for path in (ROOT / mutant["folder"]).glob("*.c")]
        assert programs and all("#ifdef MIXED" in program for program in programs)
        assert mutant["check"] in checks
