"""`make lint` finds a defect of each kind, and by the check that is meant to."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Defect:
    """One change of the tree, and what must come of it."""

    check: str  # the check that finds it
    named: str  # what its finding says
    changes: dict  # {file: (text, what it becomes)}; no text: it is put at the end
    build: bool = False  # whether the check looks at the compiled kernel


def at_end(text):
    """A change that adds to a file."""
    return ("", "\n" + text)


def before_return(line):
    """A change that puts a line before the first return statement."""
    return ("\treturn ", f"\t{line}\n\treturn ")


UADDR_TYPE = re.compile(r"typedef struct \{[^}]*\} uaddr_t;")

DEFECTS = {
    "upward include": Defect(
        "layers",
        'kernel/lib/crc32.c:.*"mm/page.h"',
        {"kernel/lib/crc32.c": at_end('#include "mm/page.h"\n')},
    ),
    "include of the kernel by a test program": Defect(
        "layers",
        'tests/programs/argv.c:.*"../../kernel/lib/list.h"',
        {"tests/programs/argv.c": at_end('#include "../../kernel/lib/list.h"\n')},
    ),
    "include cycle": Defect(
        "include-cycles",
        "kernel/lib/c(rc32|pio).h includes kernel/lib/c(rc32|pio).h",
        {
            "kernel/lib/crc32.h": at_end('#include "lib/cpio.h"\n'),
            "kernel/lib/cpio.h": at_end('#include "lib/crc32.h"\n'),
        },
    ),
    "vector register": Defect(
        "vector-registers",
        r"crc32 \(kernel/lib/crc32.c\): pxor %xmm3,%xmm3",
        {"kernel/lib/crc32.c": before_return('__asm__ volatile("pxor %xmm3, %xmm3");')},
        build=True,
    ),
    "x87 instruction": Defect(
        "vector-registers",
        r"crc32 \(kernel/lib/crc32.c\): fninit",
        {"kernel/lib/crc32.c": before_return('__asm__ volatile("fninit");')},
        build=True,
    ),
    "swapgs": Defect(
        "gs-register",
        r"crc32 \(kernel/lib/crc32.c\): swapgs",
        {"kernel/lib/crc32.c": before_return('__asm__ volatile("swapgs");')},
        build=True,
    ),
    "swapgs as bytes in assembly": Defect(
        "gs-register",
        r"\(kernel/arch/x86_64/string.S\): swapgs",
        {"kernel/arch/x86_64/string.S": ("\tret\n", "\t.byte 0x0f, 0x01, 0xf8\n\tret\n")},
        build=True,
    ),
    "literal address in assembly": Defect(
        "literal-addresses",
        "kernel/arch/x86_64/string.S:.*0xffff800000123000",
        {"kernel/arch/x86_64/string.S": at_end("\tmovabs $0xffff800000123000, %rax\n")},
    ),
    "low literal address in assembly": Defect(
        "literal-addresses",
        "boot/die.S:.*0x500",
        {"boot/die.S": at_end("\tmov %eax, 0x500\n")},
    ),
    "address defined beside its use": Defect(
        "literal-addresses",
        "boot/die.S:.*0xffff8000000b8000",
        {"boot/die.S": at_end("#define SCREEN 0xffff8000000b8000\n")},
    ),
    "literal address in C's assembly": Defect(
        "literal-addresses",
        "kernel/lib/crc32.c:.*0x7c00",
        {"kernel/lib/crc32.c": before_return('__asm__ volatile("movb $0, 0x7c00");')},
    ),
    "address types made one": Defect(
        "address-types",
        "tests/types/user_for_physical.c: gcc takes what is mixed up",
        {"kernel/lib/addr.h": (UADDR_TYPE, "typedef paddr_t uaddr_t;")},
    ),
    "raw address as a pointer": Defect(
        "address-types",
        "kernel/mm/walk.c:.*cast to a pointer",
        {
            "kernel/mm/walk.c": at_end(
                "/* */\nint bad(paddr_t pa);\n"
                "int bad(paddr_t pa)\n{\n\treturn *(int *)pa.raw;\n}\n"
            )
        },
    ),
    "clang-tidy": Defect(
        "clang-tidy",
        "kernel/lib/crc32.c:.*bugprone-",
        {"kernel/lib/crc32.c": at_end("#define TWICE(n) n * 2\n")},
    ),
    "cppcheck": Defect(
        "cppcheck",
        "kernel/lib/crc32.c:.*shiftTooManyBits",
        {
            "kernel/lib/crc32.c": at_end(
                "/* */\nuint32_t bad(uint32_t n);\n"
                "uint32_t bad(uint32_t n)\n{\n\tuint32_t bits = 40;\n\n\treturn n << bits;\n}\n"
            )
        },
    ),
    "left-over": Defect(
        "left-overs",
        "kernel/lib/crc32.c:",
        {"kernel/lib/crc32.c": at_end("/* TO" "DO: later */\n")},
    ),
    "formatting": Defect(
        "clang-format",
        "kernel/lib/crc32.c:",
        {"kernel/lib/crc32.c": at_end("extern   int  left_over;\n")},
    ),
    "function without a comment": Defect(
        "commented-headers",
        r"kernel/lib/crc32.h:.*mystery\(\)",
        {"kernel/lib/crc32.h": at_end("void mystery(void);\n")},
    ),
}

COMPILED = {
    file for defect in DEFECTS.values() for file in defect.changes if re.match("kernel/.*[.]c$", file)
}


class Copy:
    """A copy of the tree, with what is built of it."""

    def __init__(self, folder, out):
        self.folder = folder
        ignored = shutil.ignore_patterns(".git", "build", "__pycache__", "stoa.*")
        shutil.copytree(ROOT, folder, symlinks=True, ignore=ignored)
        # Whatever is there of the release build saves time; make and lint look at what is newer.
        for part in ("obj", "gen", "deps"):
            if (out / part).exists():
                shutil.copytree(out / part, folder / "build" / part)

    def make_kernel(self):
        """Bring build/stoa.elf up to date."""
        env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        command = ["make", "-s", "BUILD=build", "build/stoa.elf"]
        subprocess.run(command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, check=True)

    def lint(self):
        """Run all checks: {check: its findings as text} of those that found something."""
        command = [ROOT / "tools/lint", "--root", self.folder, "--out", "build"]
        # What is slow looks at what is changed here only; `make lint` does the rest.
        command += [f"--file={file}" for file in COMPILED]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        assert re.search(r"^\d+ passed, \d+ failed$", said, re.M), said
        return dict(re.findall(r"^(\S+): \d+ found .*\n((?:  .*\n)*)", said, re.M))

    def change(self, file, old, new):
        """Change a file's text; returns what undoes it."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        if not old:
            changed = text + new
        elif isinstance(old, re.Pattern):
            changed = old.sub(new, text, count=1)
        else:
            changed = text.replace(old, new, 1)
        assert changed != text, f"{file} has no {old} to change"
        path.write_text(changed, encoding="utf-8")
        return lambda: path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module", name="copy")
def _copy(tmp_path_factory, builds):
    copy = Copy(tmp_path_factory.mktemp("lint") / "tree", builds.out())
    copy.make_kernel()
    return copy


def test_the_tree_is_clean(copy):
    """Without a defect, no check finds anything."""
    assert copy.lint() == {}


@pytest.mark.parametrize("name", DEFECTS)
def test_defect_is_found(copy, name):
    """With one defect, one check finds something, and names it."""
    defect = DEFECTS[name]
    undo = [copy.change(file, *change) for file, change in defect.changes.items()]
    try:
        if defect.build:
            copy.make_kernel()
        found = copy.lint()
    finally:
        for step in undo:
            step()
        if defect.build:
            copy.make_kernel()
    assert set(found) == {defect.check}, found
    assert re.search(defect.named, found[defect.check]), found[defect.check]
