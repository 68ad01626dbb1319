"""What all tests share: the builds, and boots whose results several tests look at; more in lib/."""

import fcntl
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/lib")]

# What `make` makes of each build, and where: see the head of the Makefile.
BUILDS = {
    "release": ([], ""),
    "debug": (["DEBUG=1"], "debug"),
    "clang": (["CC=clang"], "clang"),
    "clang-debug": (["CC=clang", "DEBUG=1"], "clang/debug"),
}


def pytest_configure(config):
    """Tests that `make test` leaves to `make test-long` carry this mark."""
    config.addinivalue_line("markers", "long: takes long; run by `make test-long` only")


def environment():
    """The environment for a make of its own, not a part of the one that runs the tests."""
    return {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


def run_make(*words, cwd=ROOT, check=True):
    """Run make with these words; returns what it printed."""
    done = subprocess.run(
        ["make", *words],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        pytest.fail(f"make {' '.join(words)} failed:\n{done.stdout[-4000:]}", pytrace=False)
    return done.stdout


class Builds:
    """The builds of the tree under test, made when first asked for."""

    def __init__(self):
        self.folder = ROOT / os.environ.get("STOA_BUILD", "build")
        self._made = set()

    def _make(self, what, *words):
        if what in self._made:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        # Tests run side by side, builds one after the other.
        with open(self.folder / "tests.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            run_make(f"BUILD={os.environ.get('STOA_BUILD', 'build')}", *words)
        self._made.add(what)

    def out(self, build="release"):
        """The output folder of one of BUILDS, with stoa.elf, stoa.iso and obj/."""
        words, folder = BUILDS[build]
        self._make(build, *words, "iso")
        return self.folder / folder

    def iso(self, build="release"):
        """The ISO of one of BUILDS."""
        return self.out(build) / "stoa.iso"

    def program(self, name):
        """A user program by its name in tests/programs/ or user/; a path stays what it is."""
        if "/" in str(name):
            return Path(name)
        self._make("programs", "programs", "user")
        ours = self.folder / "tests/bin" / name
        return ours if ours.exists() else self.folder / "user/bin" / name


@dataclass(frozen=True)
class Boot:
    """How a run of tools/stoa-run ended."""

    status: int  # stoa-run's exit status
    out: bytes  # standard output: what programs wrote
    err: str  # standard error
    log: str  # the kernel's log
    seconds: float

    @property
    def lines(self):
        """What programs wrote, as lines of text."""
        return self.out.decode("utf-8", "replace").splitlines()

    def __str__(self):
        out = self.out.decode("utf-8", "replace")
        return f"status {self.status}\n-- out\n{out}\n-- log\n{self.log}\n-- err\n{self.err}"


_OPTIONS = ("cpus", "mem", "cpu", "firmware", "machine", "timeout")


def stoa_run_command(builds, program, args, options):
    """The command line of a boot, without --log; see `boot`."""
    options = dict(options)
    command = [str(ROOT / "tools/stoa-run"), "--iso", str(builds.iso(options.pop("build", "release")))]
    for name in _OPTIONS:
        value = options.pop(name, None)
        command += [f"--{name}", str(value)] if value is not None else []
    command += ["--icount"] if options.pop("icount", False) else []
    # Every run ends with a census (docs/memory.md).
    command += ["--append", f"{options.pop('append', None) or ''} census".strip()]
    command += list(options.pop("extra", ()))
    assert not options, f"unknown options of boot(): {options}"
    return [*command, str(builds.program(program)), *args]


# What boots told of their stacks at their ends: (the ISO's folder, the line of the log).
STACK_LINES = []


def run_boot(command):
    """Run stoa-run; returns a Boot."""
    with tempfile.NamedTemporaryFile(prefix="stoa-log.") as log:
        start = time.monotonic()
        done = subprocess.run(
            [*command[:1], "--log", log.name, *command[1:]],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        seconds = time.monotonic() - start
        text = log.read().decode("utf-8", "replace")
    folder = Path(command[command.index("--iso") + 1]).parent
    STACK_LINES.extend((folder, line) for line in re.findall(r"^.*\bstack: cpu=.*$", text, re.M))
    return Boot(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), text, seconds)


@pytest.fixture(scope="session")
def stack_lines():
    """STACK_LINES, for the test that runs last."""
    return STACK_LINES


@pytest.fixture(scope="session")
def builds():
    """The builds of the tree: builds.iso("debug"), builds.program("hello"), builds.out()."""
    return Builds()


@pytest.fixture(scope="session")
def boot(builds):
    """Boot with a program and return a Boot; the same call again returns the same boot's result.

    boot(program, *args, cpus=4, mem="256M", cpu="max", firmware="bios", machine="q35", timeout=60,
         icount=False, append="words", build="release", extra=["--file", "x:/x"], fresh=False)

    program: a name in tests/programs/ or user/, or a path; args: text or bytes; build: one of
    BUILDS; extra: further options of stoa-run; fresh: a boot that is not shared. What is not given
    is stoa-run's default.
    """
    done = {}

    def boot_once(program, *args, fresh=False, **options):
        command = stoa_run_command(builds, program, args, options)
        key = tuple(command)
        if fresh or key not in done:
            result = run_boot(command)
            if fresh:
                return result
            done[key] = result
        return done[key]

    return boot_once
