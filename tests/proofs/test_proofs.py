"""The proofs: those of changed sources are made, and a planted bug makes each tool's proof fail."""

import shutil
import subprocess

import pytest

from conftest import ROOT

# A proof, the file with the bug, what stands there, and the bug.
PLANTED = [
    ("buddy_index", "kernel/mm/buddy.c", "return MIN(page, other);", "return MAX(page, other);"),
    (
        "wp_bytes",
        "kernel/lib/bytes.h",
        "return at < b->end ? b->base[at] : 0;",
        "return at <= b->end ? b->base[at] : 0;",
    ),
    (
        "eva_acpi",
        "kernel/lib/bytes.h",
        "return at < b->end ? b->base[at] : 0;",
        "return at <= b->end ? b->base[at] : 0;",
    ),
]


def prove(*words):
    """Run tools/prove; its exit status and what it said."""
    done = subprocess.run(
        [str(ROOT / "tools/prove"), *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_changed_sources_are_proved(tmp_path):
    """Every proof was made of the sources as they are, or is made now."""
    status, said = prove("--changed", "--out", tmp_path)
    assert status == 0, said


@pytest.mark.long
def test_everything_is_proved(tmp_path):
    """All proofs, whatever was proved before."""
    status, said = prove("--out", tmp_path)
    assert status == 0, said


def planted(tmp_path, name):
    """A copy of the tree with the bug for the proof `name`."""
    _, file, sound, bug = next(case for case in PLANTED if case[0] == name)
    for folder in ("kernel", "tests/proofs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    text = (tmp_path / file).read_text()
    assert text.count(sound) == 1, f"{file} has changed: {sound}"
    (tmp_path / file).write_text(text.replace(sound, bug))
    return tmp_path


def check_planted(tmp_path, name):
    """The proof of the copy with the bug must be made, though recorded, and must fail."""
    status, said = prove("--changed", "--root", planted(tmp_path, name), "--out", tmp_path, name)
    assert status == 1 and "0 passed, 1 failed" in said, said
    assert f"{name}: NOT PROVED" in said, said


def test_a_planted_bug_fails_z3(tmp_path):
    """A parent that is the upper of two buddies."""
    check_planted(tmp_path, "buddy_index")


@pytest.mark.long
def test_a_planted_bug_fails_eva(tmp_path):
    """The same getter under the ACPI reader."""
    check_planted(tmp_path, "eva_acpi")


@pytest.mark.long
def test_a_planted_bug_fails_wp(tmp_path):
    """A getter that reads the byte behind the end."""
    check_planted(tmp_path, "wp_bytes")
