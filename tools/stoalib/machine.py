"""The machines that a run can be given: QEMU's pc and q35, under BIOS or UEFI, and Bochs.

Each writes what the guest sends into files of the run's own folder: com1, com2, port-e9, and the
emulator's own words into `emulator`.
"""

import os
import re
import shutil
from dataclasses import dataclass, field

from stoalib.record import EMULATOR, NO_VERDICT, Failure

_OVMF = "/usr/share/OVMF/OVMF_{}_4M.fd"
_SUFFIX = {"K": 10, "M": 20, "G": 30, "T": 40}

# How QEMU has the ISO: options of its drive, and the device.
_MEDIA = {
    "cdrom": ("media=cdrom,readonly=on", ["-device", "ide-cd,bus=ide.0,drive=iso,bootindex=0"]),
    "disk": ("snapshot=on", ["-device", "ide-hd,bus=ide.0,drive=iso,bootindex=0"]),
    "usb": (
        "snapshot=on",
        ["-device", "qemu-xhci", "-device", "usb-storage,drive=iso,bootindex=0"],
    ),
}

# The one machine whose instruction counts are compared (docs/development.md).
_ICOUNT = [
    *("-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-seed", "1"),
    *("-rtc", "base=2025-01-01T00:00:00,clock=vm"),
]


@dataclass
class Machine:
    """What a run asked for. Sizes in bytes; empty text stands for the machine's default."""

    kind: str
    firmware: str
    cpus: str
    mem: int
    cpu: str
    icount: bool
    vga: bool
    iso: str
    folder: str
    disk: str = ""
    cylinders: int = 0
    medium: str = "cdrom"
    interactive: bool = False
    serial: bool = True
    line: str = ""
    extra: list = field(default_factory=list)

    def path(self, name):
        """A file of the run's own folder."""
        return os.path.join(self.folder, name)


def parse_size(text):
    """Bytes from 256M, 8T and the like; a plain number is of MiB, as QEMU has it."""
    match = re.fullmatch(r"([0-9]+)([KMGT]?)", text.upper())
    if not match or int(match[1]) == 0:
        raise Failure(EMULATOR, f"not a size of memory: {text}")
    return int(match[1]) << _SUFFIX[match[2] or "M"]


def _host_ram():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Qemu:
    """qemu-system-x86_64."""

    CRASHES_AT_THE_END = False

    end_word = "end=isa"

    def __init__(self, machine):
        self.machine = machine
        self.record_file = machine.path("port-e9")

    def _memory(self):
        """RAM that the host does not have is only reserved; CPUs then need the address bits."""
        mem = self.machine.mem
        if mem <= _host_ram() // 2:
            return [], ["-m", f"{mem >> 10}K"], ""
        backend = f"memory-backend-ram,id=ram,size={mem >> 10}K,reserve=off"
        bits = "" if mem < 1 << 39 else f",phys-bits={max(46, mem.bit_length() + 1)}"
        return [",memory-backend=ram"], ["-object", backend, "-m", f"{mem >> 10}K"], bits

    def _firmware(self):
        if self.machine.firmware != "uefi":
            return []
        own = self.machine.path("vars.fd")
        shutil.copyfile(_OVMF.format("VARS"), own)
        code = _OVMF.format("CODE")
        return [
            *("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}"),
            *("-drive", f"if=pflash,unit=1,format=raw,file={own}"),
        ]

    def _drives(self):
        machine = self.machine
        options, device = _MEDIA[machine.medium]
        drives = ["-drive", f"if=none,id=iso,{options},format=raw,file={machine.iso}", *device]
        if machine.disk:
            drives += ["-drive", f"if=none,id=run,format=raw,file={machine.disk}"]
            drives += ["-device", "ide-hd,bus=ide.1,drive=run,bootindex=1"]
        return drives

    def _log_port(self):
        """COM2: a file, or a socket that is also written to the file."""
        file = self.machine.path("com2")
        if not self.machine.line:
            return ["-serial", f"file:{file}"]
        line = f"socket,id=line,path={self.machine.line},server=on,wait=off,logfile={file}"
        return ["-chardev", line, "-serial", "chardev:line"]

    def _channels(self):
        if self.machine.interactive:
            return ["-serial", "mon:stdio"]
        path = self.machine.path
        serial = ["-serial", f"file:{path('com1')}", *self._log_port()]
        return [
            *(serial if self.machine.serial else []),
            *("-debugcon", f"file:{path('port-e9')}"),
            *("-device", "isa-debug-exit,iobase=0xf4,iosize=4"),
        ]

    def command(self):
        """The command line; makes the files that it names."""
        machine = self.machine
        options, memory, bits = self._memory()
        accel = os.environ.get("STOA_ACCEL", "tcg")
        return [
            "qemu-system-x86_64",
            *("-machine", machine.kind + "".join(options), "-cpu", machine.cpu + bits),
            *("-smp", machine.cpus, *memory, "-nodefaults", "-display", "none", "-no-reboot"),
            *(_ICOUNT if machine.icount else ["-accel", accel]),
            *(["-vga", "std"] if machine.vga else []),
            *self._firmware(),
            *self._drives(),
            *self._channels(),
            *machine.extra,
        ]

    @staticmethod
    def check_end(status, seen):
        """Raise Failure when QEMU's exit status (negative: a signal) does not fit what was seen.

        seen: the program's exit status by the record, or None for a panic.
        """
        # isa-debug-exit ends QEMU with (code << 1) | 1.
        code = 0x13 if seen is None else 0x10 if seen == 0 else 0x11 if seen <= 128 else 0x12
        fits = {(code << 1) | 1} | ({0x11 << 1 | 1} if seen and seen > 128 else set())
        if status not in fits:
            raise Failure(NO_VERDICT, f"no verdict: QEMU's exit status {status} contradicts it")

    @staticmethod
    def is_failure(status):
        """Whether that is QEMU's own failure, rather than an end that the guest brought about."""
        return status != 0 and status not in (0x21, 0x23, 0x25, 0x27)


