"""The command that shows where a program is, with the names of its functions."""

import contextlib
from pathlib import Path

import gdb

from gdblib.cpus import cpu_of_inferior
from gdblib.kernel import (
    LAYOUT,
    WINDOWS,
    WINDOW_SIZE,
    Command,
    find_thread,
    name_of,
    pointer,
    symbol_at,
)
from gdblib.memory import object_name, read_user, space_of

_REGISTERS = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split()
_NAME_MAX = 15  # of a process's name, without its end
_ET_DYN = 3
_ALL = (1 << 64) - 1
_SCAN = 4096  # bytes of stack


def _program_file(name):
    """The file with a program's symbols, beside those of the kernel that gdb was given."""
    kernel = Path(gdb.current_progspace().filename).resolve()
    pattern = f"{name}*.debug" if len(name) == _NAME_MAX else f"{name}.debug"
    for folder in (kernel.parent / "build", *kernel.parents):
        for place in ("user/bin", "tests/bin"):
            if found := sorted((folder / place).glob(pattern)):
                return found[0]
    raise gdb.GdbError(f"no file {name}.debug; say which: stoa ubt TID FILE")


def _load_offset(file, process):
    """How far above its own addresses a program lies: those of ET_DYN are moved."""
    with open(file, "rb") as program:
        kind = int.from_bytes(program.read(18)[16:], "little")
    vma = space_of(process)["vmas"]["first"]
    while kind == _ET_DYN and vma:
        if vma["object"] and object_name(vma["object"]).endswith(process["name"].string()):
            return int(vma["start"])
        vma = vma["next"]
    return 0


@contextlib.contextmanager
def _symbols(file, offset):
    """gdb knows the program's symbols in the block."""
    gdb.execute(f"add-symbol-file {file} -o {offset:#x}", to_string=True)
    try:
        yield
    finally:
        gdb.execute(f"remove-symbol-file {file}", to_string=True)


def _set(registers):
    for name, value in registers.items():
        # CR3 has a type of its own, to which no number can be converted.
        kind = gdb.newest_frame().read_register(name).type
        gdb.set_convenience_variable("stoa_value", gdb.Value(value.to_bytes(8, "little"), kind))
        gdb.execute(f"set ${name} = $stoa_value")


@contextlib.contextmanager
def _registers(values):
    """The selected CPU has these registers in the block, so that gdb follows the stack by them."""
    frame = gdb.newest_frame()
    saved = {name: int(frame.read_register(name)) & _ALL for name in values}
    try:
        _set(values)
        yield
    finally:
        _set(saved)


def _saved_registers(thread):
    """Those of the program as the kernel keeps them, and its tables."""
    frame = thread["frame"]
    if thread["owner"]:
        top = WINDOWS + int(thread["owner"]["id"]) * WINDOW_SIZE + LAYOUT["WINDOW_STACK_TOP"]
        frame = pointer(top - frame.type.sizeof, "struct trapframe").dereference()
    values = {name: int(frame[name]) for name in _REGISTERS}
    return {"cr3": int(space_of(thread["process"])["root"]["raw"]), **values}


def _is_return_address(values, address):
    """Does it lie behind a call, in code that the file tells the lines of?"""
    if not 0 < address < LAYOUT["USER_END"] or not gdb.find_pc_line(address - 1).symtab:
        return False
    before = read_user(values["cr3"], address - 6, 6)
    # CALL rel32, and CALL by a register or memory (SDM 2A CALL).
    return bool(before) and (before[1] == 0xE8 or 0xFF in before[-3:-1] or before[0] == 0xFF)


def _caller(values):
    """The registers in the caller of a function of the C library, whose frames nothing describes:
    the first return address on the stack into the program itself. {} when there is none."""
    for slot in range(values["rsp"], values["rsp"] + _SCAN, 8):
        data = read_user(values["cr3"], slot, 8)
        address = int.from_bytes(data or b"", "little")
        if data and _is_return_address(values, address):
            return {**values, "rsp": slot + 8, "rip": address}
    return {}


def _backtrace(values):
    """Print the calls that lead to these registers."""
    if not gdb.find_pc_line(values["rip"]).symtab and (caller := _caller(values)):
        print(f"in {symbol_at(values['rip'])}, called by")
        values = caller
    with _registers(values):
        gdb.execute("backtrace -frame-arguments none")


class UserBacktrace(Command):
    """usage: stoa ubt TID [FILE]
    The calls of a program that led to where its thread is. FILE: the program with its symbols; the
    programs of this tree have NAME.debug beside them.

    The selected CPU lends its registers and is given them back."""

    name = "ubt"

    def run(self, tid, file=None):
        """As `backtrace` prints it."""
        thread = find_thread(tid)
        if not thread["process"]:
            raise gdb.GdbError("that is a thread of the kernel")
        file = file or _program_file(name_of(thread))
        selected = gdb.selected_thread()
        try:
            with _symbols(file, _load_offset(file, thread["process"])):
                self._tell(thread)
        finally:
            selected.switch()

    @staticmethod
    def _tell(thread):
        values = _saved_registers(thread)
        if thread["owner"]:
            cpu_of_inferior()[int(thread["owner"]["id"])].switch()
            frame = gdb.newest_frame()
            if int(frame.read_register("cs")) & 3:
                values.update((n, int(frame.read_register(n)) & _ALL) for n in _REGISTERS)
        _backtrace(values)


UserBacktrace()
