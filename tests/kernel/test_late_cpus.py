"""CPUs that come after they were given up: they halt where they harm nobody, and the boot goes on."""

import re
import subprocess

import pytest
from conftest import ROOT

CPUS, ABANDONED, PAGE_SIZE = 4, 4, 4096

# gdb lets only the boot CPU run, until it has waited for the others long enough.
SCRIPT = f"""
thbreak smp_start_all
continue
set scheduler-locking on
thbreak boot_watchdog
continue
set scheduler-locking off
thbreak sys_exit_group
continue
printf "page %x\\n", trampoline_page.raw
{"".join(f'printf "stage %d{chr(92)}n", ap_slots[{cpu}].stage{chr(10)}' for cpu in range(1, CPUS))}
info threads
"""


@pytest.mark.long
@pytest.mark.parametrize("build", ["release", "debug"])
def test_cpus_that_were_held_halt_on_the_trampoline_page(builds, build, tmp_path):
    script, serial = tmp_path / "script", tmp_path / "serial"
    script.write_text(SCRIPT)
    out = builds.out(build)
    done = subprocess.run(
        [ROOT / "tools/debug", out / "stoa.iso", out / "stoa.elf", serial, "-batch", "-x", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told, log = done.stdout, serial.read_text()
    page = int(re.search(r"^page (\w+)$", told, re.M)[1], 16)
    assert re.findall(r"^stage (\d+)$", told, re.M) == [str(ABANDONED)] * (CPUS - 1)
    halted = re.findall(r"\(CPU#(\d) \[halted ?\]\) (0x\w+) in", told)
    assert [int(cpu) for cpu, _ in halted] == list(range(1, CPUS)), told
    assert all(page <= int(rip, 16) < page + PAGE_SIZE for _, rip in halted), told
    for cpu in range(1, CPUS):
        assert f"CPU {cpu} (APIC ID {cpu}) did not start and is left out\n" in log
    # The program has run on the boot CPU, with the others there.
    assert f"CPUs online: 1 of {CPUS}\n" in log and "ring 3: first entry cpu=0" in log


def test_a_cpu_that_is_late_is_left_out(boot):
    """The word delay-ap= of debug builds."""
    result = boot("wakeups", "5", cpus=3, build="debug", append="delay-ap=2")
    assert result.status == 0, result
    assert "CPU 2 (APIC ID 2) did not start and is left out\n" in result.log
    assert "CPUs online: 2 of 3\n" in result.log
