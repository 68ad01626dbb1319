"""The options of stoa-run; what each means is told at the top of that script."""

import argparse
import os

from stoalib.machine import parse_size
from stoalib.record import EMULATOR, Failure


class _Parser(argparse.ArgumentParser):
    """Wrong usage is told as any other failure, not by a status that is a program's."""

    def error(self, message):
        raise Failure(EMULATOR, message)


_FLAGS = ["--help", "--icount", "--verbose", "--no-disk", "--no-serial", "--interactive"]
_LISTS = ["--append", "--file", "--qemu-arg", "--grub", "--disk-file"]
_TEXTS = ["--cpus", "--mem", "--cpu", "--log", "--line", "--iso", "--screen"]


def _make_parser():
    parser = _Parser(add_help=False, allow_abbrev=False)
    for flag in _FLAGS:
        parser.add_argument(flag, action="store_true")
    for name in _LISTS:
        parser.add_argument(name, action="append", default=[])
    for name in _TEXTS:
        parser.add_argument(name)
    parser.add_argument("--firmware", choices=["bios", "uefi"], default="bios")
    parser.add_argument("--medium", choices=["cdrom", "usb", "disk"], default="cdrom")
    parser.add_argument("--machine", choices=["q35", "pc", "bochs"])
    parser.add_argument("--timeout", type=float)
    return parser


def parse(argv):
    """The options, with `program` and `args`: everything from the first word on that is none."""
    head, rest = [], list(argv)
    while rest and rest[0].startswith("--") and rest[0] != "--":
        word = rest.pop(0)
        if word not in _FLAGS and "=" not in word and rest:
            word += "=" + rest.pop(0)
        head.append(word)
    if rest and rest[0] == "--":
        rest.pop(0)
    options = _make_parser().parse_args(head)
    options.program, options.args = (rest[0], rest[1:]) if rest else (None, [])
    return options


def complete(options):
    """Fill in what depends on other options, and refuse what does not go together."""
    icount = options.icount
    options.machine = options.machine or ("pc" if icount else "q35")
    options.cpus = options.cpus or ("1" if icount else "4")
    options.mem = parse_size(options.mem or ("1G" if icount else "256M"))
    options.cpu = options.cpu or _default_cpu(options)
    options.file = [host_and_guest(text) for text in options.file]
    if options.timeout is None:
        options.timeout = _default_timeout(options)
    _refuse(options)


def _default_cpu(options):
    if options.machine == "bochs":
        return "corei7_haswell_4770"
    return "max,-erms" if options.icount else "max"


def _default_timeout(options):
    """Seconds; several times what the machine takes to boot on a slow host."""
    cpus = options.cpus.split(",")[0]
    slow = options.firmware == "uefi" or options.machine == "bochs" or options.icount
    big = options.mem > 16 << 30
    return 60 + 60 * slow + 60 * big + (int(cpus) if cpus.isdigit() else 0)


def _refuse(options):
    bochs = options.machine == "bochs"
    if options.icount and (bochs or options.cpus != "1"):
        raise Failure(EMULATOR, "--icount is for QEMU with one CPU")
    if options.line and (bochs or options.interactive):
        raise Failure(EMULATOR, "--line is for QEMU without --interactive")
    if options.medium != "cdrom" and bochs:
        raise Failure(EMULATOR, "--medium is for QEMU")
    if options.no_serial and (bochs or options.line or options.interactive):
        raise Failure(EMULATOR, "--no-serial is for QEMU without --line and --interactive")
    if bochs and options.firmware == "uefi":
        raise Failure(EMULATOR, "Bochs has no UEFI firmware")
    if (options.program is None) != (options.no_disk or options.interactive):
        raise Failure(EMULATOR, "a PROGRAM, or --no-disk or --interactive; see --help")
    hosts = [options.program] if options.program is not None else []
    for host in hosts + [host for host, _ in options.file] + options.disk_file:
        if not os.path.isfile(host):
            raise Failure(EMULATOR, f"no such file: {host}")


def host_and_guest(text):
    """The two paths of HOST[:GUEST]."""
    host, colon, guest = text.rpartition(":")
    if colon and guest.startswith("/"):
        return host, guest
    return text, "/" + os.path.basename(text)
