"""Fuzzing: a million cases over all targets (STOA_FUZZ_RUNS: another number; STOA_FUZZ_SEED: other
cases), after each target has shown that its corpus reaches its parser and that it finds a bug. When
there is time, a million more for each of the parsers of what devices, firmware and programs send."""

import filecmp
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import fuzzlib
import pytest

TARGETS = fuzzlib.targets()
RUNS = int(os.environ.get("STOA_FUZZ_RUNS", "1000000"))
SEED = int(os.environ.get("STOA_FUZZ_SEED", "1"))
# A case of these targets takes far longer than the others': they get few of the cases.
SLOW = {"lzss": RUNS // 20, "memmap": RUNS // 20, "umap": RUNS // 200}
# These get a tenth of the cases each, and when there is time RUNS more each.
DEVICES = ("acpi", "keys", "pci", "vt")
LINES_PERCENT = 95
LONG_LIMIT = 3600  # seconds


def share(target):
    """How many of the cases this target gets."""
    if target.name in SLOW:
        return SLOW[target.name]
    if target.name in DEVICES:
        return RUNS // 10
    rest = RUNS - sum(SLOW.values()) - len(DEVICES) * (RUNS // 10)
    return -(-rest // (len(TARGETS) - len(SLOW) - len(DEVICES)))


each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)


@pytest.fixture(scope="session")
def campaign(tmp_path_factory):
    """Every target's share of the cases, begun at once, as many at a time as there are CPUs."""

    def run(target):
        work = tmp_path_factory.mktemp(f"fuzz-{target.name}")
        binary = fuzzlib.build(target, work / "fuzz", fuzzlib.SANITIZE)
        return fuzzlib.fuzz(binary, target, share(target), work, seed=SEED)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {target.name: pool.submit(run, target) for target in TARGETS}


@each_target
def test_corpus_reaches_the_parser(target, tmp_path):
    """The checked-in cases alone reach 95% of the parser's lines."""
    reached, total, missed = fuzzlib.coverage(target, tmp_path)
    print(f"{target.name}: {reached} of {total} lines")
    assert reached * 100 >= total * LINES_PERCENT, "not reached:\n" + "\n".join(missed)


@each_target
def test_finds_a_planted_bug(target, tmp_path):
    """With an access out of bounds planted, the target finds it within some shares of the cases."""
    planted = fuzzlib.build_planted(target, tmp_path)
    # It ends when it has found it; how soon differs from run to run.
    result = fuzzlib.fuzz(planted, target, 8 * share(target), tmp_path)
    assert result.crash, f"{target.patch.name} not found in {result.cases} cases"
    print(f"{target.name}: found after {result.cases} cases")
    sound = fuzzlib.build(target, tmp_path / "sound", fuzzlib.SANITIZE)
    status, output = fuzzlib.replay(sound, [result.crash])
    assert status == 0, f"the same case fails without the bug:\n{output[-3000:]}"


def test_corpora_are_what_the_generator_writes(tmp_path):
    """The cases in corpus/ are those of the scripts that make them."""
    for script in ("make_corpus.py", "make_corpus_lzss.py", "make_corpus_vt.py"):
        subprocess.run([sys.executable, str(fuzzlib.HERE / script), str(tmp_path)], check=True)
    for written in tmp_path.iterdir():
        compared = filecmp.dircmp(written, fuzzlib.HERE / "corpus" / written.name)
        differing = compared.left_only + compared.right_only + compared.diff_files
        assert not differing, f"run make_corpus*.py: {written.name}: {differing}"


@each_target
def test_million_cases(target, campaign):
    """The target's share of a million cases finds nothing."""
    result = campaign[target.name].result()
    assert result.crash is None, result.output[-5000:]
    assert result.cases >= share(target), f"only {result.cases} of {share(target)} cases"


@pytest.mark.long
@pytest.mark.parametrize("name", DEVICES)
def test_million_cases_each(name, tmp_path):
    """As many cases for this target alone, other ones, find nothing."""
    target = next(target for target in TARGETS if target.name == name)
    binary = fuzzlib.build(target, tmp_path / "fuzz", fuzzlib.SANITIZE)
    result = fuzzlib.fuzz(binary, target, RUNS, tmp_path, seed=SEED + 1, limit=LONG_LIMIT)
    assert result.crash is None, result.output[-5000:]
    assert result.cases >= RUNS, f"only {result.cases} cases"
