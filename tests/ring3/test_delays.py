"""Wake-ups come through, whichever of their steps takes long."""

import pytest

# Delay points of debug builds: steps of a wait, of parking and of a wake-up.
POINTS = ["waiting", "queued", "park", "saved", "wake"]


@pytest.mark.parametrize("point", POINTS)
def test_no_wake_up_is_lost(boot, point):
    result = boot("wakeups", "60", cpus=2, build="debug", append=f"delay={point}", timeout=120)
    assert result.status == 0, result
    assert f"us at '{point}'" in result.log


def test_a_thread_that_is_moved_finds_a_cpu(boot):
    result = boot("movers", cpus=2, build="debug", append="delay=choose", timeout=120)
    assert result.status == 0, result
    assert "us at 'choose'" in result.log


def test_the_time_can_be_chosen(boot):
    result = boot("hello", cpus=1, build="debug", append="delay=queued delay-us=77")
    assert "delay: 77 us at 'queued'" in result.log
