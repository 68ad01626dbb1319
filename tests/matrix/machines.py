"""Machines to boot on, and what the log of a boot on each has to say."""

import re
from dataclasses import dataclass, field

HELLO = r"Hello from userspace! cpu=(\d+) pid=(\d+)"

BIOS_TAKES, UEFI_TAKES = 2, 24  # MiB that firmware keeps, at most

# What the kernel uses of the CPU models, as it says.
FEATURES = {
    "qemu64": "nx pge",
    "Conroe": "nx pge",
    "Nehalem": "nx pge",
    "Haswell": "nx smep pge fsgsbase xsave avx",
    "EPYC": "nx smep smap pge 1gib-pages fsgsbase xsave avx",
    "max": "nx smep smap umip pge 1gib-pages fsgsbase xsave avx",
    "corei7_haswell_4770": "nx smep pge pcid 1gib-pages fsgsbase xsave avx",
}
WITHOUT = {"pdpe1gb": ["1gib-pages"], "xsave": ["xsave", "avx"]}


@dataclass
class Machine:
    """One row: what boot() is asked for, and what is expected of it."""

    cpus: object = 4
    mem: str = "256M"
    cpu: str = "max"
    firmware: str = "bios"
    machine: str = "q35"
    append: str = ""
    build: str = "release"
    qemu: list = field(default_factory=list)  # further arguments of QEMU
    online: int = 0  # CPUs that are to run, if not all
    listed: int = 0  # CPUs that the kernel is to know of, if not all
    usable: int = 0  # MiB that are to be used, if not all
    clock: str = "HPET"  # what is calibrated against
    screen: str = ""  # mode of the framebuffer that the log is shown on too
    serial: bool = True  # without serial ports only the exit status is seen
    timeout: int = 150

    def options(self):
        """The options of the fixture boot() for this machine."""
        asked = ("cpus", "mem", "cpu", "firmware", "machine", "build", "timeout")
        options = {name: getattr(self, name) for name in asked}
        options |= {"append": self.append} if self.append else {}
        extra = [word for argument in self.qemu for word in ("--qemu-arg", argument)]
        extra += ["--screen", self.screen] if self.screen else []
        extra += [] if self.serial else ["--no-serial"]
        return options | {"extra": extra}

    @property
    def count(self):
        """How many CPUs the machine has."""
        return int(str(self.cpus).split(",", maxsplit=1)[0])

    @property
    def mib(self):
        """How much RAM it has."""
        return int(self.mem[:-1]) << {"M": 0, "G": 10, "T": 20}[self.mem[-1]]

    @property
    def features(self):
        """The words on the CPU that the log is to have."""
        model, *removed = self.cpu.split(",-")
        gone = [word for name in removed for word in WITHOUT.get(name, [name])]
        return [word for word in FEATURES[model].split() if word not in gone]


def plain(log):
    """The log's lines without their times."""
    return [re.sub(r"^\[[^]]*\] ", "", line) for line in log.splitlines()]


def one(pattern, log):
    """The match of the one line of the log that is this."""
    found = [m for m in (re.fullmatch(pattern, line) for line in plain(log)) if m]
    assert len(found) == 1, f"{len(found)} lines are {pattern!r}:\n{log}"
    return found[0]


def check_smoke(machine, result):
    """The smoke program ran on all CPUs, and the log fits the machine."""
    check_hello(machine, result)
    cpus = machine.online or machine.count
    assert result.lines[-1] == f"smoke: {cpus} of {cpus} CPUs said hello"


def check_hello(machine, result):
    """A program said hello on all CPUs, and the log fits the machine."""
    assert result.status == 0, f"status {result.status}: {result.err}\n{result}"
    if not machine.serial:
        assert not result.out and not result.log
        return
    assert "PANIC" not in result.log and "did not start" not in result.log
    hellos = [m for m in (re.fullmatch(HELLO, line) for line in result.lines) if m]
    cpus = machine.online or machine.count
    assert sorted(int(m[1]) for m in hellos) == list(range(cpus)), result
    online = one(r"CPUs online: (\d+) of (\d+)", result.log)
    assert (int(online[1]), int(online[2])) == (cpus, machine.listed or machine.count)
    if machine.cpu.partition(",-")[0] in FEATURES:
        assert one(r"CPU: uses (.*)", result.log)[1].split() == machine.features
    check_clock(machine, result.log)
    check_memory(machine, result.log)


def check_clock(machine, log):
    """The clock was calibrated against what there is."""
    clock = one(r"clock: TSC (\d+) kHz, APIC timer (\d+) kHz by (.*), (\d+) TSC ticks waited", log)
    khz, waited = int(clock[1]), int(clock[4])
    assert clock[3] == machine.clock
    # No timer is blamed, however busy the host is.
    assert "agree with each other" not in log and "nothing tells which" not in log
    assert 10_000 <= khz <= 10_000_000
    # Where a tick of the TSC is one of the guest's, 2 ms is the most; QEMU's goes on with the host.
    if machine.machine == "bochs":
        assert waited <= 2 * khz


def check_memory(machine, log):
    """The figures on the log fit the machine's RAM."""
    frames = one(r"frames: total (\d+) KiB, usable (\d+) KiB, reserved (\d+) KiB, .*", log)
    total, usable, reserved = (int(frames[i]) for i in (1, 2, 3))
    takes = (UEFI_TAKES if machine.firmware == "uefi" else BIOS_TAKES) << 10
    assert (machine.mib << 10) - takes <= total <= machine.mib << 10
    if machine.usable:
        assert (machine.usable << 10) - takes <= usable <= machine.usable << 10
    else:
        assert usable == total - reserved
    memory = one(r"memory: total=(\d+) KiB free=(\d+) KiB unavailable=(\d+) KiB", log)
    assert int(memory[1]) == total
    assert int(memory[1]) - int(memory[2]) == int(memory[3])
    # The stacks of a CPU are 21 pages, beside its page tables and its stock of frames.
    assert usable - int(memory[2]) <= 4096 + machine.count * 512
