"""The build: the same bytes everywhere, and no work done twice."""

import filecmp
import os
import shutil
import subprocess

import pytest
from conftest import ROOT, run_make


def clone(folder):
    """A clean clone of what is tracked, as it is in the work tree now."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, names)):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """Two clean clones in folders of different names and depths, both built."""
    base = tmp_path_factory.mktemp("clones")
    both = [clone(base / "a"), clone(base / "another/much/deeper-folder")]
    for each in both:
        run_make("-j2", cwd=each)
    return both


@pytest.mark.parametrize("product", ["stoa.elf", "stoa.iso", "build/initrd.cpio"])
def test_same_bytes_in_any_folder(clones, product):
    assert filecmp.cmp(clones[0] / product, clones[1] / product, shallow=False)


def test_a_second_make_does_nothing(clones):
    assert "Nothing to be done for 'all'" in run_make(cwd=clones[0])


def test_one_changed_file_is_compiled_alone(clones):
    source = clones[0] / "kernel/lib/crc32.c"
    source.write_text(source.read_text() + "\n")
    compiled = [line.split()[1] for line in run_make(cwd=clones[0]).splitlines() if " CC " in line]
    assert compiled == ["kernel/lib/crc32.c"]


def test_a_header_reaches_those_that_include_it(clones):
    header = clones[0] / "kernel/lib/crc32.h"
    header.write_text(header.read_text() + "\n")
    assert "kernel/lib/crc32.c" in run_make(cwd=clones[0])


def test_a_removed_program_leaves_the_archive(clones):
    (clones[0] / "user/extra.c").write_text("int main(void)\n{\n\treturn 0;\n}\n")
    run_make(cwd=clones[0])
    assert b"bin/extra" in (clones[0] / "build/initrd.cpio").read_bytes()
    (clones[0] / "user/extra.c").unlink()
    run_make(cwd=clones[0])
    assert b"bin/extra" not in (clones[0] / "build/initrd.cpio").read_bytes()


def test_other_builds_leave_the_shipped_one_alone(clones):
    run_make("DEBUG=1", "build/debug/obj/kernel/lib/crc32.o", cwd=clones[1])
    run_make("CC=clang", "build/clang/obj/kernel/lib/crc32.o", cwd=clones[1])
    assert "Nothing to be done for 'all'" in run_make(cwd=clones[1])
