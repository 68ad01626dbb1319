"""The kernel's data as gdb sees them: layout, lists, CPUs, threads, processes."""

import re
from pathlib import Path

import gdb

ROOT = Path(__file__).resolve().parent.parent.parent


def _read_layout():
    """The constants of the address map, by name."""
    text = (ROOT / "kernel/arch/x86_64/layout.h").read_text(encoding="utf-8")
    layout = {}
    for name, value in re.findall(r"^#define (\w+)\s+(UL\(0x[0-9a-f]+\)|[A-Z_]+\b)", text, re.M):
        number = re.fullmatch(r"UL\((.*)\)", value)
        layout[name] = int(number[1], 16) if number else layout.get(value)
    return layout


LAYOUT = _read_layout()
WINDOWS = LAYOUT["PERCPU_STACK_REGION_BASE"]
WINDOW_SIZE = LAYOUT["PERCPU_STACK_STRIDE"]


class Command(gdb.Command):
    """A command `stoa NAME`; what is wrong with its arguments or with memory is one line."""

    name = ""

    def __init__(self):
        super().__init__(f"stoa {self.name}", gdb.COMMAND_DATA)

    def run(self, *args):
        """Do it."""
        raise NotImplementedError

    def invoke(self, argument, from_tty):
        """gdb calls this."""
        try:
            self.run(*gdb.string_to_argv(argument))
        except TypeError as error:
            if "positional argument" not in str(error):
                raise
            raise gdb.GdbError(f"{self.__doc__.splitlines()[0]}") from error


class _Prefix(gdb.Command):
    """Threads, run queues, locks, memory and the log of the kernel Stoa."""

    def __init__(self):
        super().__init__("stoa", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


_Prefix()


def evaluate(text):
    """The value of an expression of the kernel."""
    return gdb.parse_and_eval(text)


def static(file, name):
    """A file's own variable."""
    return evaluate(f"'{file}'::{name}")


def integer(text):
    """A number or an expression from the command line."""
    return int(evaluate(text)) & (1 << 64) - 1


def pointer(address, kind):
    """That address as a pointer to a `kind`, such as "struct cpu"."""
    return gdb.Value(address).cast(gdb.lookup_type(kind).pointer())


def container(link, kind, member):
    """The structure that a link is a part of."""
    field = next(f for f in gdb.lookup_type(kind).fields() if f.name == member)
    return pointer(int(link) - field.bitpos // 8, kind)


def list_entries(head, kind, member):
    """Pointers to what is on a list, by the address of its head."""
    start, link, seen = int(head), head["next"], 0
    while int(link) != start:
        yield container(link, kind, member)
        link, seen = link["next"], seen + 1
        if seen > 1 << 20:
            raise gdb.GdbError("the list does not end")


def _tree_nodes(node):
    """The nodes of a red-black tree in order, without recursion: the tree may be damaged."""
    path = []
    while int(node) or path:
        while int(node):
            path.append(node)
            if len(path) > 128:
                raise gdb.GdbError("the tree is too deep")
            node = node["left"]
        node = path.pop()
        yield node
        node = node["right"]


def online_cpus():
    """Pointers to the structures of all CPUs that are online."""
    for number in range(int(evaluate("cpu_count"))):
        cpu = pointer(WINDOWS + number * WINDOW_SIZE, "struct cpu")
        if cpu["online"]:
            yield cpu


def percpu(number, file, name):
    """A CPU's own variable."""
    offset = evaluate(f"&'{file}'::{name}")
    return pointer(WINDOWS + number * WINDOW_SIZE + int(offset), str(offset.type.target()))


def processes():
    """Pointers to all processes, in order of pid."""
    for node in _tree_nodes(static("process.c", "pids")["node"]):
        yield container(node, "struct process", "pid_node")


def tasks():
    """Pointers to the kernel's own threads."""
    return list_entries(static("ktask.c", "tasks").address, "struct thread", "process_link")


def threads():
    """Pointers to all threads, those of the kernel first."""
    yield from tasks()
    for process in processes():
        yield from list_entries(process["threads"].address, "struct thread", "process_link")


def find_process(text):
    """The process of that pid."""
    pid = integer(text)
    for process in processes():
        if process["pid"] == pid:
            return process
    raise gdb.GdbError(f"there is no process {pid}")


def find_thread(text):
    """The thread of that tid."""
    tid = integer(text)
    for thread in threads():
        if thread["tid"] == tid:
            return thread
    raise gdb.GdbError(f"there is no thread {tid}")


def name_of(thread):
    """A thread's name: its program's, or its own."""
    if thread["process"]:
        return thread["process"]["name"].string()
    return thread["name"].string()


def symbol_at(address):
    """`function+offset` for an address of the kernel."""
    words = gdb.execute(f"info symbol {int(address):#x}", to_string=True)
    found = re.match(r"(\S+)(?: \+ (\d+))? in section", words)
    if not found:
        return f"{int(address):#x}"
    return found[1] + (f"+{int(found[2]):#x}" if found[2] else "")
