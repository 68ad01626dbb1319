"""The screen of a panic: photographed, its QR code read by zbarimg, and compared with the log."""

import re
import string
import subprocess
import time
from random import Random

import pytest
from conftest import ROOT  # also puts tools/ on the path
from PIL import Image
from qemu import MenuBoot
from stoalib import panic_code

CPUS = 2
SCALE, DEGREES = 0.7, 3

# All end in a panic on CPU 1.
PANICS = (
    *("null-read", "text-write", "text-alias-write", "rodata-write", "data-execute"),
    *("direct-map-execute", "non-canonical-read", "invalid-opcode", "divide-error", "breakpoint"),
    *("overflow-main", "overflow-df", "overflow-nmi", "overflow-mc", "overflow-db"),
    *("panic", "lock-order", "lock-at-exit", "double-free", "sealed-slot"),
)
LOG_HEADING, OTHERS_HEADING = "last lines of the log", "other CPUs"


class Shot:
    """What is left of a machine that panicked: its log, and its screen as text and as a file."""

    def __init__(self, machine, folder, early):
        self._wait(machine, early)
        self.log = machine.log().replace("\r", "").partition("\n\nmonitor: ")[0]
        picture = machine.picture()
        self.text, self.width = picture.text(), picture.width
        self.file = folder / "screen.png"
        size = (picture.width, picture.height)
        self.image = Image.frombytes("RGB", size, picture.bytes)
        self.image.save(self.file)
        self.vga = machine.vga_text()

    @staticmethod
    def _wait(machine, early):
        """Until the screen is drawn: then the monitor comes, which an early panic does not have."""
        if early:
            machine.wait_for_line("^other CPUs$")
            machine.wait_for_line("^end of panic$")
        else:
            machine.wait_for("monitor> ")

    def photograph(self, folder):
        """The screen as a bad camera sees it."""
        size = (round(side * SCALE) for side in self.image.size)
        small = self.image.resize(tuple(size), Image.BICUBIC)
        path = folder / "photograph.png"
        small.rotate(DEGREES, expand=True, resample=Image.BICUBIC).save(path)
        return path


def mode(size):
    """Lines for GRUB that boot with that video mode."""

    def lines(words):
        return (
            "insmod all_video",
            f"multiboot2 /boot/stoa.elf {words}",
            "module2 /boot/initrd.cpio initrd",
            f"set gfxpayload={size}",
            "boot",
        )

    return lines


@pytest.fixture(name="panic", scope="module")
def _panic(builds, tmp_path_factory):
    """panic(test, entry): a Shot of that ktest, or word of the kernel's command line that ends in a
    panic, on that entry of the menu, or in that mode."""
    done = {}

    def run(test, entry="bpp32"):
        if (test, entry) not in done:
            words, grub = test if "=" in test else f"ktest={test}:1", ()
            if "x" in entry:
                grub = mode(entry)(words)
            menu = None if grub else entry
            with MenuBoot(builds.iso(), menu, words, grub=grub, cpus=CPUS) as machine:
                folder = tmp_path_factory.mktemp("panic")
                done[test, entry] = Shot(machine, folder, "=" in test)
        return done[test, entry]

    return run


def zbarimg(path):
    """What the codes in a picture say."""
    command = ["zbarimg", "--quiet", "--nodbus", "--raw", path]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout


def report_of(path):
    """The lines of the report in the code in a picture."""
    code = panic_code.find(zbarimg(path))
    assert code, "there is no code on the screen"
    assert len(code) <= 2223
    return panic_code.decode(code).splitlines()


def plain(line):
    """A line without its time."""
    return re.sub(r"^\[ *\d+\.\d{6}\] ", "", line)


def parts_of_log(log):
    """The lines before the panic, those of the CPU that panicked, and those of the others."""
    lines = log.splitlines()
    at = next(i for i, line in enumerate(lines) if "KERNEL PANIC" in line)
    own = [lines[at], *map(plain, lines[at + 1 :])]
    assert own[-1] == "end of panic"
    end = next(i for i, line in enumerate(own) if re.match(r"CPU \d+: |end of panic", line))
    return lines[:at], own[:end], own[end:]


def check_report(report, log, whole=True):
    """The report in a code says what the log says, as far as it goes."""
    before, own, others = parts_of_log(log)
    if not whole and len(report) < len(own):
        assert report[:-1] == own[: len(report) - 1] and own[len(report) - 1].startswith(report[-1])
        return
    assert report[: len(own)] == own
    assert report[len(own)] == LOG_HEADING
    rest = report[len(own) + 1 :]
    count = rest.index(OTHERS_HEADING) if OTHERS_HEADING in rest else len(rest)
    if whole:
        assert count >= 5
        assert rest[:count] == before[-count:]
        assert rest[count + 1 :] == others


