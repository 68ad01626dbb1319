"""Translations of several spaces side by side in one TLB; Bochs' Haswell can do that, QEMU cannot."""

import re

import pytest

PCID = {"machine": "bochs", "cpu": "corei7_haswell_4770", "cpus": 2, "timeout": 600}


def counts(result):
    """From the kernel's log: CR3 loads, those that kept translations, rounds of PCIDs."""
    assert result.status == 0, result
    told = r"TLB: (\d+) loads of a space, (\d+) kept its translations, (\d+) rounds of PCIDs, "
    return tuple(map(int, re.search(told, result.log).groups()))


def test_translations_are_kept(boot):
    loads, kept, _ = counts(boot("tlb_moves", "10", **PCID))
    assert loads / 4 < kept < loads


@pytest.mark.long
def test_without_them_nothing_is_kept(boot):
    result = boot("tlb_moves", "10", append="nopcid", **PCID)
    assert " pcid" not in re.search(r"CPU: uses.*", result.log)[0]
    assert counts(result)[1:] == (0, 0)


@pytest.mark.long
def test_pcids_wrap(boot):
    _, kept, rounds = counts(boot("forkstorm", "200", append="quiet", **PCID | {"timeout": 3600}))
    assert kept > 0 and rounds >= 2
