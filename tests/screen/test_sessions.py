"""Recorded sessions of vi, less and top (record.py), shown by the kernel's terminal and by pyte's."""

import re
import subprocess
from pathlib import Path

import pyte
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SESSIONS = sorted((HERE / "sessions").iterdir())
BOLD, UNDERLINE, REVERSE = 1, 2, 4
STOPS = 12  # a session is also compared when so many parts of it have been shown
COLOURS = ["black", "red", "green", "brown", "blue", "magenta", "cyan", "white"]

@pytest.fixture(name="replay", scope="module")
def _replay(tmp_path_factory):
    """The program vt_replay.c."""
    source = ROOT / "tests/host/vt_replay.c"
    sources = " ".join(re.findall(r"// sources: (.*)", source.read_text())).split()
    binary = tmp_path_factory.mktemp("replay") / "replay"
    flags = "-std=gnu11 -g -O1 -Wall -Wextra -Werror -Ikernel -fsanitize=address,undefined".split()
    command = ["gcc", *flags, "-fno-sanitize-recover=all", str(source), *sources, "-o", str(binary)]
    subprocess.run(command, cwd=ROOT, check=True)
    return binary


def cells_of_kernel(replay, session, rows, columns):
    """{(row, column): (character, foreground, background, flags)}, and the cursor."""
    done = subprocess.run(
        [replay, str(rows), str(columns)], input=session, capture_output=True, check=True
    )
    lines = [tuple(map(int, line.split())) for line in done.stdout.decode().splitlines()]
    cells = {line[:2]: appearance(chr(line[2]), *line[3:]) for line in lines[:-1]}
    return cells, lines[-1]


def appearance(character, foreground, background, flags):
    """What one sees of a cell: of a blank, only the background."""
    if flags & REVERSE:
        foreground, background = background, foreground
    if character == " " and not flags & UNDERLINE:
        return " ", None, background, 0
    return character, foreground, background, flags & (BOLD | UNDERLINE)


def colour(name, default):
    """The number of a colour as pyte has it."""
    if name == "default":
        return default
    return COLOURS.index(name.removeprefix("bright")) + (8 if name.startswith("bright") else 0)


def of_pyte(char):
    """One of pyte's cells; the second half of a wide character is empty there."""
    flags = BOLD * char.bold | UNDERLINE * char.underscore | REVERSE * char.reverse
    return appearance(char.data[:1] or " ", colour(char.fg, 7), colour(char.bg, 0), flags)


# Sequences that pyte takes for others: keyboard and terminal questions of xterm's own.
NOT_FOR_PYTE = re.compile(rb"\x1b\[[?>][0-9;]*[mcnpq]")


def cells_of_pyte(session, rows, columns):
    """The same by pyte."""
    session = NOT_FOR_PYTE.sub(b"", session)
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(session)
    cells = {
        (row, column): of_pyte(screen.buffer[row][column])
        for row in range(rows)
        for column in range(columns)
    }
    return cells, (screen.cursor.y, min(screen.cursor.x, columns - 1))


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.name)
def test_session(replay, path):
    rows, columns = map(int, path.suffix[1:].split("x"))
    session = path.read_bytes()
    for part in range(1, STOPS + 1):
        piece = session[: len(session) * part // STOPS]
        ours, our_cursor = cells_of_kernel(replay, piece, rows, columns)
        theirs, their_cursor = cells_of_pyte(piece, rows, columns)
        differing = {at: (ours[at], theirs[at]) for at in ours if ours[at] != theirs[at]}
        assert not differing
        assert our_cursor == their_cursor
