"""Commands on page tables and on what processes map; reading the memory of any process."""

import gdb

from gdblib.kernel import LAYOUT, Command, evaluate, find_process, integer

_LEVELS = ("PML4", "PDPT", "PD", "PT")
_PRESENT, _LARGE, _NX = 1, 0x80, 1 << 63
_ADDRESS = 0x000FFFFFFFFFF000
_FLAGS = (
    (2, "W", "R"),
    (4, "user", ""),
    (_NX, "NX", ""),
    (0x100, "global", ""),
    (0x20, "accessed", ""),
    (0x40, "dirty", ""),
)


def read_physical(address, size):
    """Bytes of RAM, by the direct map."""
    inferior = gdb.selected_inferior()
    return bytes(inferior.read_memory(LAYOUT["PHYS_OFFSET"] + address, size))


def walk(root, address):
    """[(index, entry)] from the PML4 on, and the physical address that it ends at, or None."""
    steps, table = [], root
    for level in range(4):
        shift = 39 - 9 * level
        index = address >> shift & 511
        entry = int.from_bytes(read_physical(table + 8 * index, 8), "little")
        steps.append((index, entry))
        if not entry & _PRESENT:
            return steps, None
        if level == 3 or entry & _LARGE:
            inside = (1 << shift) - 1
            return steps, entry & _ADDRESS & ~inside | address & inside
        table = entry & _ADDRESS
    return steps, None


def master():
    """The physical address of the master PML4."""
    return int(evaluate("master_pml4")["raw"])


def is_mapped(address):
    """Does the kernel's half map that address?"""
    return walk(master(), address)[1] is not None


def read_user(root, address, size):
    """Bytes of a program's memory, by its tables; None where a page is not there."""
    data = b""
    while len(data) < size:
        at = walk(root, address + len(data))[1]
        if at is None:
            return None
        data += read_physical(at, min(size - len(data), 0x1000 - (at & 0xFFF)))
    return data


def space_of(process):
    """A process's space."""
    if not process["space"]:
        raise gdb.GdbError(f"process {int(process['pid'])} has no memory now")
    return process["space"]


class Walk(Command):
    """usage: stoa walk ADDRESS [PID]
    The walk of an address through the page tables: the master's, or those of a process."""

    name = "walk"

    def run(self, address, pid=None):
        """A line for each level."""
        address = integer(address)
        root = int(space_of(find_process(pid))["root"]["raw"]) if pid else master()
        steps, end = walk(root, address)
        print(f"page walk of {address:016x} from PML4 {root:x}")
        for name, (index, entry) in zip(_LEVELS, steps):
            words = ["present" if entry & _PRESENT else "NOT PRESENT"]
            words += [on if entry & bit else off for bit, on, off in _FLAGS]
            print(f"  {name:4}[{index:3}] {entry:016x} {' '.join(filter(None, words))}")
        if end is not None:
            print(f"  physical address {end:x}")


class Vmas(Command):
    """usage: stoa vmas PID
    What a process maps, as /proc/PID/maps tells it on Linux."""

    name = "vmas"

    def run(self, pid):
        """A line for each area."""
        space = space_of(find_process(pid))
        vma = space["vmas"]["first"]
        while vma:
            print(f"{self._range(vma)} {self._rights(vma)} {self._name(space, vma)}".rstrip())
            vma = vma["next"]
        counted = int(space["vmas"]["count"])
        print(f"{counted} areas, {int(space['resident'])} frames, {int(space['tables'])} tables")

    @staticmethod
    def _range(vma):
        return f"{int(vma['start']):012x}-{int(vma['end']):012x}"

    @staticmethod
    def _rights(vma):
        prot = int(vma["prot"])
        rights = "".join(c if prot & bit else "-" for c, bit in (("r", 1), ("w", 2), ("x", 4)))
        offset = int(vma["pgoff"]) << 12 if vma["object"] else 0
        return f"{rights}{'s' if int(vma['flags']) & 1 else 'p'} {offset:08x}"

    @staticmethod
    def _name(space, vma):
        if vma["object"]:
            return object_name(vma["object"])
        if vma["end"] > space["brk_start"] and vma["start"] < space["brk"]:
            return "[heap]"
        return "[stack]" if int(vma["flags"]) & 2 else ""


def object_name(what):
    """The path of a file of the archive; the kind of other objects."""
    kind = str(what["ops"].dereference().address).rpartition("<")[2].rstrip(">")
    file = gdb.lookup_type("struct archive_file")
    if kind != "file_ops":
        return kind.removesuffix("_ops")
    field = next(f for f in file.fields() if f.name == "object")
    address = gdb.Value(int(what) - field.bitpos // 8).cast(file.pointer())
    return "/" + address["name"].string()


Walk()
Vmas()
