"""What the allocator costs, in instructions, by the kernel test `allocation-costs`."""

import re

FRAME_MAX = 60  # one 4 KiB frame taken and freed, from and to a magazine


def test_a_frame_costs_few_instructions(boot):
    result = boot("argv", cpus=1, icount=True, append="ktest=allocation-costs", timeout=60)
    assert result.status == 0, result
    found = re.findall(r"cost: a frame taken and freed, (\d+) instructions", result.log)
    assert len(found) == 1, result
    assert 0 < int(found[0]) <= FRAME_MAX
