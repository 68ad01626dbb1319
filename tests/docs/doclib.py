"""What the tests of the docs read: the docs themselves, and the names that the tree defines."""

import re
from functools import cache

from conftest import ROOT

SOURCE_FOLDERS = ("boot", "kernel", "user", "tests", "tools")
# Paths in the docs are seen from one of these.
PATH_ROOTS = ("", "kernel/")

_DEFINITIONS = (
    r"^[A-Za-z_][\w \t*]*?\b(\w+)\(",  # a C function's head, at the start of its line
    r"^\s*#define\s+(\w+)",
    r"^(\w+):",  # a label of assembly
    r"^\s*def (\w+)\(",
    r"^SYSCALL\(\d+, (\w+)\)",
    r"\(\*(\w+)\)\(",  # a pointer to a function
)


def docs():
    """{name: text} of README.md and docs/*.md."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {str(file.relative_to(ROOT)): file.read_text() for file in files}


def in_code(text):
    """What stands between single backquotes, outside of blocks."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return re.findall(r"`([^`]+)`", prose)


@cache
def sources():
    """{path: text} of all source files."""
    found = {}
    for folder in SOURCE_FOLDERS:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".c", ".h", ".S", ".ld", ".py", ".def", ".mk") or _is_script(file):
                found[str(file.relative_to(ROOT))] = file.read_text()
    found["Makefile"] = (ROOT / "Makefile").read_text()
    return found


def _is_script(file):
    return file.parent == ROOT / "tools" and file.is_file() and not file.suffix


@cache
def functions():
    """Names of functions, macros, labels and system calls that the tree defines."""
    names = set()
    for text in sources().values():
        for pattern in _DEFINITIONS:
            names |= set(re.findall(pattern, text, re.M))
    return names


@cache
def words():
    """Every identifier that occurs in the sources."""
    return set(re.findall(r"\w+", "\n".join(sources().values())))


def path_exists(path):
    """Does the tree have that file or folder (wildcards allowed), seen from the root or kernel/?"""
    return any(any(ROOT.glob(root + path.rstrip("/"))) for root in PATH_ROOTS)


def calls_of(name, text):
    """What the C function `name` calls, in order; None when it is not in `text`."""
    match = re.search(rf"^[\w *]*\b{name}\([^;]*?\)\n{{\n(.*?)^}}", text, re.M | re.S)
    if not match:
        return None
    body = re.sub(r'/\*.*?\*/|"[^"]*"', "", match[1], flags=re.S)
    found = re.findall(r"\b([a-z_]\w*)\(", body)
    return [call for call in found if call not in ("if", "for", "while", "switch", "return", "sizeof")]
