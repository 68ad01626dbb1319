"""The compiler's call graph, from the .ci files that -fcallgraph-info=su,da leaves beside objects.

A function's frame there includes its return address. Clones that the compiler made of a function
(.isra, .part, .constprop, .cold) are one node with it, whose frame is the sum of theirs.
"""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field

_NODE = re.compile(r'^node: \{ title: "([^"]+)" label: "([^"]*)"', re.M)
_EDGE = re.compile(
    r'^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"(?: label: "([^"]*)")?', re.M
)
_FRAME = re.compile(r"(\d+) bytes \(([a-z,]+)\)")
_CLONE = re.compile(r"\.(?:isra|part|constprop|cold|lto_priv)\b.*$")
_PIECE = re.compile(r"\.(?:part|cold)\b")
_NAME = re.compile(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$")


def base_name(title):
    """A title or symbol without its file and without what marks a clone."""
    return _CLONE.sub("", title.rpartition(":")[2])


@dataclass
class Function:
    """A node: a function of C, or of assembly by annotation."""

    name: str  # unique: static functions that share a name have "file:name"
    frame: int = 0
    calls: set = field(default_factory=set)
    indirect: set = field(default_factory=set)  # (file, name of the pointer, line)
    unbounded: bool = False


def _files(objects, root):
    """The .ci files, but not those of sources that are gone. Some sources the build makes itself."""
    found = sorted(objects.rglob("*.ci"))
    sources = ([root / path.relative_to(objects), path] for path in found)
    alive = (any(file.with_suffix(".c").exists() for file in files) for files in sources)
    return list(itertools.compress(found, alive))


class Graph:
    """All functions of a build."""

    def __init__(self, out, root):
        self.functions = {}
        self._root = root
        self._lines = {}
        texts = [path.read_text() for path in _files(out / "obj", root)]
        nodes = [node for text in texts for node in _NODE.findall(text)]
        self._names = _unique_names({title for title, label in nodes if _FRAME.search(label)})
        for text in texts:
            self._add(text)

    def _name(self, title):
        return self._names.get(title, base_name(title))

    def _add(self, text):
        for title, label in _NODE.findall(text):
            if match := _FRAME.search(label):
                function = self.get(self._name(title))
                function.frame += int(match[1])
                # "dynamic,bounded" is an alignment; plain "dynamic" has no limit.
                function.unbounded |= match[2] == "dynamic"
        for source, target, label in _EDGE.findall(text):
            caller = self.get(self._name(source))
            if target == "__indirect_call":
                caller.indirect.add(self._call_site(label))
            elif self._name(target) != caller.name or not _PIECE.search(target):
                caller.calls.add(self._name(target))

    def get(self, name):
        """The function of that name, made when it is new."""
        return self.functions.setdefault(name, Function(name))

    def _call_site(self, label):
        """(file, name of the function pointer, line) of an indirect call at file:line:column."""
        file, line, column = label.split(":")
        if file not in self._lines:
            self._lines[file] = (self._root / file).read_text().splitlines()
        rest = self._lines[file][int(line) - 1][int(column) - 1 :]
        return file, _pointer(rest), int(line)


def _pointer(text):
    """The name of the pointer that a call expression goes through: f in `get(a)->ops->f(b);`."""
    name, start = "?", 0
    while (opened := text.find("(", start)) >= 0:
        if opened == start > 0:
            break  # the arguments of what the parentheses before gave
        found = _NAME.search(text, start, opened)
        name = found[1] if found else name
        end, depth = opened + 1, 1
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        if not found:
            # A pair of parentheses around it: (*f)(b)
            name = _NAME.search(text, opened, end - 1)[1]
        start = end
        if not text[end:].startswith(("->", ".", "(")):
            break
    return name


def _unique_names(titles):
    """{title: name}: the short name where no other function has it."""
    wholes = {}
    for title in titles:
        whole = _CLONE.sub("", title)
        # A clone's title has the file even where its function is public.
        wholes[title] = base_name(title) if whole != title and base_name(title) in titles else whole
    names = Counter(base_name(whole) for whole in set(wholes.values()))
    return {
        title: base_name(whole) if names[base_name(whole)] == 1 else whole
        for title, whole in wholes.items()
    }
