"""Debian's Linux kernel: fetched but not installed, and booted with a program as /init."""

import os
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stoalib import cpio
from stoalib.run import die_with_parent

PACKAGE = "linux-image-cloud-amd64"
DEFAULT_WORDS = "console=ttyS0 quiet panic=-1 nokaslr"
BEST_WORDS = (
    f"{DEFAULT_WORDS} mitigations=off lsm= audit=0 init_on_alloc=0 randomize_kstack_offset=off"
    " cryptomgr.notests noautogroup"
)
_MACHINE = (
    *("-accel", "tcg,thread=single", "-smp", "1", "-icount", "shift=0,sleep=off", "-seed", "1"),
    *("-rtc", "base=2025-01-01T00:00:00,clock=vm", "-cpu", "max,-erms"),
    *("-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"),
)
_TIMEOUT = 240

# In 32-bit mode: reads the TSC, sends its 8 bytes to COM1, lowest first, and resets the machine.
_TELL_TSC = bytes.fromhex(
    "0f31 89c3 89d1 66baf803"  # rdtsc; mov %eax,%ebx; mov %edx,%ecx; mov $0x3f8,%dx
    + "88d8 ee c1eb08" * 4  # mov %bl,%al; out %al,%dx; shr $8,%ebx
    + "88c8 ee c1e908" * 4  # the same of %ecx
    + "b0fe e664 ebfe"  # mov $0xfe,%al; out %al,$0x64; jmp .
)


class LinuxError(Exception):
    """Linux could not be fetched, or did not do what it should."""


@dataclass(frozen=True)
class Kernel:
    """An unpacked kernel package."""

    package: str  # its file's name, with the version
    image: Path  # the bzImage

    @property
    def version(self):
        """For people."""
        return self.package.removesuffix(".deb")


def _output(command, **options):
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options
    )
    if done.returncode != 0:
        raise LinuxError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def _image_package():
    """The package that the metapackage stands for at the moment."""
    found = re.search(r"Depends: (linux-image-\S+)", _output(["apt-cache", "depends", PACKAGE]))
    if not found:
        raise LinuxError(f"apt does not know {PACKAGE}; apt-get update may help")
    return found[1]


def _download(cache):
    """The newest package's file, downloaded unless the cache has it."""
    name = _image_package()
    if kept := sorted(cache.glob(f"{name}_*.deb")):
        return kept[-1]
    _output(["apt-get", "download", "-q", name], cwd=cache)
    return sorted(cache.glob(f"{name}_*.deb"))[-1]


def fetch(cache):
    """The kernel. Without apt's help, one that the cache has."""
    cache.mkdir(parents=True, exist_ok=True)
    try:
        package = _download(cache)
    except (LinuxError, OSError) as error:
        kept = sorted(cache.glob("linux-image-*.deb"))
        if not kept:
            raise LinuxError(f"no Linux to compare with: {error}") from error
        package = kept[-1]
    folder = cache / package.stem
    if not list(folder.glob("boot/vmlinuz-*")):
        _output(["dpkg-deb", "-x", package, folder])
    return Kernel(package.name, next(folder.glob("boot/vmlinuz-*")))


def write_initramfs(path, files):
    """files: {name in the guest: program of the host}. Returns the bytes of the contents."""
    members = {os.fsencode(name.lstrip("/")): (0o755, Path(host).read_bytes()) for name, host in files.items()}
    path.write_bytes(cpio.archive(members))
    return sum(len(data) for _, data in members.values())


def memory_arguments(memory):
    """QEMU's, for MiB of RAM that the host need not have."""
    backend = f"memory-backend-ram,id=ram,size={memory}M,reserve=off"
    return ["-machine", "pc,memory-backend=ram", "-object", backend, "-m", f"{memory}M"]


def _run(image, initramfs, words, memory, more=()):
    """Boot; returns what came out of COM1, as bytes."""
    machine = ["-machine", "pc", "-m", "1G"] if memory == 1024 else memory_arguments(memory)
    command = ["qemu-system-x86_64", *machine, *_MACHINE, "-kernel", image, "-initrd", initramfs]
    try:
        done = subprocess.run(
            [*map(str, command), "-append", words, *more],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            preexec_fn=die_with_parent,
        )
    except subprocess.TimeoutExpired as error:
        raise LinuxError(f"Linux did not end within {_TIMEOUT} s") from error
    return done.stdout


def run(kernel, initramfs, words, memory=1024, more=()):
    """Boot, with so many MiB; returns the text that came out of COM1. It ends by a panic of Linux'
    own, because its init ends, and `panic=-1` makes that a reset."""
    return _run(kernel.image, initramfs, words, memory, more).decode("utf-8", "replace")


def entry_tick(kernel, initramfs, words, folder, memory=1024):
    """The TSC at Linux' first instruction: a boot of the same image, whose 32-bit entry tells it.

    The file keeps its size, so that the firmware does the same before.
    """
    image = bytearray(kernel.image.read_bytes())
    # The protected-mode code begins behind the setup sectors (the kernel's boot protocol, 1.1).
    setup_sectors = image[0x1F1] or 4
    (magic,) = struct.unpack_from("<I", image, 0x202)
    start = (setup_sectors + 1) * 512
    if magic != 0x53726448:
        raise LinuxError(f"{kernel.image} is no bzImage")
    image[start : start + len(_TELL_TSC)] = _TELL_TSC
    patched = Path(folder) / "tell-tsc"
    patched.write_bytes(image)
    out = _run(patched, initramfs, words, memory)
    if len(out) < 8:
        raise LinuxError("the patched Linux did not tell its TSC")
    return int.from_bytes(out[-8:], "little")