# ips: so many instructions are a second to the guest; what the firmware waits for takes less of ours
# the fewer they are.
_BOCHSRC = """
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model={cpu}, count={cpus}, ips=20000000, reset_on_triple_fault=0
memory: guest={mem}, host={mem}
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path="{iso}", status=inserted
{disk}
boot: cdrom
clock: sync=none
com1: enabled=1, mode=file, dev="{com1}"
com2: enabled=1, mode=file, dev="{com2}"
port_e9_hack: enabled=1
log: "{log}"
panic: action=fatal
error: action=report
info: action=ignore
debug: action=ignore
speaker: enabled=0
"""

_BOCHS_DISK = """ata0-slave: type=disk, path="{path}", mode=flat, cylinders={cylinders}, \
heads=16, spt=63"""


class Bochs:
    """Bochs, which can have up to 14 CPUs, and has other CPU models than QEMU."""

    CRASHES_AT_THE_END = True  # now and then: the thread of its display outlives what it uses

    end_word = "end=bochs"
    MAX_CPUS = 14

    def __init__(self, machine):
        self.machine = machine
        # Port 0xe9 is Bochs' standard output.
        self.record_file = machine.path("emulator")

    def command(self):
        """The command line; makes the files that it names."""
        machine = self.machine
        if not machine.cpus.isdigit() or int(machine.cpus) > self.MAX_CPUS:
            raise Failure(EMULATOR, f"Bochs takes up to {self.MAX_CPUS} CPUs")
        disk = _BOCHS_DISK.format(path=machine.disk, cylinders=machine.cylinders)
        text = _BOCHSRC.format(
            cpu=machine.cpu,
            cpus=machine.cpus,
            mem=machine.mem >> 20,
            iso=machine.iso,
            disk=disk if machine.disk else "",
            com1=machine.path("com1"),
            com2=machine.path("com2"),
            log=machine.path("bochs.log"),
        )
        with open(machine.path("bochsrc"), "w", encoding="utf-8") as file:
            file.write(text + "\n".join(machine.extra) + "\n")
        # It is built with its debugger, whose prompt wants one command.
        with open(machine.path("debugger"), "w", encoding="ascii") as file:
            file.write("c\n")
        return ["bochs-bin", "-q", "-f", machine.path("bochsrc"), "-rc", machine.path("debugger")]

    @staticmethod
    def check_end(status, seen):
        """Bochs' exit status says nothing about the guest."""

    @staticmethod
    def is_failure(status):
        """Only a crash can be told from an end that the guest brought about."""
        return status < 0