def check_test(panic, name, folder):
    """The code on the photograph, and what the tool makes of it and of the log."""
    shot = panic(name)
    check_report(report_of(shot.photograph(folder)), shot.log)


@pytest.mark.parametrize("name", PANICS[:2])
def test_a_photograph_tells_the_report(panic, name, tmp_path):
    check_test(panic, name, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", PANICS[2:])
def test_photographs_tell_the_report(panic, name, tmp_path):
    check_test(panic, name, tmp_path)


class Code:
    """The code in the upper right corner of a screen, measured in pixels."""

    def __init__(self, image):
        self.pixels, self.width = image.load(), image.width
        self.side = self._run(self.width - 1, 0, -1, 0)
        self.left = self.width - self.side
        self.quiet = self._run(self.left, 0, 1, 1)
        # The pattern at its corner is 7 modules wide.
        self.module, rest = divmod(self._run(self.left + self.quiet, self.quiet, 1, 0), 7)
        assert rest == 0
        self.modules, rest = divmod(self.side - 2 * self.quiet, self.module)
        assert rest == 0

    def _run(self, x, y, dx, dy):
        """How many pixels from there on, in that direction, are of the same colour."""
        colour, n = self.pixels[x, y], 0
        while 0 <= x < self.width and self.pixels[x, y] == colour:
            x, y, n = x + dx, y + dy, n + 1
        return n

    def colours(self, row, column):
        """Those of a module, whose pixels are all the same, unless something was drawn over it."""
        x, y = self.left + self.quiet + column * self.module, self.quiet + row * self.module
        steps = range(self.module)
        return {self.pixels[x + i, y + j] for i in steps for j in steps}

    def level(self):
        """The two bits that tell the error correction level (ISO/IEC 18004, 7.9)."""
        dark = [self.colours(8, column) == {(0, 0, 0)} for column in (0, 1)]
        return dark[0] ^ True, dark[1] ^ False


def check_code(image):
    """Level L, modules of 4 pixels and more, a quiet zone of 4 modules; nothing is drawn over it."""
    code = Code(image)
    assert code.module >= 4 and code.quiet == 4 * code.module
    assert (code.modules - 17) % 4 == 0
    assert code.level() == (False, True)
    black, white = (0, 0, 0), (255, 255, 255)
    for row in range(code.modules):
        for column in range(code.modules):
            assert code.colours(row, column) in ({black}, {white})
    inner = range(code.quiet, code.side - code.quiet)
    for y in range(code.side):
        for x in range(code.side):
            if x not in inner or y not in inner:
                assert code.pixels[code.left + x, y] == white
        # Text ends before it.
        assert code.pixels[code.left - 1, y] in (black, (0x70, 0, 0))


LONG = pytest.mark.long
SIZES = {
    "640x480x32": (),
    "800x600x24": LONG,
    "bpp32": (),  # 1024x768
    "1280x1024x16": (),
    "1920x1080x32": LONG,
}


@pytest.mark.parametrize("size", [pytest.param(size, marks=SIZES[size]) for size in SIZES])
def test_the_code_suits_the_screen(panic, size, tmp_path):
    shot = panic("text-write", size)
    columns = shot.width // 8
    check_report(report_of(shot.photograph(tmp_path)), shot.log, whole=columns >= 128)
    check_screen(shot.text, shot.log, columns)
    check_code(shot.image)


def test_no_code_on_a_small_screen(panic):
    shot = panic("text-write", "640x400x32")
    assert zbarimg(shot.file) == ""
    check_screen(shot.text, shot.log, 80)


def joined(lines):
    """The words on a screen, however they are wrapped."""
    return " ".join(" ".join(lines).split())


def check_screen(lines, log, columns):
    """The text on the screen: the panic from the first row on, and the log."""
    before, own, _ = parts_of_log(log)
    shown = joined(line.partition("\ufffd")[0] for line in lines)
    assert lines[0].startswith(own[0][:40])
    # Small screens do not show the last registers.
    least = own if columns >= 128 else own[:12]
    assert shown.startswith(joined(least))
    assert LOG_HEADING in shown
    assert joined(before[-1:]) in shown


@pytest.mark.parametrize("name", PANICS[:2])
def test_the_screen_tells_it_in_words(panic, name):
    shot = panic(name)
    check_screen(shot.text, shot.log, 128)
    words = joined(shot.text)
    for word in ("page fault (#PF)", "backtrace", "page walk of", "rip ffffffff8", "r15 "):
        assert word in words


def test_the_text_screen_tells_it(panic):
    shot = panic("null-read", "text")
    check_screen(shot.vga, shot.log, 80)
    (last,) = re.findall(r"r15 [0-9a-f]{16}", shot.log)
    assert last in joined(shot.vga)


def test_an_early_panic(panic, tmp_path):
    """Before there is memory: the boot tables are in use."""
    shot = panic("mem=1M")
    assert "KERNEL PANIC on CPU 0 (main stack): " in shot.log and " kmain+0x" in shot.log
    assert "CR3 switched" not in shot.log
    check_report(report_of(shot.photograph(tmp_path)), shot.log)
    check_screen(shot.text, shot.log, 128)


def test_the_monitor_takes_the_screen(builds, tmp_path):
    """What is typed after a panic brings back all of the console."""
    with MenuBoot(builds.iso(), "bpp32", cpus=CPUS) as machine:
        machine.wait_for("keyboard: first port a keyboard")
        machine.command("sendkey alt-sysrq-c 20")
        shot = Shot(machine, tmp_path, early=False)
        report = report_of(shot.file)
        assert "asked for by SysRq" in report[0]
        for key in ("l", "o", "c", "k", "s", "ret"):
            machine.command(f"sendkey {key} 20")
            time.sleep(0.2)
        shown = machine.wait_for_line(f"that is all, of {CPUS} CPUs")
    assert not any("\ufffd" in line for line in shown)
    assert any(re.search(r"KERNEL PANIC on CPU \d .* asked for by SysRq$", line) for line in shown)


def decode(*arguments, text=None):
    """Run tools/panic-decode."""
    command = [ROOT / "tools/panic-decode", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_the_tool_adds_source_lines(panic, builds, tmp_path):
    shot = panic("null-read")
    (tmp_path / "log").write_text(shot.log)
    kernel = ("--kernel", builds.out() / "stoa.elf")
    _, own, others = parts_of_log(shot.log)
    for file in (shot.photograph(tmp_path), tmp_path / "log"):
        done = decode(*kernel, file)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0] == own[0] and lines[-1] == others[-1]
        call = next(i for i, line in enumerate(lines) if " null_read+0x" in line)
        assert re.search(r" kernel/arch/x86_64/crash.h:\d+$", lines[call])
        assert re.search(r" in kernel/ktest/faults.c:\d+$", lines[call + 1])
        assert any(re.search(r" exit_loop\+0x\w+ +kernel/entry.c:\d+$", line) for line in lines)
        told = [line[:52].rstrip() for line in lines if not line.startswith(" " * 52)]
        assert told[: len(own)] == [line[:52].rstrip() for line in own]


def test_the_tool_knows_another_kernel(panic, builds):
    kernel = builds.out("debug") / "stoa.elf"
    done = decode("--kernel", kernel, panic("null-read").file)
    assert done.returncode == 0
    assert done.stdout.startswith("(another kernel panicked than this ELF file")
    assert " null_read+0x" in done.stdout


def test_no_damaged_code_is_read(panic):
    """Any character changed, or anything cut off, is found."""
    code = panic_code.find(zbarimg(panic("null-read").file))
    body, random = code.removeprefix(panic_code.MARK), Random(1)
    for _ in range(300):
        at = random.randrange(len(body))
        other = random.choice(string.digits + string.ascii_uppercase)
        damaged = body[:at] + other + body[at + 1 :]
        for wrong in {damaged, body[:at]} - {body}:
            with pytest.raises(panic_code.BadCode):
                panic_code.decode(panic_code.MARK + wrong)


def test_the_tool_refuses_what_is_no_report(panic, tmp_path):
    code = panic_code.find(zbarimg(panic("null-read").file))
    assert decode(text=code).returncode == 0
    half = code[: len(code) // 2]
    other = "0" if code[400] != "0" else "1"
    wrong = {
        "a text": "neither a code STOA1:... nor a line KERNEL PANIC",
        "STOA1:": "neither a code STOA1:... nor a line KERNEL PANIC",
        "STOA1:12": "it is too short",
        "STOA1::::": "these are no bytes in base 45",
        half: "",
        code[:400] + other + code[401:]: "",
    }
    for text, why in wrong.items():
        done = decode(text=text)
        assert done.returncode == 1, done.stdout
        assert done.stderr.startswith("panic-decode: ") and why in done.stderr
    Image.new("RGB", (200, 200)).save(tmp_path / "black.png")
    assert "zbarimg finds no such code" in decode(tmp_path / "black.png").stderr
