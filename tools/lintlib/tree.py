"""The source tree that is checked."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# What is built, and what is not ours.
_SKIPPED = {".git", "build", "iso", "__pycache__", ".pytest_cache"}


@dataclass
class Tree:
    """A tree of Stoa's sources, and the folder where its release build is."""

    root: Path
    out: Path
    only: tuple = ()  # the files that clang-tidy and cppcheck look at; none: all

    @cached_property
    def files(self):
        """All files that we wrote, by their paths relative to the root, sorted."""
        found = []
        for folder, folders, names in os.walk(self.root):
            at = Path(folder)
            folders[:] = [d for d in folders if d not in _SKIPPED and at / d != self.out]
            found += [str((at / name).relative_to(self.root)) for name in names]
        return sorted(found)

    def under(self, *folders, ends=(".c", ".h", ".S")):
        """The files in these folders whose names end so."""
        return [f for f in self.files if f.startswith(folders) and f.endswith(ends)]

    def text(self, file):
        """The text of a file; what is no UTF-8 is replaced."""
        return (self.root / file).read_text(encoding="utf-8", errors="replace")

    @cached_property
    def compile_flags(self):
        """The compiler's flags for the kernel's C files, from the Makefile."""
        out = os.path.relpath(self.out, self.root)
        run(["make", "-s", f"BUILD={out}", "compile_commands.json"], self.root)
        command = json.loads(self.text("compile_commands.json"))[0]["command"].split()
        return [word for word in command[1 : command.index("-c")] if "prefix-map" not in word]

    @cached_property
    def includes(self):
        """{file: [(line, name in quotes)]} of every source file."""
        sources = self.under("boot/", "kernel/", "user/", "tests/")
        return {file: _quoted_includes(self.text(file)) for file in sources}

    def closure(self, file):
        """The kernel's files that a file of the kernel is compiled from, itself among them."""
        seen, todo = set(), [file]
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                names = (f"kernel/{name}" for _, name in self.includes.get(at, []))
                todo += [name for name in names if name in self.includes]
        return sorted(seen)


def _quoted_includes(text):
    pattern = re.compile(r'\s*#\s*include\s*"([^"]+)"')
    lines = enumerate(text.splitlines(), 1)
    return [(number, match[1]) for number, line in lines if (match := pattern.match(line))]


def run(command, cwd):
    """Run a command to its end; its output as text, both channels in stdout."""
    return subprocess.run(
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
