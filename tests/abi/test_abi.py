"""The same static program on this machine's Linux and on Stoa: the same words, the same status.

Lines that begin with `~` are data of which Linux's own kinds of file write different amounts.
"""

import re
import resource
import subprocess

import pytest

import exec_files

PROGRAMS = [
    "abi_write",
    "abi_mem",
    "abi_protect",
    "abi_madvise",
    "abi_mlock",
    "abi_mremap",
    "abi_bus",
    "abi_areas",
    "abi_promise",
    "abi_large",
    "abi_collapse",
    "abi_brk",
    "abi_fork",
    "abi_exec",
    "abi_time",
    "abi_sched",
    "abi_signal",
    "abi_stop",
    "abi_misc",
    "abi_stack",
]
ARGUMENTS = {"abi_stack": ["a", "", "two words"]}
GUEST_FOLDER = "/exec-files"

# One boot runs all of them.
MACHINES = {
    "4 CPUs": {"cpus": 4},
    "1 CPU": {"cpus": 1, "cpu": "qemu64"},
    "debug build": {"cpus": 4, "build": "debug"},
}

ENVIRONMENT = {"HOME": "/", "TERM": "linux", "PATH": "/bin"}
STACK = 8 << 20


def limits():
    """What Stoa gives every process."""
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def comparable(output):
    """What must be equal of a program's output."""
    lines = output.decode("utf-8", "replace").splitlines()
    return [line for line in lines if not line.startswith("~")]


@pytest.fixture(scope="session")
def folder(builds, tmp_path_factory):
    """The host's folder of files for abi_exec."""
    path = tmp_path_factory.mktemp("exec-files")
    others = [builds.program("exec_pie"), builds.program("entry_state")]
    exec_files.make(path, builds.program("abi_exec"), others)
    return path


def arguments(name, files):
    """A program's arguments, with its folder of files."""
    return [str(files)] if name == "abi_exec" else ARGUMENTS.get(name, [])


def status_name(code):
    """As run_each says it; code is Python's."""
    return f"signal {-code}" if code < 0 else f"exit {code}"


@pytest.fixture(scope="session")
def on_linux(builds, folder):
    """(lines, end) of a program on this machine, run when first asked for."""
    done = {}

    def run(name):
        if name not in done:
            result = subprocess.run(
                [str(builds.program(name)), *arguments(name, folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=ENVIRONMENT,
                preexec_fn=limits,
                timeout=120,
                check=False,
            )
            done[name] = comparable(result.stdout), status_name(result.returncode)
        return done[name]

    return run


def run_words(programs, builds, files):
    """The words for run_each, and the options that put the files where they are looked for."""
    words, extra = [], []
    for program in programs:
        words += ["--"] if words else []
        words += [f"/bin/{program}", *arguments(program, GUEST_FOLDER)]
        extra += ["--file", f"{builds.program(program)}:/bin/{program}"]
    for file in sorted(files.iterdir()):
        extra += ["--file", f"{file}:{GUEST_FOLDER}/{file.name}"]
    return words, extra


@pytest.fixture(scope="session")
def on_stoa(boot, builds, folder):
    """(lines, end) of a program on Stoa, all of them in one boot of the machine.

    What that boot did not come to, since a program before it ended the boot, gets one of its own.
    """

    def run(name, machine):
        for programs in (PROGRAMS, [name]):
            words, extra = run_words(programs, builds, folder)
            result = boot("run_each", *words, extra=extra, timeout=240, **MACHINES[machine])
            found = section(result, name)
            if found:
                return found
        pytest.fail(f"{name} did not run to its end: {result}", pytrace=False)

    return run


def section(result, name):
    """What run_each says of one program in a boot; None when the program did not end there."""
    pattern = rb"\n@begin %b\n(.*)\n@end %b ([a-z]+ \d+)\n" % (name.encode(), name.encode())
    found = re.search(pattern, result.out, re.S)
    return (comparable(found[1]), found[2].decode()) if found else None


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_same_as_linux(name, machine, on_linux, on_stoa):
    linux, linux_end = on_linux(name)
    stoa, stoa_end = on_stoa(name, machine)
    assert stoa == linux
    assert stoa_end == linux_end


@pytest.mark.parametrize("name", PROGRAMS)
def test_ends_well_on_linux(name, on_linux):
    """The programs themselves: each says something, finds no surprise, and ends well."""
    lines, end = on_linux(name)
    assert end == "exit 0"
    assert len(lines) > 10
    assert not [line for line in lines if re.search(r"\b(NO|NOT|TOO|OUT OF|SAME)\b", line)]
