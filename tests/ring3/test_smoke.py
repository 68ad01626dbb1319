"""The smoke program on every CPU: statuses, its counts beside the kernel's, the boot's steps."""

import re

import pytest

WINDOWS = 0xFFFFC90000000000
WINDOW_SIZE = 2 << 20
STACK_TOP = 0x1FF000
STACK_SIZE = 32 << 10
USER_END = 0x7FFFFFFFF000

CPUS = 4
LAYOUT = (
    "LAYOUT: percpu stack base=0xffffc90000000000, size=32 KiB, stride=2 MiB, guard=4 KiB"
)

# In this order, each logged after it happened. {cpus} is put in.
STEPS = [
    rf"{LAYOUT}$",
    r"LAYOUT: window ",
    r"frames: total \d+ KiB, usable \d+ KiB, reserved \d+ KiB",
    r"master PML4 at [0-9a-f]+: stack of CPU 0 mapped, [1-9]\d* pages",
    r"CR3 switched to the master PML4, stack verified",
    r"GDT: TSS.rsp0 set cpu=0 ",
    r"stacks mapped in the master PML4: {cpus} CPUs, [1-9]\d* pages each",
    r"CPUs online: {cpus} of {cpus}$",
    r"proc: pid=1 created.*kernel half linked",
    r"switch: pre-switch checks passed cpu=\d+ count=[1-9]",
    r"ring 3: first entry cpu=\d+ ",
    r"proc: pid=1 exited status=0 ",
]


def log_lines(result):
    """The log's lines without their times."""
    return [re.sub(r"^\[[^]]*\] ", "", line) for line in result.log.splitlines()]


def rsp0(cpu):
    """What TSS.rsp0 must be."""
    return WINDOWS + cpu * WINDOW_SIZE + STACK_TOP


@pytest.fixture(scope="session", params=["release", "debug"])
def smoke(request, boot):
    result = boot("smoke", cpus=CPUS, mem="256M", build=request.param)
    assert result.status == 0, result
    return result


def test_every_cpu_says_hello(smoke):
    hellos = [re.fullmatch(r"Hello from userspace! cpu=(\d+) pid=(\d+)", x) for x in smoke.lines]
    hellos = [(int(m[1]), int(m[2])) for m in hellos if m]
    assert sorted(cpu for cpu, _ in hellos) == list(range(CPUS))
    assert len({pid for _, pid in hellos}) == CPUS


def test_nothing_else_is_printed(smoke):
    assert len(smoke.lines) == 2 * CPUS + 1
    assert smoke.lines[-1] == f"smoke: {CPUS} of {CPUS} CPUs said hello"
    assert smoke.out.endswith(b"\n")


def program_counts(lines):
    """What each child says of itself: {pid: (cpu, calls, faults, timer)}, all lower bounds."""
    pattern = r"counts cpu=(\d+) pid=(\d+) calls>=(\d+) faults>=(\d+) timer>=(\d+)"
    found = [re.fullmatch(pattern, line) for line in lines]
    return {int(m[2]): tuple(int(m[i]) for i in (1, 3, 4, 5)) for m in found if m}


def kernel_counts(result):
    """What the kernel counted: {pid: (status, calls, faults, timer)}."""
    pattern = r"proc: pid=(\d+) exited status=(\d+) calls=(\d+) faults=(\d+) timer=(\d+)"
    found = [re.match(pattern, line) for line in log_lines(result)]
    return {int(m[1]): tuple(int(m[i]) for i in (2, 3, 4, 5)) for m in found if m}


def test_the_kernel_counted_what_the_programs_lived_through(smoke):
    programs, kernel = program_counts(smoke.lines), kernel_counts(smoke)
    assert len(programs) == CPUS
    for pid, (cpu, calls, faults, timer) in programs.items():
        assert pid in kernel, f"no line for the exit of pid {pid}: {smoke}"
        status, kernel_calls, kernel_faults, kernel_timer = kernel[pid]
        assert status == 40 + cpu
        assert calls >= 1000 and faults >= 100 and timer >= 20
        # The program's count is exact but for its exit, and its entry from fork.
        assert calls <= kernel_calls <= calls + 2
        assert kernel_faults >= faults
        assert kernel_timer >= timer


def test_steps_are_logged_in_order(smoke):
    lines = log_lines(smoke)
    at = 0
    for step in STEPS:
        step = step.replace("{cpus}", str(CPUS))
        found = [i for i in range(at, len(lines)) if re.match(step, lines[i])]
        assert found, f"no line {step!r} from line {at} on:\n{smoke.log}"
        at = found[0] + 1


def test_layout_is_logged_once(smoke):
    assert log_lines(smoke).count(LAYOUT) == 1


def test_each_cpu_has_its_rsp0(smoke):
    found = [
        re.fullmatch(r"GDT: TSS.rsp0 set cpu=(\d+) rsp0=0x([0-9a-f]+)", x) for x in log_lines(smoke)
    ]
    values = [(int(m[1]), int(m[2], 16)) for m in found if m]
    assert sorted(values) == [(cpu, rsp0(cpu)) for cpu in range(CPUS)]
    last = max(i for i, m in enumerate(found) if m)
    online = [i for i, x in enumerate(log_lines(smoke)) if x.startswith("CPUs online: ")]
    assert online and last < online[0]


def test_each_cpu_enters_ring_3_on_its_own_stack(smoke):
    pattern = (
        r"ring 3: first entry cpu=(\d+) user rsp=0x([0-9a-f]+) kernel rsp=0x([0-9a-f]+) "
        r"rsp0=0x([0-9a-f]+)"
    )
    found = [re.fullmatch(pattern, line) for line in log_lines(smoke)]
    entries = {int(m[1]): [int(m[i], 16) for i in (2, 3, 4)] for m in found if m}
    assert sorted(entries) == list(range(CPUS))
    assert len([m for m in found if m]) == CPUS
    for cpu, (user_rsp, kernel_rsp, entry_rsp0) in entries.items():
        assert 0x1000 <= user_rsp < USER_END
        assert entry_rsp0 == rsp0(cpu)
        assert rsp0(cpu) - STACK_SIZE < kernel_rsp < rsp0(cpu)


def test_each_cpu_checks_before_it_switches(smoke):
    found = [
        re.fullmatch(r"switch: pre-switch checks passed cpu=(\d+) count=(\d+)", x)
        for x in log_lines(smoke)
    ]
    counts = {int(m[1]): int(m[2]) for m in found if m}
    assert sorted(counts) == list(range(CPUS))
    assert min(counts.values()) >= 1
