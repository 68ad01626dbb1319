"""What the text of the sources must and must not have."""

import re

_LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
# A declaration of a public function: at the line's start, with its name before a parenthesis.
_FUNCTION = re.compile(
    r"(?!static\b|typedef\b|return\b|_Static_assert\b)[a-z_][\w *]*?\b([a-z]\w*)\((?!\()"
)


def left_overs(tree):
    """No note to do something later."""
    return [
        f"{file}:{number}: {line.strip()}"
        for file in tree.files
        for number, line in enumerate(tree.text(file).splitlines(), 1)
        if _LEFT_OVER.search(line)
    ]


def _uncommented(text):
    """(line, function) of each that no comment precedes in its paragraph."""
    commented = inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line:
            commented = inside
        elif inside or line.lstrip().startswith("/*"):
            commented, inside = True, "*/" not in line
        elif (match := _FUNCTION.match(line)) and not commented:
            yield number, match[1]


def commented_headers(tree):
    """Every public function of the kernel has a comment above it, or above its group."""
    return [
        f"{file}:{line}: {function}() has no comment"
        for file in tree.under("kernel/", ends=".h")
        for line, function in _uncommented(tree.text(file))
    ]
