"""The bar chart of the ratios, as SVG."""

from html import escape

_LEFT, _BAR, _RIGHT, _HEIGHT, _GAP = 210, 500, 90, 18, 6
_SCALE = 0.5  # the ratio at the right edge
_COLOURS = {"reached": "#2b7a4b", "MISSED": "#b3372f", "not due": "#9aa0a6"}


def _text(x, y, words, anchor="start"):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _rule(x, height, words):
    return (
        f'<line x1="{x}" y1="30" x2="{x}" y2="{height}" stroke="#555" stroke-dasharray="3 3"/>'
        + _text(x, 26, words, "middle")
    )


def _bar(line, y):
    width = round(min(line.ratio, _SCALE) / _SCALE * _BAR)
    colour = _COLOURS[line.verdict]
    return [
        _text(_LEFT - 8, y + 13, line.row.name, "end"),
        f'<rect x="{_LEFT}" y="{y}" width="{width}" height="{_HEIGHT}" fill="{colour}"/>',
        _text(_LEFT + width + 6, y + 13, f"{line.ratio:.2f}"),
    ]


def as_svg(lines, mean):
    """One bar a row: Stoa's instructions as a share of Linux'."""
    shown = [line for line in lines if line.ratio is not None]
    height = 44 + len(shown) * (_HEIGHT + _GAP)
    width = _LEFT + _BAR + _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(8, 14, "Instructions of an operation on Stoa, as a share of Linux' (less is better)"),
    ]
    for index, line in enumerate(shown):
        parts += _bar(line, 38 + index * (_HEIGHT + _GAP))
    if mean is not None:
        parts.append(_rule(_LEFT + round(min(mean, _SCALE) / _SCALE * _BAR), height - 4, f"mean {mean:.2f}"))
    return "\n".join([*parts, "</svg>", ""])
