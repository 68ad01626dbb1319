"""The keyboard layouts agree with X11's (Debian's xkb-data, read by libxkbcommon)."""

import ctypes
import re
import string
import subprocess

import pytest
from conftest import ROOT

EVDEV = 8  # X11's number of a key is Linux' plus this; below 0x59 Linux' are those of scan code set 1
LEVELS = 3  # plain, shift, AltGr
KEYS = 48  # that have characters by the layout
# Dead keys, which have no character of their own.
DEAD = {"grave": "`", "acute": "´", "circumflex": "^", "diaeresis": "¨", "tilde": "~"}
# X11's variant of the layout; and what is printed on keyboards where X11 has another third character.
LAYOUTS = {"us": (b"", ""), "gb": (b"", "¦éúíóá"), "de": (b"", ""), "fr": (b"azerty", "")}


class Names(ctypes.Structure):
    """struct xkb_rule_names"""

    _fields_ = [(n, ctypes.c_char_p) for n in ("rules", "model", "layout", "variant", "options")]


def character(library, symbol):
    """What a key symbol stands for."""
    name = ctypes.create_string_buffer(64)
    library.xkb_keysym_get_name(symbol, name, len(name))
    code = library.xkb_keysym_to_utf32(symbol)
    return chr(code) if code else DEAD.get(name.value.decode().removeprefix("dead_"))


def by_x11(name, variant):
    """{(key, level): character} of X11."""
    pointer, number = ctypes.c_void_p, ctypes.c_uint32
    symbols = ctypes.POINTER(number)
    library = ctypes.CDLL("libxkbcommon.so.0")
    library.xkb_context_new.restype = pointer
    library.xkb_keymap_new_from_names.argtypes = [pointer, ctypes.POINTER(Names), ctypes.c_int]
    library.xkb_keymap_new_from_names.restype = pointer
    get = library.xkb_keymap_key_get_syms_by_level
    get.argtypes = [pointer, number, number, number, ctypes.POINTER(symbols)]
    names = Names(b"evdev", b"pc105", name.encode(), variant, b"")
    context = pointer(library.xkb_context_new(0))
    keymap = library.xkb_keymap_new_from_names(context, ctypes.byref(names), 0)
    found = {}
    for key in range(1, 0x59):
        for level in range(LEVELS):
            symbol = symbols()
            if get(keymap, key + EVDEV, 0, level, ctypes.byref(symbol)):
                found[key, level] = character(library, symbol[0])
    return found


@pytest.fixture(name="by_kernel", scope="module")
def _by_kernel(tmp_path_factory):
    """by_kernel(layout): the same of the kernel's."""
    source = ROOT / "tests/host/keymap_print.c"
    sources = re.findall(r"// sources: (.*)", source.read_text())[0].split()
    program = tmp_path_factory.mktemp("keymap") / "keymap_print"
    command = ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Ikernel", source, *sources]
    subprocess.run([*command, "-o", program], cwd=ROOT, check=True)

    def run(layout):
        done = subprocess.run([program, layout], stdout=subprocess.PIPE, text=True, check=True)
        lines = ([int(word, 16) for word in line.split()] for line in done.stdout.splitlines())
        return {(key, level): chr(code) for key, level, code in lines}

    return run


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout(by_kernel, name):
    variant, own = LAYOUTS[name]
    ours, theirs = by_kernel(name), by_x11(name, variant)
    keys = {key for key, _ in ours}
    assert len(keys) == KEYS
    for level in range(LEVELS - 1):
        row = {key: ours.get((key, level)) for key in keys}
        assert row == {key: theirs.get((key, level)) for key in keys}
    # X11 has more at the third level than what is printed on the keys.
    third = {key: c for (key, level), c in ours.items() if level == LEVELS - 1}
    assert all(c == theirs.get((key, LEVELS - 1)) or c in own for key, c in third.items())
    assert bool(third) == (name != "us")


@pytest.mark.parametrize("name", LAYOUTS)
def test_all_of_ascii_can_be_typed(by_kernel, name):
    assert set(string.printable.strip()) <= set(by_kernel(name).values())
