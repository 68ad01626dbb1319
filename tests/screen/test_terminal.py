"""What programs write on a framebuffer, read back from it; and what has scrolled away, shown again."""

import time

import pyte
import pytest
from conftest import ROOT
from serial_line import SerialLine

SESSIONS = ROOT / "tests/screen/sessions"
ROWS, COLUMNS = 48, 128


class Terminal(SerialLine):
    """A program that shows these bytes on a screen of 1024 by 768."""

    def __init__(self, builds, text):
        # What the kernel tells of a keyboard would come between the program's lines.
        options = ["--cpus", "1", "--screen", "1024x768x32"]
        options += ["--qemu-arg", "-machine", "--qemu-arg", "i8042=off"]
        super().__init__(builds, "show", options, arguments=[text])

    def wait_for_text(self, expected, seconds=60):
        """Wait until the screen shows what `expected` says of its lines."""
        end = time.monotonic() + seconds
        while not expected(lines := self.text()):
            assert time.monotonic() < end, "\n".join(lines)
            time.sleep(0.2)


def by_pyte(session):
    """What the screen should show: line feeds return to the first column, as there is no tty."""
    screen = pyte.Screen(COLUMNS, ROWS)
    screen.set_mode(pyte.modes.LNM)
    pyte.ByteStream(screen).feed(session)
    return [line.rstrip() for line in screen.display]


@pytest.mark.parametrize("name", ["top.30x100", "less.24x80"])
def test_a_session(builds, name):
    """After the log, which is cleared away."""
    session = b"\x1b[H\x1b[2J" + (SESSIONS / name).read_bytes()
    # The last screenful, before the program clears it away.
    session = session[: session.rindex(b"\x1b[?1l")] if b"\x1b[?1l" in session else session
    expected = by_pyte(session)
    assert sum(bool(line) for line in expected) > 5
    with Terminal(builds, session) as terminal:
        terminal.wait_for_text(lambda lines: lines == expected)


def test_what_has_scrolled_away(builds):
    with Terminal(builds, "".join(f"line {i}\n" for i in range(1, 301))) as terminal:
        terminal.wait_for_text(lambda lines: "line 300" in lines)
        before = terminal.text()
        first = int(before[0].split()[1])
        terminal.enter()
        terminal.ask("scroll 100")
        terminal.wait_for_text(lambda lines: lines[0] == f"line {first - 100}")
        terminal.ask("scroll 0")
        terminal.wait_for_text(lambda lines: lines == before)
