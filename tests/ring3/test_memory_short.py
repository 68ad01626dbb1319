"""Short of memory: calls wait for RAM that is offline, then the largest process makes room."""

import re

KILLED = re.compile(r"out of memory: pid=(\d+) \((\w+)\) is killed: it has most, (\d+) KiB and ")


def test_calls_wait_while_ram_is_offline(boot):
    words = "delay=online delay-us=10000"
    result = boot("starve", "calls", "24", cpus=4, mem="256M", append=words, build="debug", timeout=120)
    assert result.status == 0, result
    assert "delay: 10000 us at 'online'" in result.log
    assert "out of memory" not in result.log


def test_the_largest_process_is_killed_not_the_one_that_asks(boot):
    result = boot("starve", "largest", "36", cpus=2, mem="64M", timeout=90)
    assert result.status == 0, result
    killed = KILLED.findall(result.log)
    assert [(pid, name) for pid, name, _ in killed] == [("2", "starve")], result
    assert int(killed[0][2]) >= 36 << 10


def test_a_call_of_the_first_process_fails_when_it_is_alone(boot):
    result = boot("starve", "alone", cpus=2, mem="64M", timeout=90)
    assert result.status == 0, result
    assert "out of memory" not in result.log


def test_a_fault_of_the_first_process_fails_when_it_is_alone(boot):
    result = boot("starve", "fault", cpus=2, mem="64M", timeout=90)
    assert result.status == 128 + 7, result
    assert "out of memory: no page for pid=1 (starve)" in result.log
    assert not KILLED.search(result.log)


def test_what_was_let_go_is_taken_back_and_nobody_is_killed(boot):
    result = boot("starve", "lazy", "36", cpus=2, mem="64M", timeout=90)
    assert result.status == 0, result
    assert "out of memory" not in result.log
