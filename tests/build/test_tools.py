"""The small scripts: dependencies, the initial archive, `make help`."""

import os
import re
import stat
import subprocess

import pytest
from conftest import ROOT, run_make
from stoalib import cpio


def deps(tmp_path, *groups, tools=()):
    """Run tools/deps with a PATH that holds nothing but these tools and the basic ones."""
    for tool in ("sh", "sed", "grep", "sort", "tr", "cat", "id", "env", "flock", *tools):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    return subprocess.run(
        [ROOT / "tools/deps", *groups],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_deps_without_apt_names_what_is_missing(tmp_path):
    done = deps(tmp_path, "build")
    assert done.returncode == 1
    missing = done.stderr.split(":")[-1].split()
    assert {"gcc", "binutils", "musl-tools"} <= set(missing)
    assert "qemu-system-x86" not in missing


def test_deps_is_quiet_when_all_is_there():
    done = subprocess.run([ROOT / "tools/deps", "build"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_deps_installs_by_apt(tmp_path):
    log = tmp_path / "log"
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >>{log}\n')
    apt.chmod(0o755)
    (tmp_path / "sudo").write_text('#!/bin/sh\nexec "$@"\n')
    (tmp_path / "sudo").chmod(0o755)
    done = deps(tmp_path, "debug")
    assert re.search(r"^install .* gdb$", log.read_text().strip(), re.M)
    # That apt-get installed nothing, which it must not take for success.
    assert done.returncode == 1
    assert "still missing" in done.stderr


def test_deps_refuses_unknown_groups():
    done = subprocess.run([ROOT / "tools/deps", "nonsense"], capture_output=True, check=False)
    assert done.returncode == 2


def test_cpio_reads_back(tmp_path):
    files = {b"bin/a": (0o755, b"A" * 5), b"run/x/y": (0o644, b""), b"top": (0o600, b"\xff\n")}
    done = subprocess.run(
        ["cpio", "-id", "--quiet"], input=cpio.archive(files), cwd=tmp_path, check=True
    )
    assert done.returncode == 0
    for name, (mode, data) in files.items():
        path = tmp_path / os.fsdecode(name)
        assert path.read_bytes() == data
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_cpio_is_independent_of_order():
    files = {b"b": (0o644, b"1"), b"a/c": (0o644, b"2")}
    assert cpio.archive(files) == cpio.archive(dict(reversed(files.items())))


@pytest.mark.parametrize(
    "target",
    "all iso kernel run run-uefi run-bochs smoke test test-long mutants stack figures lint debug "
    "clean help compile_commands.json host-test fuzz".split(),
)
def test_help_has_a_line_for_each_target(target):
    lines = [line.split(None, 1) for line in run_make("-s", "help").splitlines()]
    described = {line[0] for line in lines if len(line) == 2}
    assert target in described
