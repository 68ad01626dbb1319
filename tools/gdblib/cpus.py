"""Commands on the per-CPU windows."""

import re

import gdb

from gdblib.kernel import (
    LAYOUT,
    WINDOWS,
    WINDOW_SIZE,
    Command,
    integer,
    name_of,
    online_cpus,
    pointer,
    symbol_at,
)
from gdblib.memory import is_mapped

_IST = LAYOUT["WINDOW_IST_SIZE"]
_MAIN = LAYOUT["WINDOW_STACK_TOP"] - LAYOUT["WINDOW_STACK"]
STACKS = (
    ("#DF", LAYOUT["WINDOW_IST_DF"], _IST),
    ("NMI", LAYOUT["WINDOW_IST_NMI"], _IST),
    ("#MC", LAYOUT["WINDOW_IST_MC"], _IST),
    ("#DB", LAYOUT["WINDOW_IST_DB"], _IST),
    ("panic", LAYOUT["WINDOW_PANIC"], LAYOUT["WINDOW_PANIC_SIZE"]),
    ("main", LAYOUT["WINDOW_STACK"], _MAIN),
)


def cpu_of_inferior():
    """{the kernel's number of a CPU: gdb's thread}, for those that have a window.

    The task register tells the window: a register that gdb does not show, but QEMU's monitor.
    """
    told = gdb.execute("monitor info registers -a", to_string=True)
    bases = re.findall(r"^CPU#(\d+).*?^TR =[0-9a-f]+ ([0-9a-f]+) ", told, re.M | re.S)
    numbers = {int(n): (int(base, 16) - WINDOWS) // WINDOW_SIZE for n, base in bases}
    inferior = {thread.num - 1: thread for thread in gdb.selected_inferior().threads()}
    return {at: inferior[n] for n, at in numbers.items() if at >= 0 and n in inferior}


def where(address):
    """Which part of which window an address is in, in words."""
    number, offset = divmod(address - WINDOWS, WINDOW_SIZE)
    guard = LAYOUT["PERCPU_STACK_GUARD_SIZE"]
    for name, start, size in STACKS:
        if start <= offset < start + size:
            return f"CPU {number}, {name} stack, {start + size - offset} bytes below its top"
        if start - guard <= offset < start or start + size <= offset < start + size + guard:
            return f"CPU {number}, guard page of the {name} stack"
    for name in ("CPU", "GDT", "TSS", "DATA", "ENTRY"):
        if LAYOUT[f"WINDOW_{name}"] <= offset < LAYOUT[f"WINDOW_{name}"] + 0x1000:
            return f"CPU {number}, {name.lower()}"
    return f"CPU {number}, offset {offset:#x}"


class Windows(Command):
    """usage: stoa windows [ADDRESS]
    Each CPU's window with its stacks; or which part of which one an address lies in."""

    name = "windows"

    def run(self, address=None):
        """A paragraph for each CPU."""
        if address:
            if not WINDOWS <= integer(address) < WINDOWS + 256 * WINDOW_SIZE:
                raise gdb.GdbError("that is in no window")
            print(where(integer(address)))
            return
        inferior = cpu_of_inferior()
        for cpu in online_cpus():
            self._tell(cpu, inferior.get(int(cpu["id"])))

    @staticmethod
    def _tell(cpu, thread):
        base, current = int(cpu), cpu["current"]
        runs = f"runs {int(current['tid'])} ({name_of(current)})" if current else "idle"
        gdbs = f", gdb's thread {thread.num}" if thread else ""
        print(f"CPU {int(cpu['id'])}: window {base:#x}, APIC ID {int(cpu['apic_id'])}{gdbs}")
        print(f"  {runs}, work {int(cpu['work']):#x}, CR3 {int(cpu['pml4']['raw']):#x}")
        print(f"  rsp0 {int(cpu['rsp0'].dereference()):#x}, NMIs {int(cpu['nmis'])}")
        for name, start, size in STACKS:
            low = base + start
            guards = is_mapped(low - 0x1000) or is_mapped(low + size)
            pages = sum(is_mapped(page) for page in range(low, low + size, 0x1000))
            print(
                f"  {name:5} stack {low:#x}..{low + size:#x}, "
                f"{pages} of {size >> 12} pages mapped, guards {'MAPPED' if guards else 'not mapped'}"
            )


class Where(Command):
    """usage: stoa where
    Where each CPU is: in which function of the kernel, or at which address of its program."""

    name = "where"

    def run(self):
        """A line for each CPU."""
        selected = gdb.selected_thread()
        try:
            for number, thread in sorted(cpu_of_inferior().items()):
                thread.switch()
                frame = gdb.newest_frame()
                in_program = int(frame.read_register("cs")) & 3
                place = f"ring 3, {frame.pc():#x}" if in_program else symbol_at(frame.pc())
                print(f"CPU {number} (gdb's thread {thread.num}): {place}")
        finally:
            selected.switch()


class Cpu(gdb.Function):
    """$cpu(N): a pointer to the structure of CPU N."""

    def invoke(self, number):
        """gdb calls this."""
        return pointer(WINDOWS + int(number) * WINDOW_SIZE, "struct cpu")


Windows()
Where()
Cpu("cpu")
