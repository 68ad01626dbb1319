"""Faults in ring 0, made on purpose by the in-kernel tests: each is named by the panic's report."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from fault_report import DOUBLE_FAULT, PAGE_FAULT, check_walk, read_panic, read_trap

CPUS = 2
PROGRAM = "spin"  # runs beside the test, and does not end before it
STACKS = {"main": "main", "df": "#DF", "nmi": "NMI", "mc": "#MC", "db": "#DB", "panic": "panic"}
WINDOWS, WINDOW_SIZE = 0xFFFFC90000000000, 2 << 20

# The test, and the trap that it must end in: vector, error code in words.
TRAPS = {
    "null-read": (14, "read by kernel mode, page not present"),
    "text-write": (14, "write by kernel mode, access not allowed"),
    "text-alias-write": (14, "write by kernel mode, access not allowed"),
    "rodata-write": (14, "write by kernel mode, access not allowed"),
    "data-execute": (14, "fetch by kernel mode, access not allowed"),
    "direct-map-execute": (14, "fetch by kernel mode, access not allowed"),
    "non-canonical-read": (13, "no selector"),
    "invalid-opcode": (6, ""),
    "divide-error": (0, ""),
    "breakpoint": (3, ""),
}

PAGE_FAULTS = [name for name, (vector, _) in TRAPS.items() if vector == PAGE_FAULT]

# Those that the kernel's own checks find, by the words of its panic.
CHECKS = {
    "panic": "a test asked for it on CPU 1",
    "lock-order": "lock order: taking 'test low' (rank 1) while holding 'test high'",
    "lock-at-exit": "lock held at exit: 'test low' (taken in ",
    "double-free": "double free of frame 0x",
    "double-free-frame": ": type 2, order 0, freed before in double_free_frame",
    "wrong-order": "wrong order 2 of frame 0x",
    "object-double-free": " in object_double_free; freed before in object_double_free",
    "object-no-start": ", freed in object_no_start, is not one of its objects",
    "kmap-user-address": "kmap refuses the user address 0x1000",
    "sealed-slot": "kernel slot 509 is sealed",
}

# The same in debug builds, which alone find them.
DEBUG_CHECKS = {
    "write-after-free": "was written to: 1 at offset 0x0; write_after_free wanted to have it",
    "object-overrun": " behind its end: 1 at {}; taken in new_object, freed in object_overrun",
    "object-underrun": " before its start: 1 at {}; taken in new_object, freed in object_underrun",
    "object-write-after-free": " was written to: 1 at offset 0x10; freed in object_write_after_free",
}


def options(name, cpu, cpus=CPUS, build="release"):
    """What boot() is asked for."""
    return {"cpus": cpus, "append": f"ktest={name}:{cpu}", "timeout": 60, "build": build}


@pytest.fixture(scope="session")
def panics(boot, builds):
    """Runs the in-kernel test by this name on that CPU; two emulators work side by side."""
    builds.iso()
    builds.program(PROGRAM)
    usual = [(name, 1) for name in (*TRAPS, *CHECKS)]
    usual += [(f"overflow-{stack}", cpu) for stack in STACKS for cpu in range(CPUS)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda test: boot(PROGRAM, **options(*test)), usual))

    def run(name, cpu, **more):
        result = boot(PROGRAM, **options(name, cpu, **more))
        assert result.status == 200, result
        assert "stoa-run: kernel panic: " in result.err
        panic = read_panic(result.log)
        assert panic.cpu == cpu
        assert panic.runs(cpu) == "the kernel task 'ktest'"
        return panic

    return run


def check_others(panic, cpus):
    """The other CPUs were stopped and tell where they were."""
    for cpu in set(range(cpus)) - {panic.cpu}:
        words, functions = panic.other(cpu)
        if words == "backtrace":
            assert functions and "?" not in functions
        else:
            assert re.fullmatch(r"in ring 3 at [0-9a-f]{16}|stopped while waiting", words)
        panic.runs(cpu)


def check_backtrace(panic):
    """The way to the fault, from the exit loop on."""
    functions = panic.backtrace
    assert len(functions) >= 2
    assert functions[-2:] == ["exit_loop", "enter_exit_loop"]


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_named(panics, name):
    panic = panics(name, 1)
    trap = read_trap(panic.lines)
    assert (trap.vector, trap.words) == TRAPS[name]
    assert panic.cause == f"{trap.name} in ring 0"
    assert trap.registers["cs"] == 0x08
    assert trap.registers["rsp"] - WINDOWS in range(WINDOW_SIZE, 2 * WINDOW_SIZE)
    check_backtrace(panic)
    check_others(panic, CPUS)


@pytest.mark.parametrize("name", PAGE_FAULTS)
def test_a_page_fault_shows_the_walk(panics, name):
    panic = panics(name, 1)
    trap = read_trap(panic.lines)
    check_walk(trap)
    last = trap.walk[-1]
    assert trap.cr2 == (0x10 if name == "null-read" else trap.cr2)
    assert ("NOT" in last.words) == ("not present" in trap.words)
    if trap.words.startswith("write"):
        assert "R" in last.words
    if trap.words.startswith("fetch"):
        assert "NX" in last.words and trap.cr2 == trap.registers["rip"]


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_check_finds_is_named(panics, name):
    panic = panics(name, 1)
    assert CHECKS[name] in panic.cause
    check_backtrace(panic)
    check_others(panic, CPUS)


@pytest.mark.parametrize("name", DEBUG_CHECKS)
def test_what_a_debug_build_finds_is_named(panics, name):
    panic = panics(name, 1, build="debug")
    cause = re.escape(DEBUG_CHECKS[name]).replace(r"\{\}", "0x[0-9a-f]+")
    assert re.search(cause, panic.cause)
    if name.startswith("object"):
        assert panic.cause.startswith("slab 'test': ")


def test_locks_that_a_cpu_holds_are_told(panics):
    assert any("holds lock 'test high', taken in " in x for x in panics("lock-order", 1).lines)


def check_overflow(panic, stack, cpu, cpus):
    """The report names the CPU and the stack, and shows the guard page."""
    assert panic.cause == f"kernel stack overflow on CPU {cpu}: guard below {STACKS[stack]} stack"
    trap = read_trap(panic.lines)
    assert trap.vector == DOUBLE_FAULT
    window = WINDOWS + cpu * WINDOW_SIZE
    assert trap.cr2 - window in range(WINDOW_SIZE)
    assert trap.cr2 == trap.registers["rsp"] - 8
    check_walk(trap)
    assert "NOT" in trap.walk[-1].words
    check_backtrace(panic)
    check_others(panic, cpus)


@pytest.mark.parametrize("cpu", range(CPUS))
@pytest.mark.parametrize("stack", STACKS)
def test_overflow_of_a_stack(panics, stack, cpu):
    check_overflow(panics(f"overflow-{stack}", cpu), stack, cpu, CPUS)


@pytest.mark.long
@pytest.mark.parametrize("build", ["release", "debug", "clang"])
@pytest.mark.parametrize("cpu", range(4))
@pytest.mark.parametrize("stack", STACKS)
def test_overflow_of_every_stack(panics, stack, cpu, build):
    check_overflow(panics(f"overflow-{stack}", cpu, cpus=4, build=build), stack, cpu, 4)
