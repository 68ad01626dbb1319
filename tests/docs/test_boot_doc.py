"""docs/boot.md against kernel/main.c: the same calls in the same order, function by function."""

import re

import pytest
from conftest import ROOT
from doclib import calls_of

MAIN = (ROOT / "kernel/main.c").read_text()
DOC = (ROOT / "docs/boot.md").read_text()

# Telling something on the log, stamping a stage, or asking which CPU this is, is no step of the boot.
NO_STEPS = {"log_line", "boot_stage", "this_cpu"}


def steps_in_doc():
    """{function: [calls]} of the sections of boot.md that are headed by a function of main.c."""
    found = {}
    for section in re.split(r"^#+ ", DOC, flags=re.M)[1:]:
        head = re.match(r"`(\w+)\(\)`", section)
        if head:
            found[head[1]] = re.findall(r"^\d+\. `(\w+)\(\)`", section, re.M)
    return found


def steps_in_code(function):
    return [call for call in calls_of(function, MAIN) if call not in NO_STEPS]


def functions_with_steps():
    """The functions that main.c defines and that do more than to tell."""
    defined = re.findall(r"^(?:static )?void (\w+)\([^;]*?\)\n{", MAIN, re.M)
    return [name for name in defined if steps_in_code(name)]


def test_main_is_understood():
    """The test itself: it finds the two functions that a CPU begins with."""
    assert {"kmain", "ap_main"} <= set(functions_with_steps())
    assert steps_in_code("kmain")[-1] == "enter_exit_loop"


def test_boot_doc_has_a_section_for_each_function():
    assert sorted(steps_in_doc()) == sorted(functions_with_steps())


@pytest.mark.parametrize("function", functions_with_steps())
def test_boot_doc_lists_the_steps_of(function):
    assert steps_in_doc()[function] == steps_in_code(function)


def test_a_change_of_main_is_noticed():
    """Two steps exchanged, or one removed, are other steps."""
    start = MAIN.index("void kmain(uint32_t info_address, uint64_t first_tsc)\n{")
    pair = re.compile(r"(\t\w+\([^\n]*\);\n)(\t\w+\([^\n]*\);\n)").search(MAIN, start)
    for changed in (pair[2] + pair[1], pair[2]):
        text = MAIN[: pair.start()] + changed + MAIN[pair.end() :]
        assert calls_of("kmain", text) != calls_of("kmain", MAIN)
