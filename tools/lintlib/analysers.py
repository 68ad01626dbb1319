"""clang-tidy, cppcheck and clang-format over the tree."""

import hashlib
import os
import re
from concurrent.futures import ThreadPoolExecutor

from lintlib.tree import run

_JOBS = os.cpu_count() or 1
_WARNING = re.compile(r"^(/\S+|\S+?):(\d+):\d+: (?:warning|error): (.*)$", re.M)


def _compiled(tree):
    """The files to compile."""
    return [file for file in tree.under("kernel/", ends=".c") if file in tree.only or not tree.only]


def _key(tree, file):
    """Changes whenever what clang-tidy sees for that file does."""
    digest = hashlib.sha256(" ".join(tree.compile_flags).encode())
    for part in [".clang-tidy", *tree.closure(file)]:
        digest.update(part.encode() + b"\0" + (tree.root / part).read_bytes())
    return digest.hexdigest()


def _tidy_one(tree, cache, file):
    """Findings in one file; a file without any is remembered in the build folder."""
    stamp = cache / _key(tree, file)
    if stamp.exists():
        return []
    command = ["clang-tidy", "--quiet", "--warnings-as-errors=*", file, "--"]
    done = run([*command, *tree.compile_flags], tree.root)
    said = done.stdout.replace(f"{tree.root}/", "")
    found = [f"{m[1]}:{m[2]}: {m[3]}" for m in _WARNING.finditer(said)]
    if done.returncode != 0 and not found:
        found = [f"{file}: clang-tidy failed: {said.strip()[-400:]}"]
    if not found:
        stamp.touch()
    return found


def clang_tidy(tree):
    """bugprone-*, clang-analyzer-*, misc-*, cert-*, but for what .clang-tidy names."""
    cache = tree.out / "lint"
    cache.mkdir(parents=True, exist_ok=True)
    files = _compiled(tree)
    assert tree.compile_flags
    with ThreadPoolExecutor(_JOBS) as pool:
        results = pool.map(lambda file: _tidy_one(tree, cache, file), files)
        return sorted({finding for found in results for finding in found})


def cppcheck(tree):
    """Warning, style, performance, portability; exceptions are in tools/cppcheck-suppressions."""
    cache = tree.out / "lint/cppcheck"
    cache.mkdir(parents=True, exist_ok=True)
    defines = [flag for flag in tree.compile_flags if flag.startswith(("-D", "-I"))]
    defines += ["-D__x86_64__", "-D__GNUC__=12"]
    command = [
        *("cppcheck", "--quiet", "--enable=warning,style,performance,portability"),
        *("--std=c11", "--platform=unix64", "--inline-suppr", "--error-exitcode=1"),
        *(f"-j{_JOBS}", f"--cppcheck-build-dir={cache}"),
        *("--template={file}:{line}: {id}: {message}", *defines),
        *("--suppressions-list=tools/cppcheck-suppressions", *_compiled(tree)),
    ]
    done = run(command, tree.root)
    said = done.stdout.strip()
    return said.splitlines() or ([] if done.returncode == 0 else ["cppcheck failed"])


def clang_format(tree):
    """All C is formatted by .clang-format."""
    files = tree.under("kernel/", "user/", "tests/", ends=(".c", ".h"))
    said = run(["clang-format", "--dry-run", "-Werror", *files], tree.root).stdout
    lines = {}
    for match in _WARNING.finditer(said):
        lines.setdefault(match[1], match[2])
    return [f"{file}:{line}: not formatted; try clang-format -i" for file, line in lines.items()]
