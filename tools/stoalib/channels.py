"""Follow the files that an emulator writes."""


class Tail:
    """Pass what is appended to a file on, byte for byte, as it comes."""

    def __init__(self, path, sink, mark=b""):
        """sink: called with each piece; mark: drop everything up to and including these bytes."""
        self._path = path
        self._sink = sink
        self._mark = mark
        self._held = b""
        self._file = None

    def pump(self):
        """Pass on what has come since the last call."""
        if self._file is None:
            try:
                self._file = open(self._path, "rb")
            except FileNotFoundError:
                return
        while piece := self._file.read(1 << 16):
            self._pass(piece)

    def _pass(self, piece):
        if self._mark:
            self._held += piece
            before, mark, piece = self._held.partition(self._mark)
            if not mark:
                # The mark may lie across two pieces.
                self._held = before[-len(self._mark) :]
                return
            self._mark = self._held = b""
        if piece:
            self._sink(piece)

    def close(self):
        """Pass the rest on and close the file."""
        self.pump()
        if self._file is not None:
            self._file.close()


def read_all(path):
    """The whole file, or nothing when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
