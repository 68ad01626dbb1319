"""README and docs/ against the tree: every name in them is one that the tree knows."""

import re

import pytest
from conftest import ROOT
from conftest import ROOT
from doclib import docs, functions, in_code, path_exists, sources, words

DOCS = docs()
WANTED = ("boot", "entry-exit", "memory", "locking", "development", "decisions")

_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)+/?|[\w-]+/|[\w*-]+\.(?:c|h|S|md|ld|cfg|mk|py|def|toml|conf)")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MUTANT = re.compile(r"MUTANT_\w+")
_MADE = ("build/", "iso/")  # by the build


def test_all_docs_are_there():
    assert {"README.md", *(f"docs/{name}.md" for name in WANTED)} <= set(DOCS)


@pytest.mark.parametrize("doc", DOCS)
def test_files_exist(doc):
    named = [word for word in in_code(DOCS[doc]) if _PATH.fullmatch(word)]
    linked = re.findall(r"\]\(([^)#:]+)[^)]*\)", DOCS[doc])
    folder = "docs/" if doc.startswith("docs/") else ""
    wrong = [name for name in named if not name.startswith(_MADE) and not path_exists(name)]
    wrong += [name for name in linked if not (ROOT / folder / name).exists()]
    assert not wrong


@pytest.mark.parametrize("doc", DOCS)
def test_functions_exist(doc):
    named = {name for word in in_code(DOCS[doc]) for name in re.findall(r"(\w+)\(\)", word)}
    assert not named - functions()


@pytest.mark.parametrize("doc", DOCS)
def test_constants_and_fields_exist(doc):
    named = set()
    for word in in_code(DOCS[doc]):
        if _CONSTANT.fullmatch(word) and not _MUTANT.match(word):
            named.add(word)
        if match := re.fullmatch(r"(?:struct )?(\w+)(?:(?:->|\.)(\w+))?", word):
            structure = word.startswith("struct ") or match[2]
            named |= {name for name in match.groups() if name} if structure and "." not in word else set()
    assert not named - words()


@pytest.mark.parametrize("doc", DOCS)
def test_targets_exist(doc):
    defined = set()
    for file in ("Makefile", "tests/tests.mk", "user/user.mk"):
        defined |= set(re.findall(r"^([\w.-]+):.*## ", (ROOT / file).read_text(), re.M))
    named = set()
    for command in re.findall(r"`make((?: [\w.=/-]+)+)`|^make((?: [\w.=/-]+)+)", DOCS[doc], re.M):
        named |= {word for word in "".join(command).split() if "=" not in word}
    assert not named - defined


def kernel_words():
    """The words of the command line that the kernel asks for."""
    asked = re.compile(r"cmdline_(?:get|has|size)\([\w.]+,\s*\"([\w-]+)\"")
    return {word for path, text in sources().items() if path.startswith("kernel/") for word in asked.findall(text)}


def test_command_line_words_are_documented():
    """The table of docs/development.md has each word that the kernel knows, and no other."""
    rows = re.findall(r"^\| `([\w-]+)(?:=[^`]*)?`", DOCS["docs/development.md"], re.M)
    section = DOCS["docs/development.md"].split("## Words of the kernel's command line")[1].split("\n## ")[0]
    assert set(rows) >= kernel_words()
    assert set(re.findall(r"^\| `([\w-]+)(?:=[^`]*)?`", section, re.M)) == kernel_words()


def test_lock_ranks_are_documented():
    """docs/locking.md lists the ranks of kernel/core/lock.h in order."""
    in_code_ = re.findall(r"^\t(RANK_\w+),", (ROOT / "kernel/core/lock.h").read_text(), re.M)
    in_doc = re.findall(r"^\| `(RANK_\w+)`", DOCS["docs/locking.md"], re.M)
    assert in_doc == [rank for rank in in_code_ if rank != "RANK_NONE"]


def test_layout_is_documented():
    """docs/memory.md gives the windows' offsets as kernel/arch/x86_64/layout.h has them."""
    text = (ROOT / "kernel/arch/x86_64/layout.h").read_text()
    offsets = dict(re.findall(r"^#define (WINDOW_\w+)\s+UL\((0x[0-9a-f]+)\)", text, re.M))
    rows = re.findall(r"^\| `(0x[0-9a-f]+)` \| `(WINDOW_\w+)`", DOCS["docs/memory.md"], re.M)
    assert rows
    assert [(int(value, 16), name) for value, name in rows] == sorted(
        (int(offsets[name], 16), name) for _, name in rows
    )
    sizes = {"WINDOW_DATA_END", "WINDOW_IST_SIZE", "WINDOW_PANIC_SIZE", "WINDOW_STACK_TOP"}
    assert {name for _, name in rows} == set(offsets) - sizes
