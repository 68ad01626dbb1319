"""Who may include whom: docs/development.md has the list of layers."""

# A file includes its own folder and those before it.
LAYERS = [
    "kernel/abi/",
    "kernel/lib/",
    "kernel/arch/x86_64/",
    "kernel/core/",
    "kernel/mm/",
    "kernel/proc/",
    "kernel/dev/",
    "kernel/fs/",
    "kernel/sys/",
    "kernel/monitor/",
    "kernel/ktest/",
    "kernel/boot/",
    "kernel/",  # main.c, entry.c and what they consist of: included by nobody else
]

# Made by the build, from the file named here.
_GENERATED = {"asm-offsets.h": "kernel/arch/x86_64/"}

# The only header of the kernel that boot/ shares, and those tests that are compiled with its code.
_BOOT_MAY = "kernel/arch/x86_64/layout.h"
_WITH_KERNEL = ("tests/host/", "tests/tsan/", "tests/fuzz/", "tests/types/", "tests/proofs/")


def _rank(file):
    return next(i for i, folder in enumerate(LAYERS) if file.startswith(folder))


def _of_kernel(tree, file, name):
    """Why a file of the kernel may not include that, or None."""
    target = f"kernel/{name}"
    if name in _GENERATED:
        target = _GENERATED[name]
    elif target not in tree.includes and not (tree.root / target).exists():
        return "is no file below kernel/ (names are relative to it)"
    if _rank(target) > _rank(file):
        return f"is of a higher layer ({LAYERS[_rank(target)]})"
    return None


def _of_others(tree, file, name):
    """The same for boot/, user/ and tests/."""
    own = (tree.root / file).parent / name
    if own.exists():
        inside = str(own.resolve()).startswith(str((tree.root / "kernel").resolve()))
        return "reaches into kernel/" if inside else None
    if file.startswith("boot/") and f"kernel/{name}" == _BOOT_MAY:
        return None
    if file.startswith(_WITH_KERNEL):
        return None
    return "is a header of the kernel, or none at all"


def layers(tree):
    """A file includes its own folder and lower layers only."""
    found = []
    for file, names in tree.includes.items():
        why = _of_kernel if file.startswith("kernel/") else _of_others
        for line, name in names:
            if reason := why(tree, file, name):
                found.append(f'{file}:{line}: includes "{name}", which {reason}')
    return found


def cycles(tree):
    """No header includes itself, on whatever way."""
    graph = {
        file: [f"kernel/{name}" for _, name in names if f"kernel/{name}" in tree.includes]
        for file, names in tree.includes.items()
        if file.startswith("kernel/")
    }
    found, done = [], set()

    def visit(file, path):
        if file in path:
            found.append(" includes ".join(path[path.index(file) :] + [file]))
        elif file not in done:
            for target in graph[file]:
                visit(target, path + [file])
            done.add(file)

    for file in graph:
        visit(file, [])
    return found
