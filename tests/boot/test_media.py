"""The ISO as a USB stick and as a disk; and how a stick is written."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, run_make

USB = ROOT / "tools/usb"


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
@pytest.mark.parametrize("medium", ["usb", "disk"])
def test_boots_from(boot, medium, firmware):
    result = boot("hello_each", cpus=2, firmware=firmware, extra=["--medium", medium])
    assert result.status == 0, result
    assert result.lines[-1] == "hello_each: 2 of 2 CPUs"


def write_stick(iso, device, answer=""):
    """Run tools/usb with what the person types; returns its status and what it printed."""
    command = [USB, iso, device]
    done = subprocess.run(command, input=answer, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def stick(request, tmp_path):
    """A loop device of 64 MiB stands for the stick: (device, its file). The parameter: another
    size, or options of losetup."""
    size, *options = getattr(request, "param", ["64M"])
    image = tmp_path / "stick"
    image.write_bytes(b"old" * 1000)
    subprocess.run(["truncate", "-s", size, image], check=True)
    command = ["losetup", "--show", "--find", "--partscan", *options, image]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no loop device: {done.stderr.strip()}")
    device = done.stdout.strip()
    yield device, image
    subprocess.run(["losetup", "--detach", device], check=True)


def test_a_stick_is_written_and_boots(builds, boot, stick):
    device, image = stick
    iso = builds.iso()
    status, said = write_stick(iso, device, f"{device}\n")
    assert status == 0, said
    assert "will be overwritten" in said
    assert image.read_bytes()[: iso.stat().st_size] == iso.read_bytes()
    result = boot("true", cpus=1, extra=["--iso", str(image), "--medium", "usb"])
    assert result.status == 0, result


@pytest.mark.parametrize("answer", ["", "\n", "yes\n", "/dev/sda\n"])
def test_nothing_is_written_unless_its_name_is_typed(builds, stick, answer):
    device, image = stick
    before = image.read_bytes()
    status, said = write_stick(builds.iso(), device, answer)
    assert (status, said.splitlines()[-1].endswith("usb: not written")) == (1, True)
    assert image.read_bytes() == before


def test_a_mounted_stick_is_refused(builds, stick, tmp_path):
    device, _ = stick
    folder = tmp_path / "mounted"
    folder.mkdir()
    subprocess.run(["mkfs.ext2", "-q", device], check=True)
    subprocess.run(["mount", device, folder], check=True)
    try:
        status, said = write_stick(builds.iso(), device, f"{device}\n")
    finally:
        subprocess.run(["umount", folder], check=True)
    assert status == 1
    assert said == f"usb: {device} is mounted at {folder}\n"


def test_a_stick_in_use_is_refused(builds, stick):
    """By somebody who has not mounted it under its own number."""
    device, _ = stick
    holder = os.open(device, os.O_RDONLY | os.O_EXCL)
    try:
        said = write_stick(builds.iso(), device, f"{device}\n")
    finally:
        os.close(holder)
    assert said == (1, f"usb: {device} is in use\n")


@pytest.mark.parametrize("stick", [["1M"]], indirect=True)
def test_a_small_stick_is_refused(builds, stick):
    device, _ = stick
    said = write_stick(builds.iso(), device, f"{device}\n")
    assert said == (1, f"usb: {device} is too small\n")


@pytest.mark.parametrize("stick", [["64M", "--read-only"]], indirect=True)
def test_a_write_protected_stick_is_refused(builds, stick):
    device, _ = stick
    said = write_stick(builds.iso(), device, f"{device}\n")
    assert said == (1, f"usb: {device} is write-protected\n")


def test_the_disk_of_the_running_system_is_refused(builds):
    root = subprocess.run(
        ["findmnt", "-no", "SOURCE", "/"], capture_output=True, text=True, check=True
    ).stdout.strip()
    disk = Path("/sys/class/block", Path(root).name).resolve()
    whole = disk.parent if (disk / "partition").exists() else disk
    status, said = write_stick(builds.iso(), f"/dev/{whole.name}", f"/dev/{whole.name}\n")
    assert status == 1
    assert "is mounted at" in said


def test_a_partition_is_refused(builds, stick):
    device, _ = stick
    subprocess.run(["addpart", device, "1", "2048", "65536"], check=True)
    status, said = write_stick(builds.iso(), f"{device}p1", f"{device}p1\n")
    subprocess.run(["delpart", device, "1"], check=True)
    assert (status, said) == (1, f"usb: {device}p1 is a partition; name the whole disk\n")


@pytest.mark.parametrize("device", ["/dev/null", "/dev/none", __file__])
def test_what_is_no_disk_is_refused(builds, device):
    status, said = write_stick(builds.iso(), device, f"{device}\n")
    assert status == 1
    assert said.startswith(f"usb: {device}")


def test_the_target(builds):
    """`make usb` hands the ISO and the device on."""
    builds.iso()
    build = f"BUILD={os.environ.get('STOA_BUILD', 'build')}"
    assert "usb: /dev/null is not a disk\n" in run_make(build, "usb", "DEV=/dev/null", check=False)
    assert "make usb DEV=/dev/sdX" in run_make(build, "usb", check=False)
