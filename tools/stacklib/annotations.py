"""What the compiler's call graph does not know: tools/stacks.conf, whose head tells its lines."""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


class Wrong(Exception):
    """A line that is none, or that names what does not exist."""


@dataclass
class Annotations:
    """The file's contents."""

    stacks: dict = field(default_factory=dict)  # {stack: bytes}
    roots: list = field(default_factory=list)  # [(stack, function)]
    assembly: dict = field(default_factory=dict)  # {function: (bytes, [callees])}
    calls: list = field(default_factory=list)  # [(file pattern, pointer, [callee patterns])]
    switches: set = field(default_factory=set)  # functions whose inline assembly leaves the stack
    never: set = field(default_factory=set)  # {(caller, callee)}
    used: set = field(default_factory=set)  # what was asked for, to tell lines that nothing needs

    def callees(self, file, pointer, names):
        """The functions among `names` that a call through a pointer in a file reaches; or None."""
        found = None
        for pattern, name, targets in self.calls:
            if name == pointer and fnmatchcase(file, pattern):
                self.used.add((pattern, name))
                found = (found or set()) | expand(targets, names)
        return found

    def reached(self, names):
        """The functions among `names` that something here reaches."""
        found = {root for _, root in self.roots}
        for _, callees in self.assembly.values():
            found |= set(callees)
        for _, _, patterns in self.calls:
            found |= expand(patterns, names)
        return found

    def unused(self):
        """Lines about indirect calls that are not made."""
        return [f"{p} {n}" for p, n, _ in self.calls if (p, n) not in self.used]


def expand(patterns, names):
    """The names that the patterns match. Raises Wrong for a pattern that matches none."""
    found = set()
    for pattern in patterns:
        some = {name for name in names if fnmatchcase(name, pattern)}
        if not some:
            raise Wrong(f"no function {pattern}")
        found |= some
    return found


_LINES = {
    "stack": re.compile(r"(\S+) (\d+)$"),
    "root": re.compile(r"(\S+) (\S+)$"),
    "asm": re.compile(r"(\S+) (\d+):\s*(.*)$"),
    "call": re.compile(r"(\S+) (\w+):\s*(.*)$"),
    "switch": re.compile(r"(\w+)$"),
    "never": re.compile(r"(\S+) -> (\S+): .+$"),
}


def _take(notes, kind, match):
    if kind == "stack":
        notes.stacks[match[1]] = int(match[2])
    elif kind == "root":
        notes.roots.append((match[1], match[2]))
    elif kind == "asm":
        notes.assembly[match[1]] = (int(match[2]), match[3].split())
    elif kind == "call":
        notes.calls.append((match[1], match[2], match[3].split()))
    elif kind == "switch":
        notes.switches.add(match[1])
    else:
        notes.never.add((match[1], match[2]))


def read(path):
    """The annotations in a file. Raises Wrong."""
    notes = Annotations()
    # A line that begins with blanks goes on with the one before.
    text = re.sub(r"\n[ \t]+(?=\S)", " ", re.sub(r"[ \t]*#.*", "", path.read_text()))
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, _, rest = line.partition(" ")
        match = _LINES[kind].match(rest) if kind in _LINES else None
        if not match:
            raise Wrong(f"{path.name}: {line}")
        _take(notes, kind, match)
    return notes
