"""The longest stretches in which the kernel takes no interrupt, and the calls that cause them.

Programs of the suite run on the machine whose instructions are counted, with the plugin
tools/profile.d/stretch.c. That machine has one CPU: with several, what one does while it waits for
another would count, and how long that is depends on the emulator.
"""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchlib.stoa import ROOT, StoaError
from benchlib.symbols import functions_of

LIMIT = 50_000  # instructions

FURTHER_CAUSES = ("space_fault", "signal_deliver")  # beside calls and continuations
NOT_COUNTED = ("sys_ktest", "monitor_turn")  # the census and the monitor stop the machine by design
_TIMEOUT = 300


@dataclass(frozen=True)
class Work:
    """A program of tests/programs, and how it is booted."""

    command: tuple  # its name, its arguments
    memory: str = "1G"
    words: str = ""  # more of the kernel's command line
    screen: str = ""  # the graphics mode of a screen that shows what it writes

    def __str__(self):
        return " ".join(self.command)


SUITE = (
    Work(("fork64m",)),
    Work(("long_calls", "sparse")),
    Work(("long_calls", "areas")),
    Work(("long_calls", "scattered")),
    Work(("long_calls", "strings")),
    Work(("long_calls", "segments")),
    Work(("forkstorm", "3", "4")),
    Work(("kill_sweep", "10")),
    Work(("fuzz_calls", "10")),
    Work(("abi_mem",)),
    Work(("abi_brk",)),
    Work(("abi_fork",)),
    Work(("abi_large",)),
    Work(("abi_collapse",)),
    Work(("abi_madvise",)),
    Work(("abi_mlock",)),
    Work(("abi_mremap",)),
    Work(("abi_protect",)),
    Work(("abi_stack",)),
    Work(("grown",), words="ktest"),
    Work(("fail_sweep",), words="ktest"),
    Work(("boundary_sweep",), words="ktest"),
    Work(("screen_flood",), screen="1024x768x32"),
    Work(("screen_flood",), screen="1920x1080x32"),
    Work(("starve", "largest", "36"), memory="64M"),
    Work(("starve", "lazy", "36"), memory="64M"),
)


@dataclass
class Stretches:
    """What the plugin found in one run."""

    causes: dict  # {function: its longest stretch}
    longest: dict  # {function: instructions in the longest of all}

    def worst(self):
        """(instructions, cause) of the longest."""
        return max((length, name) for name, length in self.causes.items())


def _continuations():
    """The functions that threads go on with, as tools/stacks.conf has them; and restarted calls."""
    text = (ROOT / "tools/stacks.conf").read_text()
    pattern = r"^call kernel/(?:entry|thread_work)\.c run:((?:.*\n)(?:[ \t]+.*\n)*)"
    names = " ".join(re.findall(pattern, text, re.M)).split()
    return {name.rpartition(":")[2] for name in names}


def _kind(name, causes):
    """The plugin's mark for a function: whether a stretch is called by its name."""
    plain = name.partition(".")[0]
    if plain in NOT_COUNTED:
        return "ignore"
    return "cause" if name.startswith("sys_") or plain in causes else "plain"


class Meter:
    """Runs programs under the plugin.

    out: the output folder of a build; plugin: stretch.so; programs: the folder of tests/programs
    """

    def __init__(self, out, plugin=None, programs=None):
        self.out = out
        self.plugin = plugin or out / "bench/stretch.so"
        self.programs = programs or out / "tests/bin"
        self.functions = functions_of(out / "stoa.elf")

    def run(self, work):
        """Boot one program; returns Stretches."""
        with tempfile.TemporaryDirectory(prefix="stoa-stretches.") as folder:
            symbols, result = Path(folder) / "symbols", Path(folder) / "result"
            self._write_symbols(symbols)
            boot = [ROOT / "tools/stoa-run", "--iso", self.out / "stoa.iso", "--icount", f"--mem={work.memory}"]
            boot += ["--append", f"quiet slice=200 {work.words}", f"--timeout={_TIMEOUT}", "--log=/dev/null"]
            boot += ["--qemu-arg=-plugin", f"--qemu-arg={self._argument(symbols, result)}"]
            boot += ["--screen", work.screen] if work.screen else []
            boot += [self.programs / work.command[0], *work.command[1:]]
            done = subprocess.run(boot, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
            if done.returncode:
                raise StoaError(f"{work}: status {done.returncode}: {done.stderr[-500:]}")
            return self._read(result.read_text())

    def _write_symbols(self, path):
        causes = _continuations().union(FURTHER_CAUSES)
        path.write_text("".join(f"{a:x} {_kind(name, causes)}\n" for a, name in self.functions))

    def _argument(self, symbols, result):
        places = {name: address for address, name in self.functions}
        opened = "".join(f",open={places[name]:x}" for name in ("idle", "window"))
        span = f"begin={places['exit_loop']:x},end={places['finish']:x}"
        return f"{self.plugin.resolve()},symbols={symbols},out={result},{span}{opened}"

    def _read(self, text):
        found = Stretches({}, {})
        for line in text.splitlines():
            kind, number, count = line.split()
            name = self.functions[int(number)][1] if int(number) >= 0 else "(none)"
            (found.causes if kind == "cause" else found.longest)[name] = int(count)
        return found


def worst_of(meter, works=SUITE, tell=lambda work, found: None):
    """(instructions, cause, work) of the longest stretch of all; each run's Stretches go to tell()."""
    worst = (0, "", None)
    for work in works:
        found = meter.run(work)
        tell(work, found)
        worst = max(worst, (*found.worst(), work), key=lambda one: one[0])
    return worst
