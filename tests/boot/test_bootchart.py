"""Times on the log, the stages of the boot, and the chart that tools/bootchart draws of them."""

import re
import subprocess
import xml.etree.ElementTree as xml

import pytest
from conftest import ROOT

CPUS = 3
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(name="log", scope="module")
def _log(boot):
    result = boot("smoke", cpus=CPUS)
    assert result.status == 0, result
    return result.log


def draw(log, folder):
    """Run the tool on that log; what it did and the file that it was to write."""
    (folder / "log").write_text(log)
    done = subprocess.run(
        [ROOT / "tools/bootchart", folder / "log", folder / "svg"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, folder / "svg"


def stages(log):
    """[(name, microseconds)] as the kernel tells them."""
    line = re.search(r"boot: stages in us:(.*)", log)[1]
    return [(name, int(at)) for name, at in re.findall(r" (\w+)=(\d+)", line)]


def test_lines_have_their_times(log):
    times = [re.match(r"\[ *(\d+\.\d{6})\] .", line) for line in log.splitlines()]
    assert all(times)
    # CPUs write side by side, each line with the time at which it was made.
    values = [float(time[1]) for time in times]
    assert all(later > earlier - 0.1 for earlier, later in zip(values, values[1:]))
    assert values[-1] > values[0]


def test_each_stage_is_stamped(log):
    names = re.findall(r'boot_stage\("(\w+)"\)', (ROOT / "kernel/main.c").read_text())
    told = stages(log)
    assert len(names) >= 8
    assert [name for name, _ in told] == [*names, "end"]
    times = [at for _, at in told]
    assert times == sorted(times) and times[0] < times[-1]
    # The last one ends with the first visit to ring 3, which the log tells a little later.
    entry = re.search(r"\[ *(\d+)\.(\d{6})\] ring 3: first entry", log)
    assert times[-1] <= int(entry[1]) * 1_000_000 + int(entry[2])


def test_chart(log, tmp_path):
    done, svg = draw(log, tmp_path)
    assert done.returncode == 0, done.stderr
    chart = xml.parse(svg).getroot()
    words = [text.text for text in chart.iter(f"{SVG}text")]
    assert re.search(r"first instruction on, at \d+\.\d{3} s of the TSC$", words[0])
    bars = [bar for bar in chart.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
    titles = dict(bar.find(f"{SVG}title").text.split(": ") for bar in bars)
    told = [("entry", 0), *stages(log)]
    for (name, start), (_, end) in zip(told, told[1:]):
        assert titles[name] == f"{(end - start) / 1000:.3f} ms" and name in words
    for cpu in range(1, CPUS):
        assert titles[f"CPU {cpu}"].endswith(" ms")
    assert sum(name.endswith(" in ring 3") for name in titles) == CPUS
    assert "pid 1" in titles
    # Bars stand in the order of time, and none is outside.
    places = [float(bar.get("x")) for bar in bars[: len(told) - 1]]
    assert places == sorted(places)
    width = float(chart.get("width"))
    assert all(float(bar.get("x")) + float(bar.get("width")) <= width for bar in bars)


@pytest.mark.parametrize("missing", ["boot: stages", "clock: TSC", "boot: TSC"])
def test_a_log_that_lacks_something(log, missing, tmp_path):
    rest = "".join(line for line in log.splitlines(True) if missing not in line)
    done, svg = draw(rest, tmp_path)
    assert done.returncode == 1 and not svg.exists()
    assert done.stderr.startswith("bootchart: the log has no line like ")
