"""Addresses that cannot be mixed up: programs that must not compile, and casts that dodge it."""

import re

from lintlib.tree import run

# Who turns an address of either kind into a pointer or back: nobody else may.
_HELPERS = {
    "kernel/lib/addr.h",
    "kernel/mm/phys.h",  # physical, by the direct map
    "kernel/proc/usercopy.c",  # the user's, checked and with the exception table
}
_CAST = re.compile(
    r"\(\s*(?:const |volatile |struct )*\w+\s*\*+\s*\)\s*\(?[^;,]*?\.raw\b"
    r"(?!\s*>>)"  # shifted, it is an index
)
_SUM = re.compile(r"\bPADDR\([^;]*?\.raw\s*[-+]")


def _compiles(tree, compiler, file, *defines):
    flags = [*tree.compile_flags, "-fsyntax-only", "-Wno-unused-parameter", *defines]
    done = run([compiler, *flags, file], tree.root)
    return done.returncode == 0, done.stdout


def _one(tree, compiler, file):
    """A program of tests/types/: right as it is, wrong in one line with -DMIXED."""
    expected = re.findall(r"^// error: (.*)$", tree.text(file), re.M)
    good, said = _compiles(tree, compiler, file)
    if not good:
        return [f"{file}: {compiler} refuses what is right: {said.strip()[:400]}"]
    good, said = _compiles(tree, compiler, file, "-DMIXED")
    if good:
        return [f"{file}: {compiler} takes what is mixed up"]
    if not any(text in said for text in expected):
        return [f"{file}: {compiler} refuses it for another reason: {said.strip()[:400]}"]
    return []


def address_types(tree):
    """Physical, user and kernel addresses cannot be mixed up."""
    programs = tree.under("tests/types/", ends=".c")
    found = [] if programs else ["tests/types/: no program there"]
    for file in programs:
        for compiler in ("gcc", "clang"):
            found += _one(tree, compiler, file)
    for file in tree.under("kernel/", ends=(".c", ".h")):
        if file in _HELPERS:
            continue
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            if _CAST.search(line):
                found.append(f"{file}:{number}: a raw address cast to a pointer")
            if _SUM.search(line):
                found.append(f"{file}:{number}: arithmetic around paddr_add()")
    return found
