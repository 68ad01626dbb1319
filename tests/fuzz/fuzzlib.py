#!/usr/bin/env python3
"""The fuzz targets: what they are made of, how they are built, run and measured.

A target is tests/fuzz/fuzz_NAME.c. Lines in it say what it consists of:
    // sources: FILE...     what it is linked with
    // measured: FILE...    the parser itself, whose lines the corpus must reach (default: sources)
    // cflags: FLAG...      what it and its sources are compiled with
    // fuzzing: FLAG...     the same, when it is to fuzz
Beside it are corpus/NAME/, its first cases, and planted/NAME.patch, which makes an out-of-bounds
access of working code that the target must find.

Run as a program: fuzzlib.py coverage [NAME...]   prints the lines that the corpora do not reach."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

FLAGS = (
    "-std=gnu11 -g -O1 -Wall -Wextra -Werror -fno-omit-frame-pointer -fno-strict-aliasing "
    "-Ikernel -Itests/host -Itests/fuzz"
).split()
SANITIZE = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
MEASURE = ["-O0", "-fsanitize=fuzzer", "-fprofile-instr-generate", "-fcoverage-mapping"]


@dataclass
class Target:
    """One fuzz target, and where its parts are."""

    name: str
    sources: list
    measured: list
    cflags: list
    fuzzing: list

    @property
    def corpus(self):
        return HERE / "corpus" / self.name

    @property
    def patch(self):
        return HERE / "planted" / f"{self.name}.patch"


def read_target(path):
    """The target that a file fuzz_NAME.c describes."""

    def named(word, file=path):
        lines = re.findall(rf"^// {word}: *(.*)$", file.read_text(), re.M)
        return " ".join(lines).split()

    sources = [str(path.relative_to(ROOT))] + named("sources")
    measured = named("measured") or [s for s in named("sources") if s.startswith("kernel/")]
    cflags = max((named("cflags", ROOT / source) for source in sources), key=len)
    return Target(path.stem.removeprefix("fuzz_"), sources, measured, cflags, named("fuzzing"))


def targets():
    """All targets, by name."""
    return [read_target(path) for path in sorted(HERE.glob("fuzz_*.c"))]


def build(target, out, flags, root=ROOT):
    """Compile and link a target from the sources under `root`."""
    flags = [*FLAGS, *flags, *target.cflags, *(target.fuzzing if flags == SANITIZE else [])]
    subprocess.run(["clang", *flags, *target.sources, "-o", str(out)], cwd=root, check=True)
    return out


def build_planted(target, work):
    """Build a target from a copy of the sources with its bug planted."""
    copy = work / "planted-source"
    shutil.copytree(ROOT / "kernel", copy / "kernel")
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("corpus", "*.py"))
    subprocess.run(
        ["patch", "-p1", "--silent", "--fuzz=0", "-i", str(target.patch)], cwd=copy, check=True
    )
    return build(target, work / "planted", SANITIZE, copy)


@dataclass
class Result:
    """How a run of a fuzzer ended."""

    cases: int  # that were run
    crash: Path  # the case that failed, or None
    output: str


def fuzz(binary, target, runs, work, seed=1, limit=600):
    """Run `runs` cases, starting from the corpus; new ones are kept in `work` only."""
    found = work / "found"
    crashes = work / "crashes"
    for folder in (found, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    command = [str(binary), f"-runs={runs}", f"-seed={seed}", "-max_len=8192", "-timeout=20"]
    command += [f"-max_total_time={limit}", "-print_final_stats=1", f"-artifact_prefix={crashes}/"]
    done = subprocess.run(
        command + [str(found), str(target.corpus)],
        # The symbolizer may fail to start, and take the fuzzer along; replay() has it.
        env={**os.environ, "ASAN_OPTIONS": "symbolize=0"},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=limit + 60,
        check=False,
    )
    executed = re.search(r"stat::number_of_executed_units: *(\d+)", done.stderr)
    artifacts = sorted(crashes.iterdir())
    crash = artifacts[0] if artifacts else None
    if done.returncode != 0 and crash is None:
        raise RuntimeError(f"{target.name}: the fuzzer failed:\n{done.stderr[-3000:]}")
    return Result(int(executed.group(1)) if executed else 0, crash, done.stderr)


def replay(binary, files):
    """Run the cases in `files`, once each; returns the exit status and what was printed."""
    done = subprocess.run(
        [str(binary), *map(str, files)], capture_output=True, text=True, errors="replace",
        check=False,
    )
    return done.returncode, done.stderr


def coverage(target, work):
    """Replay the corpus. Returns lines reached, lines in all, and the list of lines missed."""
    binary = build(target, work / "measured", MEASURE)
    raw, profile = work / "raw", work / "profile"
    subprocess.run(
        [str(binary), *map(str, sorted(target.corpus.iterdir()))],
        env={**os.environ, "LLVM_PROFILE_FILE": str(raw)},
        capture_output=True,
        check=True,
    )
    subprocess.run(["llvm-profdata-14", "merge", str(raw), "-o", str(profile)], check=True)
    show = [str(binary), f"-instr-profile={profile}", *(str(ROOT / m) for m in target.measured)]
    export = subprocess.run(
        ["llvm-cov-14", "export", *show], capture_output=True, check=True, text=True
    )
    lines = json.loads(export.stdout)["data"][0]["totals"]["lines"]
    text = subprocess.run(["llvm-cov-14", "show", *show], capture_output=True, check=True, text=True)
    missed = re.findall(r"^ *\d+\| +0\|.*$", text.stdout, re.M)
    return lines["covered"], lines["count"], missed


def main():
    """Print the coverage of each corpus."""
    import tempfile

    for target in targets():
        if sys.argv[2:] and target.name not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as work:
            reached, total, missed = coverage(target, Path(work))
        print(f"{target.name}: {reached} of {total} lines, {100 * reached / total:.1f}%")
        print("\n".join(missed))


if __name__ == "__main__":
    main()
