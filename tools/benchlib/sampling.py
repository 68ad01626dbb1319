"""Runs of user/bench under the plugin tools/profile.d/insn.c."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchlib import stoa
from benchlib.rows import parse

EMPTY_BATCH = 200  # of the empty loop's samples, which are the first series


class Sample:
    """What the plugin counted in one sample."""

    def __init__(self, series, total):
        self.series, self.total = series, total
        self.paths = {}  # {path of function numbers: instructions}
        self.addresses = {}  # {address: times executed}


@dataclass
class Profiled:
    """A row's sample whose total is the median, and what belongs to it."""

    sample: Sample
    batch: int  # operations in it
    figure: int  # the row's, as the program printed it
    empty: int  # instructions of the empty loop's sample


def read_samples(text):
    """The plugin's output."""
    samples = []
    for line in text.splitlines():
        words = line.split()
        if words[0] == "sample":
            samples.append(Sample(int(words[1]), int(words[2])))
        elif words[0] == "at":
            samples[-1].addresses[int(words[1], 16)] = int(words[2])
        else:
            samples[-1].paths[tuple(map(int, words[1].split(";")))] = int(words[0])
    return samples


def median_sample(samples):
    """The one with the median total."""
    return sorted(samples, key=lambda sample: sample.total)[len(samples) // 2]


def run(out, programs, symbols, row, span=""):
    """Boot with the plugin and one row; span: its further arguments. Returns (Boot, samples)."""
    with tempfile.TemporaryDirectory(prefix="stoa-profile.") as folder:
        names, counts = Path(folder) / "symbols", Path(folder) / "counts"
        symbols.write(names)
        plugin = f"{programs.resolve()}/insn.so,symbols={names},out={counts}{span}"
        boot = stoa.run(
            out / "stoa.iso",
            programs / "bench",
            [row],
            [(programs / "true", "/bin/true")],
            more=["--qemu-arg=-plugin", f"--qemu-arg={plugin}", "--timeout=300"],
        )
        return boot, read_samples(counts.read_text())


def measure_row(out, programs, symbols, row):
    """One row under the plugin; ValueError when Stoa lacks it."""
    boot, samples = run(out, programs, symbols, row)
    measured = parse(boot.text).rows.get(row)
    if measured is None:
        raise ValueError(f"the row {row} is absent on Stoa")
    empty = median_sample([sample for sample in samples if sample.series == 0])
    sample = median_sample([sample for sample in samples if sample.series == 1])
    return Profiled(sample, measured.batch, measured.median, empty.total)
