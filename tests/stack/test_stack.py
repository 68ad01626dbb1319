"""tools/stack adds up what is there, and refuses what it cannot judge."""

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = "-O2 -ffreestanding -mno-red-zone -mcmodel=kernel -fno-omit-frame-pointer -fno-pic".split()

CONF = """
stack main {size}
root main start
call kernel/sample.c hook: one two
"""

# What the samples have in common: a function that is not inlined and takes some stack.
HEAD = """
#define NOINLINE __attribute__((noinline, noclone))
void use(char *bytes);
NOINLINE void use(char *bytes) { __asm__ volatile("" : : "r"(bytes) : "memory"); }
void start(int n);
"""

GOOD = HEAD + """
void one(void), two(void);
void (*hook)(void) = one;
NOINLINE void one(void) { char bytes[100]; use(bytes); __asm__ volatile(""); }
NOINLINE void two(void) { char bytes[1000]; use(bytes); __asm__ volatile(""); }
void start(int n) { hook = n ? one : two; hook(); __asm__ volatile(""); }
"""


def stack(folder, source, conf=CONF, size=32768):
    """Build a sample kernel of one file and run tools/stack on it; (status, figures, errors)."""
    out = folder / "build"
    for part in ("kernel", "tools", "build/obj/kernel"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "kernel/sample.c").write_text(source)
    (folder / "tools/stacks.conf").write_text(conf.format(size=size))
    gcc = ["gcc", *FLAGS, "-fcallgraph-info=su,da", "-c", "kernel/sample.c"]
    run = {"cwd": folder, "check": True}
    subprocess.run([*gcc, "-o", "build/obj/kernel/sample.o"], **run)
    link = ["ld", "-Ttext=0xffffffff80000000", "-e", "start", "-o", "build/stoa.elf"]
    subprocess.run([*link, "build/obj/kernel/sample.o"], **run)
    figures = folder / "figures.json"
    command = [ROOT / "tools/stack", "--root", folder, "--json", figures, out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(figures.read_text()), done.stderr


def test_the_deepest_chain_counts(tmp_path):
    status, figures, errors = stack(tmp_path, GOOD)
    assert (status, errors) == (0, "")
    assert 1000 < figures["main"] < 1200


def test_what_a_removed_file_has_left_does_not_count(tmp_path):
    (tmp_path / "build/obj/kernel").mkdir(parents=True)
    source = tmp_path / "build/obj/kernel/gone"
    source.with_suffix(".c").write_text(GOOD)
    gcc = ["gcc", *FLAGS, "-fcallgraph-info=su,da", "-c", "gone.c"]
    subprocess.run(gcc, cwd=source.parent, check=True)
    source.with_suffix(".c").unlink()
    status, figures, errors = stack(tmp_path, GOOD)
    assert (status, errors) == (0, "")
    assert 1000 < figures["main"] < 1200


def test_three_quarters_are_the_limit(tmp_path):
    status, _, errors = stack(tmp_path, GOOD, size=1300)
    assert status == 1
    assert "the main stack may be used above 75%" in errors


REFUSED = {
    "a call through a pointer that nothing is said of": (
        GOOD,
        CONF.replace("hook", "other"),
        "kernel/sample.c:{line}: start() calls through hook",
    ),
    "a function that a pointer may reach, and that is not listed": (
        GOOD,
        CONF.replace("one two", "one"),
        "two() has its address taken, and stacks.conf names no call that reaches it",
    ),
    "recursion": (
        HEAD
        + """
NOINLINE int again(int n) { char b[9]; use(b); return n ? again(n - 1) + again(n / 2) : 1; }
void start(int n) { again(n); }
""",
        "stack main {size}\nroot main start\n",
        "recursion: again calls again",
    ),
    "recursion of two": (
        HEAD
        + """
int ping(int n), pong(int n);
NOINLINE int ping(int n) { char b[9]; use(b); return n ? pong(n - 1) + 1 : 1; }
NOINLINE int pong(int n) { char b[9]; use(b); return n ? ping(n - 1) + 2 : 1; }
void start(int n) { ping(n); }
""",
        "stack main {size}\nroot main start\n",
        "recursion: ping calls pong calls ping",
    ),
    "a frame without a limit": (
        HEAD + "void start(int n) { char bytes[n]; use(bytes); }\n",
        "stack main {size}\nroot main start\n",
        "start() has a frame without a limit",
    ),
    "a call in inline assembly": (
        HEAD + 'void start(int n) { (void)n; __asm__ volatile("call use"); }\n',
        "stack main {size}\nroot main start\n",
        "start() calls use() in a way that the call graph lacks",
    ),
    "a call through a register in inline assembly": (
        HEAD + 'void start(int n) { __asm__ volatile("call *%0" : : "r"((long)n)); }\n',
        "stack main {size}\nroot main start\n",
        "kernel/sample.c: start() calls in inline assembly",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_judged_is_refused(tmp_path, name):
    source, conf, expected = REFUSED[name]
    line = next((n for n, text in enumerate(source.splitlines(), 1) if "hook();" in text), 0)
    status, _, errors = stack(tmp_path, source, conf)
    assert status == 1
    assert expected.format(line=line) in errors


@pytest.mark.parametrize("build", ["release", "debug"])
def test_every_stack_of_the_kernel_is_deep_enough(builds, build):
    command = [ROOT / "tools/stack", builds.out(build)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
