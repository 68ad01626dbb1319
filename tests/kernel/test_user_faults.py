"""Programs that faults end: what the log says of each. The torture program dies in all ways."""

import pytest
from fault_report import PAGE_FAULT, check_walk, plain, read_deaths

USER_END = 0x7FFFFFFFF000
CODE, DATA = 0x33, 0x2B

# Vectors that must be among the deaths, and the words of page faults.
VECTORS = {0: 8, 1: 5, 3: 5, 4: 11, 6: 4, 13: 11, 14: 11, 16: 8}
PAGE_FAULTS = {
    "read by user mode, page not present",
    "read by user mode, access not allowed",
    "write by user mode, page not present",
    "fetch by user mode, page not present",
    "fetch by user mode, access not allowed",
}


@pytest.fixture(scope="session")
def deaths(boot):
    # With one CPU the reports do not mix, and the log keeps up.
    result = boot("torture", cpu="max", cpus=1, timeout=150)
    assert result.status == 0, result
    return read_deaths(result.log)


def test_each_kind_of_fault_is_named(deaths):
    found = {trap.vector: signal for _, _, signal, trap in deaths}
    assert {vector: found.get(vector) for vector in VECTORS} == VECTORS
    assert PAGE_FAULTS <= {trap.words for *_, trap in deaths if trap.vector == PAGE_FAULT}


def test_the_registers_are_the_programs(deaths):
    for _, _, _, trap in deaths:
        assert trap.registers["cs"] in (CODE, 0x08)
        if trap.registers["cs"] == CODE:
            assert trap.registers["ss"] == DATA
        assert trap.registers["rflags"] & 0x200
    # The program fills all with patterns.
    assert any(len(set(trap.registers.values())) > 14 for *_, trap in deaths)


def test_page_faults_show_the_walk(deaths):
    faults = [trap for *_, trap in deaths if trap.vector == PAGE_FAULT]
    for trap in faults:
        check_walk(trap)
        if trap.words.startswith("fetch"):
            assert trap.cr2 == trap.registers["rip"] or trap.cr2 - trap.registers["rip"] < 16
        if trap.cr2 < USER_END and "not present" in trap.words:
            assert "NOT" in trap.walk[-1].words
    assert {len(trap.walk) for trap in faults} >= {1, 4}


def test_each_death_is_of_its_process(deaths, boot):
    result = boot("torture", cpu="max", cpus=1, timeout=150)
    ends = plain(result.log)
    for cpu, pid, signal, _ in deaths:
        assert cpu == 0
        assert any(line.startswith(f"proc: pid={pid} killed signal={signal} ") for line in ends)
