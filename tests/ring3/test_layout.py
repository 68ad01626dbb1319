"""Where programs, heaps, mappings and stacks lie: at random, by a seed, or at fixed places."""

import re

import pytest

PAGE = 4096
USER_END = 0x7FFFFFFFF000
PIE_LOWEST = 0x555555554000
STACK_RANDOM = PAGE << 22
MMAP_RANDOM = PAGE << 28
BRK_RANDOM = PAGE << 13
STACK_GUARD = 1 << 20
STACK_LIMIT = 8 << 20
LARGE_STACK = 64 << 30  # what layout_pie sets
SMALL = 1 << 20  # more than the program, its few mappings, or what it uses of its stack

PARTS = ["stack", "mapping", "heap", "program"]
WHO = {"first": 1, "child": 1, "again": 2, "large": 1, "fixed": 1}


def places(boot, append="", **machine):
    """{who: [{part: address}]}: what the program and its relatives told."""
    result = boot("layout_pie", append=append, **machine)
    assert result.status == 0, result
    found = {}
    for line in result.lines:
        words = line.split()
        if words[0] in WHO:
            parts = dict(re.findall(r"(\w+)=0x([0-9a-f]+)", line))
            found.setdefault(words[0], []).append({part: int(parts[part], 16) for part in PARTS})
    assert {who: len(told) for who, told in found.items()} == WHO, result
    assert "it is kept: yes" in result.lines
    assert "personality, what means nothing: EINVAL" in result.lines
    return found


def all_differ(one, other):
    return all(one[part] != other[part] for part in PARTS)


def check_ranges(at, limit=STACK_LIMIT):
    assert USER_END - STACK_RANDOM - SMALL < at["stack"] < USER_END
    assert PIE_LOWEST < at["program"] < PIE_LOWEST + MMAP_RANDOM + SMALL
    assert at["program"] < at["heap"] < at["program"] + BRK_RANDOM + SMALL
    highest = USER_END - limit - STACK_GUARD
    assert highest - STACK_RANDOM - MMAP_RANDOM - SMALL < at["mapping"] < highest
    assert at["mapping"] < at["stack"] - limit


def check_fixed(at):
    assert USER_END - SMALL < at["stack"] < USER_END
    assert USER_END - (128 << 20) - SMALL < at["mapping"] < USER_END - (128 << 20)
    assert PIE_LOWEST < at["program"] < PIE_LOWEST + SMALL
    assert at["program"] < at["heap"] < PIE_LOWEST + SMALL


@pytest.mark.parametrize("machine", [{}, {"cpu": "qemu64", "cpus": 1}], ids=["max", "without RDRAND"])
def test_places_are_random(boot, machine):
    found = places(boot, **machine)
    check_ranges(found["first"][0])
    assert found["child"] == found["first"]
    told = [found["first"][0], *found["again"]]
    for at in found["again"]:
        check_ranges(at)
    assert all(all_differ(told[i], told[j]) for i in range(3) for j in range(i))
    check_ranges(found["large"][0], LARGE_STACK)
    check_fixed(found["fixed"][0])
    assert all_differ(places(boot, fresh=True, **machine)["first"][0], told[0])


def test_places_follow_from_the_seed(boot):
    one = places(boot, "seed=1")
    assert places(boot, "seed=1", fresh=True) == one
    other = places(boot, "seed=2")
    for who in ("first", "again"):
        assert all_differ(one[who][0], other[who][0])
        check_ranges(one[who][0])


def test_places_can_be_fixed(boot):
    found = places(boot, "norandmaps")
    check_fixed(found["first"][0])
    assert found["child"] == found["first"]
    # Their arguments, on the stack, are of the same length.
    assert found["again"] == 2 * found["fixed"]
    check_fixed(found["fixed"][0])
    large = found["large"][0]
    highest = USER_END - LARGE_STACK - STACK_GUARD
    assert large["stack"] == found["fixed"][0]["stack"]
    assert highest - SMALL < large["mapping"] < highest
