"""The proofs: those of changed sources are made, and a planted bug makes each tool's proof fail."""

import shutil
import subprocess

import pytest

from conftest import ROOT

# What is planted: the proof, the file with the bug, what stands there, and the bug.
PLANTED = {
    "parent": (
        "buddy_index",
        "kernel/mm/buddy.c",
        "return MIN(page, other);",
        "return MAX(page, other);",
    ),
    "getter": (
        "wp_bytes",
        "kernel/lib/bytes.h",
        "return at < b->end ? b->base[at] : 0;",
        "return at <= b->end ? b->base[at] : 0;",
    ),
    "getter under the ACPI reader": (
        "eva_acpi",
        "kernel/lib/bytes.h",
        "return at < b->end ? b->base[at] : 0;",
        "return at <= b->end ? b->base[at] : 0;",
    ),
    "room in the MADT's lists": (
        "eva_acpi",
        "kernel/dev/acpi_madt.c",
        "if (count < max)",
        "if (count <= max)",
    ),
    "room for the MADT's CPUs": (
        "eva_acpi",
        "kernel/dev/acpi_madt.c",
        "info->n_cpus >= ACPI_CPUS_MAX",
        "info->n_cpus > ACPI_CPUS_MAX",
    ),
    "the next capability": (
        "eva_pci",
        "kernel/dev/pci_header.c",
        "next = word >> 8 & 0xfc;",
        "next = word >> 8 & 0xfffc;",
    ),
    "the next capability of a USB controller": (
        "eva_usb_owner",
        "kernel/dev/usb_owner.c",
        "access->config(access->ctx, at & 0xfc)",
        "access->config(access->ctx, at)",
    ),
    "the table of scan codes": (
        "eva_keys",
        "kernel/dev/scan_codes.c",
        "byte < sizeof(to_set_1)",
        "byte <= sizeof(to_set_1)",
    ),
    "room for a newline": (
        "eva_keys",
        "kernel/dev/line_input.c",
        "line->n == LINE_INPUT_MAX - 1 &&",
        "line->n == LINE_INPUT_MAX &&",
    ),
    "the last step of the keyboard's controller": (
        "eva_i8042",
        "kernel/dev/i8042.c",
        "controller->step < ARRAY_SIZE(steps)",
        "controller->step <= ARRAY_SIZE(steps)",
    ),
    "the lines that scroll": (
        "eva_vt",
        "kernel/dev/vt_sequence.c",
        "bottom = MIN(bottom, cells->rows);",
        "bottom = MIN(bottom, cells->rows + 1);",
    ),
    "the end of a line of cells": (
        "eva_cells",
        "kernel/dev/cells.c",
        "to = MIN(to, cells->columns);",
        "to = MIN(to, cells->columns + 1);",
    ),
}


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


def planted(tmp_path, file, sound, bug):
    """A copy of the tree with the bug."""
    for folder in ("kernel", "tests/proofs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    text = (tmp_path / file).read_text()
    assert text.count(sound) == 1, f"{file} has changed: {sound}"
    (tmp_path / file).write_text(text.replace(sound, bug))
    return tmp_path


def check_planted(tmp_path, what):
    """The proof of the copy with the bug must be made, though recorded, and must fail."""
    name, *where = PLANTED[what]
    status, said = prove("--changed", "--root", planted(tmp_path, *where), "--out", tmp_path, name)
    assert status == 1 and "0 passed, 1 failed" in said, said
    assert f"{name}: NOT PROVED" in said, said


def test_a_planted_bug_fails_z3(tmp_path):
    """A parent that is the upper of two buddies."""
    check_planted(tmp_path, "parent")


@pytest.mark.long
@pytest.mark.parametrize("what", [what for what, case in PLANTED.items() if "eva_" in case[0]])
def test_a_planted_bug_fails_eva(tmp_path, what):
    """A getter that reads too far, lists and tables with room for one too many."""
    check_planted(tmp_path, what)


@pytest.mark.long
def test_a_planted_bug_fails_wp(tmp_path):
    """A getter that reads the byte behind the end."""
    check_planted(tmp_path, "getter")
