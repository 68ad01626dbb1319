"""The figures of all runs, judged, and as text."""

from dataclasses import asdict, dataclass
from math import exp, log

from benchlib.rows import MEAN_RATIO, ROWS, SAME, SAME_LINUX, Row, linux_figure

COLUMNS = ("row", "Linux", "default", "Stoa", "ratio", "reach", "verdict")


@dataclass
class Line:
    """A row with what was measured; None where the kernel lacks it."""

    row: Row
    linux: int | None
    default: int | None
    stoa: int | None

    @property
    def ratio(self):
        """Net of what clears and copies; None when one is missing."""
        if self.linux is None or self.stoa is None:
            return None
        return self.row.ratio(self.linux, self.stoa)

    @property
    def good(self):
        """Whether the row reaches its figure."""
        if self.ratio is None:
            return False
        return self.stoa <= self.row.reach and self.ratio <= self.row.worst

    @property
    def missed(self):
        """Whether it should reach it and does not."""
        return self.row.due and not self.good

    @property
    def verdict(self):
        """In a word or two. Rows of parts that are still to come are not judged."""
        if self.stoa is None:
            return "ABSENT" if self.row.due else "absent"
        if self.good:
            return "reached"
        return "MISSED" if self.row.due else "not due"

    def as_dict(self):
        """For JSON."""
        goal = asdict(self.row)
        return {
            **{key: goal[key] for key in ("name", "part", "reach", "moved")},
            **{"linux_then": self.row.linux, "linux": self.linux, "linux_default": self.default},
            **{"stoa": self.stoa, "ratio": self.ratio, "verdict": self.verdict},
        }


def _figure(outputs, row, figure):
    """The row's figure of the first of the runs; None when it is absent."""
    if not outputs or row.name not in outputs[0].rows:
        return None
    return figure(outputs[0].rows[row.name])


def make_lines(names, runs):
    """runs: {"linux", "default", "stoa": [Output...]}, of which each kernel may be missing."""

    def median(measured):
        return measured.median

    lines = []
    for row in ROWS:
        if row.name in names:
            def on_linux(measured, row=row):
                return linux_figure(row, measured)

            lines.append(
                Line(
                    row,
                    _figure(runs.get("linux"), row, on_linux),
                    _figure(runs.get("default"), row, on_linux),
                    _figure(runs.get("stoa"), row, median),
                )
            )
    return lines


def unsteady(runs):
    """Sentences on rows that differ by more than 1% from one run to the next."""
    names = {"linux": "Linux", "default": "Linux by default", "stoa": "Stoa"}
    found = []
    for kernel, outputs in runs.items():
        for name in outputs[0].rows if outputs else ():
            figures = [output.rows[name].median for output in outputs if name in output.rows]
            if max(figures) - min(figures) > SAME * min(figures):
                found.append(f"{name} differs from run to run on {names[kernel]}: {figures}")
    return found


def moved_linux(lines):
    """Sentences on rows where Linux is not what it was when the goals were set."""
    found = []
    for line in lines:
        if line.linux is not None:
            change = line.linux / line.row.linux - 1
            if abs(change) > SAME_LINUX:
                found.append(f"{line.row.name} on Linux was {line.row.linux:,}: {change:+.1%}")
    return found


def geometric_mean(lines):
    """Of the due rows that both kernels have; None without any."""
    ratios = [max(line.ratio, 1e-6) for line in lines if line.row.due and line.row.mean and line.ratio is not None]
    return exp(sum(map(log, ratios)) / len(ratios)) if ratios else None


def worst(lines):
    """The due line with the largest ratio."""
    due = [line for line in lines if line.row.due and line.ratio is not None]
    return max(due, key=lambda line: line.ratio, default=None)


def all_good(lines, system):
    """Whether nothing misses what it has to reach."""
    mean = geometric_mean(lines)
    return (
        not any(line.missed for line in lines)
        and all(row.good for row in system)
        and (mean is None or mean <= MEAN_RATIO)
    )


def _number(value):
    return "-" if value is None else f"{value:,}"


def cells(line):
    """A line's columns."""
    ratio = "-" if line.ratio is None else f"{line.ratio:.2f}"
    figures = (line.linux, line.default, line.stoa)
    return (line.row.name, *map(_number, figures), ratio, _number(line.row.reach), line.verdict)


def system_cells(row):
    """A system row's columns: the same."""
    verdict = "" if row.reach is None else "reached" if row.good else "MISSED"
    ratio = f"{row.stoa / row.linux:.3f}"
    return (row.name, _number(row.linux), "", _number(row.stoa), ratio, _number(row.reach), verdict)


def summary(lines):
    """The lines below the table."""
    mean, top = geometric_mean(lines), worst(lines)
    if mean is None:
        return []
    return [f"geometric mean: {mean:.3f}", f"worst row: {top.row.name} {top.ratio:.2f}"]


def as_text(lines, system):
    """The table for a terminal."""
    table = [COLUMNS, *map(cells, lines), *map(system_cells, system)]
    widths = [max(len(row[i]) for row in table) for i in range(len(COLUMNS))]
    text = []
    for row in table:
        middle = "  ".join(cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1]))
        text.append(f"{row[0]:{widths[0]}}  {middle}  {row[-1]}".rstrip())
    return "\n".join([*text, *summary(lines)])


def as_markdown(table):
    """Rows of cells, the first of them the heads, as Markdown."""
    heads = "| " + " | ".join(table[0]) + " |"
    rule = "|---|" + "--:|" * (len(table[0]) - 2) + "---|"
    return "\n".join([heads, rule, *("| " + " | ".join(row) + " |" for row in table[1:])])
