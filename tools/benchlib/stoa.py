"""Boots of Stoa's ISO by tools/stoa-run, on the machine whose instructions are counted."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WORDS = "quiet"  # what Linux's words (linux.py) have that means something to Stoa


class StoaError(Exception):
    """A boot that did not end well."""


@dataclass
class Boot:
    """What came of a boot."""

    text: str  # what the program wrote
    log: str  # the kernel's log

    def number(self, pattern):
        """The one number that a line of the log tells."""
        found = re.search(pattern, self.log)
        if not found:
            raise StoaError(f"the kernel's log has no line {pattern}")
        return int(found[1])

    @property
    def boot_instructions(self):
        """From the kernel's first instruction to the first in ring 3."""
        return self.number(r"boot: TSC at kernel entry=.* instructions=(\d+)")

    @property
    def unavailable(self):
        """Bytes of RAM that user programs cannot have."""
        return self.number(r"memory: total=.* unavailable=(\d+) KiB") << 10


def run(iso, program, args=(), files=(), memory=1024, cpus=0, more=()):
    """Boot with a program, with so many MiB; files: (host, guest) pairs; cpus: several, none of which
    counts instructions then."""
    machine = ["--cpus", str(cpus)] if cpus else ["--icount"]
    command = [ROOT / "tools/stoa-run", "--iso", iso, *machine, "--mem", f"{memory}M", "--append", WORDS, *more]
    for host, guest in files:
        command += ["--file", f"{host}:{guest}"]
    with tempfile.NamedTemporaryFile(prefix="stoa-bench.") as log:
        command += ["--log", log.name, program, *args]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        text = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0:
            error = done.stderr.decode("utf-8", "replace")
            raise StoaError(f"status {done.returncode}: {text[-500:]}{error}".strip())
        return Boot(text, log.read().decode("utf-8", "replace"))
