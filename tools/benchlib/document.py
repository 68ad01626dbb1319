"""The generated parts of docs/benchmarks.md.

Each lies between the lines `<!-- NAME: written by make bench -->` and `<!-- end of NAME -->`.
"""

import re

from benchlib import table


def update(path, name, text):
    """Replace one part; ValueError when the document has no place for it."""
    old = path.read_text()
    place = re.compile(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- end of {name} -->)", re.S)
    new, count = place.subn(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", old)
    if count != 1:
        raise ValueError(f"{path} has no part named {name}")
    path.write_text(new)


def results(versions, lines, system, notes):
    """The part with the newest figures."""
    made = f"{versions['date']}: Stoa {versions['stoa']}; {versions['linux']}; {versions['qemu']}."
    rows = table.as_markdown([table.COLUMNS, *map(table.cells, lines)])
    whole = table.as_markdown([table.COLUMNS, *map(table.system_cells, system)]) if system else ""
    parts = [made, rows, *table.summary(lines), whole, "\n".join(f"- {note}" for note in notes)]
    return "\n\n".join(part for part in parts if part)
