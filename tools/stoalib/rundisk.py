"""The second disk of a run: what grub.cfg on the ISO finds there instead of its own defaults.

A FAT image of the whole disk with run.cfg, which GRUB sources, and run.cpio, an archive that the
kernel lays over the initial one: the program, further files, and its arguments in /run/args.
"""

import os
import re
import stat
import subprocess

from stoalib import cpio

# 16 heads of 63 sectors: a geometry that Bochs, which wants to be told one, and any BIOS know.
CYLINDER = 16 * 63 * 512

# What GRUB writes to both serial ports under UEFI when the firmware, whose console they are too,
# has said its last word: all before it is not the kernel's.
UEFI_MARK = b"@stoa-boot@\n\r"

_SERIAL_MARK = """serial --unit={unit} --speed=115200
terminal_output serial
echo @stoa-boot@"""


def program_path(host):
    """Where in the guest a program of the host goes."""
    name = os.path.basename(host)
    return "/bin/" + (name if re.fullmatch(r"[A-Za-z0-9._+-]+", name) else "program")


def _quote(word):
    """The word for GRUB's script language, in which nothing in single quotes is special."""
    return "'" + word.replace("'", "'\\''") + "'"


def config(words, extra=(), uefi=False, mode=None):
    """The text of run.cfg.

    words: the kernel's command line; extra: lines of GRUB's own; mode: of graphics; None for text
    """
    lines = [
        f"set words={_quote(' '.join(words))}",  # for lines that load something else
        *extra,
        *(["insmod all_video"] if mode else []),
        "multiboot2 /boot/stoa.elf " + " ".join(_quote(word) for word in words),
        "module2 /boot/initrd.cpio initrd",
        "module2 ($run)/run.cpio run",
        f"set gfxpayload={mode or 'text'}",
    ]
    if uefi:
        lines += [_SERIAL_MARK.format(unit=unit) for unit in (0, 1)]
    return "\n".join([*lines, "boot", ""])


def archive(program, args, files):
    """The bytes of run.cpio.

    program: the host's path; args: what it gets after its name, bytes or text; files: (host, guest)
    """
    members = {b"run/args": (0o644, b"".join(os.fsencode(a) + b"\0" for a in (program, *args)))}
    for host, guest in ((program, program_path(program)), *files):
        with open(host, "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            mode |= 0o111 if host is program else 0
            members[os.fsencode(guest.lstrip("/"))] = (mode, file.read())
    return cpio.archive(members)


def write_image(image, folder):
    """Make the FAT image, with all files of the folder in its root."""
    files = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    size = sum(os.path.getsize(file) for file in files)
    # A twentieth for FAT's own tables, and what makes it FAT16 at least.
    cylinders = (size + size // 20 + (8 << 20)) // CYLINDER + 1
    with open(image, "wb") as disk:
        disk.truncate(cylinders * CYLINDER)
    geometry = ["-t", str(cylinders), "-h", "16", "-s", "63"]
    run = {"check": True, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    subprocess.run(["mformat", "-i", image, *geometry, "-N", "53544f41", "::"], **run)
    subprocess.run(["mcopy", "-i", image, *files, "::"], **run)
    return cylinders
