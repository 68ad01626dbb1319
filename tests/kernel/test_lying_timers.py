"""A timer that runs too fast or too slowly is named, and what goes by it is set right."""

import re

import pytest

NAMES = {"hpet": "HPET", "pmtimer": "PM timer", "pit": "PIT", "tsc": "TSC", "apic": "APIC timer"}
BLAMED = re.compile(r"clock: the (.*) is (\d+\.\d)% (fast|slow): (.*) agree with each other")
DIFFER = re.compile(r"clock: (.*) and (.*) differ by (\d+\.\d)%, and nothing tells which is right")
CORRECTED = re.compile(r"clock: from now on the TSC is taken for (\d+) kHz, the APIC timer for (\d+) kHz")


def rates(log):
    """The rates of TSC and APIC timer that calibration found, and by whom."""
    found = re.search(r"clock: TSC (\d+) kHz, APIC timer (\d+) kHz by (.*), ", log)
    return int(found[1]), int(found[2]), found[3]


def boot_with(boot, scale, **options):
    """The log of a boot with the word scaletimer=, long enough for some windows of 10 ms."""
    milliseconds = "60" if options.get("icount") else "300"
    result = boot("spin", milliseconds, append=f"scaletimer={scale}", **options)
    assert result.status == 0, result
    return result.log


@pytest.mark.parametrize(
    "name, permille, icount",
    [
        ("hpet", 1050, False),
        ("tsc", 950, True),
        pytest.param("tsc", 1050, False, marks=pytest.mark.long),
        pytest.param("apic", 1050, False, marks=pytest.mark.long),
        pytest.param("apic", 950, True, marks=pytest.mark.long),
        pytest.param("pmtimer", 950, False, marks=pytest.mark.long),
        pytest.param("pit", 1050, False, marks=pytest.mark.long),
        pytest.param("pit", 985, True, marks=pytest.mark.long),
    ],
)
def test_a_lying_timer_is_named(boot, name, permille, icount):
    log = boot_with(boot, f"{name}:{permille}", icount=icount)
    who, percent, how, others = BLAMED.findall(log)[0]
    assert len(BLAMED.findall(log)) == 1 and not DIFFER.search(log)
    assert who == NAMES[name]
    assert how == ("fast" if permille > 1000 else "slow")
    # What is measured of the APIC timer is less exact: it is held for some microseconds only.
    assert abs(float(percent) - abs(permille - 1000) / 10) <= (2 if name == "apic" else 0.2)
    assert set(others.split(", ")) == set(NAMES.values()) - {who}
    check_rates(log, name, permille)


def check_rates(log, name, permille):
    """The clock was not calibrated by the liar; if it is the liar, it is set right."""
    tsc, apic, source = rates(log)
    corrected = CORRECTED.search(log)
    assert source == ("PM timer" if name == "hpet" else "HPET")
    if name not in ("tsc", "apic"):
        assert not corrected
        return
    true = {"tsc": tsc, "apic": apic}[name] * permille / 1000
    found = int(corrected[1 if name == "tsc" else 2])
    assert abs(found - true) <= true * (0.02 if name == "apic" else 0.002)
    assert int(corrected[2 if name == "tsc" else 1]) == (apic if name == "tsc" else tsc)


@pytest.mark.long
def test_of_two_that_differ_none_is_blamed(boot):
    extra = ["--qemu-arg", "-machine", "--qemu-arg", "hpet=off"]
    log = boot_with(boot, "pit:1050", icount=True, extra=extra)
    assert [found[:2] for found in DIFFER.findall(log)] == [("PM timer", "PIT")]
    assert not BLAMED.search(log) and not CORRECTED.search(log)


@pytest.mark.long
@pytest.mark.parametrize(
    "scale, icount",
    [
        ("clock:1050", False),  # not a timer's name, so that nothing is scaled
        ("hpet:1005", True),
        ("hpet:5", True),
        ("hpet", True),
    ],
)
def test_without_a_liar_nobody_is_named(boot, scale, icount):
    log = boot_with(boot, scale, icount=icount)
    assert not BLAMED.search(log) and not DIFFER.search(log) and not CORRECTED.search(log)
    refused = f"clock: '{scale}' is no timer and rate that scaletimer= knows"
    assert (refused in log) == (scale != "hpet:1005")
