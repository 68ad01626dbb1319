"""A table of figures with their limits."""

BOOT_MORE = 150_000  # instructions of a boot with much RAM, above those with 1 GiB


class Table:
    """Prints figures, and remembers whether one was above its limit."""

    def __init__(self):
        self.good = True

    def row(self, name, value, limit, more=""):
        """A figure, the most that it may be, and what else is to be said of it."""
        self.good &= value <= limit
        verdict = "" if value <= limit else "  TOO LARGE"
        print(f"{name:54} {_number(value):>12} of {_number(limit):>12}{verdict}{more}", flush=True)


def _number(value):
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
