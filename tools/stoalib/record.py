"""The verdict of a run: the record that the kernel writes on port 0xe9 when all is over.

One line of printable text, found between any other text, with CRs tolerated:

    @stoa NONCE KIND VALUE CRC@

KIND is exit (VALUE: the status), killed (the signal) or panic (the cause); CRC is the zlib.crc32 of
`NONCE KIND VALUE`. Exactly one such record, with the run's own nonce, is a verdict.
"""

import re
import zlib

PANIC, TIMEOUT, NO_VERDICT, EMULATOR = 200, 201, 202, 203

_MARK = b"@stoa"
_RECORD = re.compile(rb"(?:^|(?<=\n))@stoa (\S+) (\S+) (\S+) ([0-9a-f]{8})@(?=\r?\n)")
_NUMBER = re.compile(rb"[0-9]{1,3}\Z")


class Failure(Exception):
    """A run without a verdict of its program: stoa-run's own exit status, and why."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


def is_there(text):
    """Whether a whole record is in the text, of whatever content."""
    return _RECORD.search(text) is not None


def _number(value, least, most):
    """The decimal number, which has to lie in that range."""
    if not _NUMBER.match(value) or not least <= int(value) <= most:
        raise Failure(NO_VERDICT, f"no verdict: bad value in the record: {value!r}")
    return int(value)


def _check(record, nonce):
    """Take one record's (kind, value) out of its fields, when it is this run's and undamaged."""
    its_nonce, kind, value, crc = record
    if zlib.crc32(b" ".join(record[:3])) != int(crc, 16):
        raise Failure(NO_VERDICT, "no verdict: the record's checksum is wrong")
    if its_nonce != nonce:
        raise Failure(NO_VERDICT, "no verdict: the record has another run's nonce")
    return kind, value


def judge(text, nonce):
    """The exit status of the program (128 + signal when it was killed) that the text tells of.

    text: all bytes written to port 0xe9; nonce: the run's own, as bytes. Raises Failure when that
    is not exactly one good record, and when the record is one of a kernel panic.
    """
    records = _RECORD.findall(text)
    if not records and _MARK not in text:
        raise Failure(NO_VERDICT, "no verdict: the kernel wrote no record")
    if len(records) != text.count(_MARK):
        raise Failure(NO_VERDICT, "no verdict: a damaged record")
    verdicts = [_check(record, nonce) for record in records]
    if len(verdicts) > 1:
        raise Failure(NO_VERDICT, "no verdict: more than one record")
    kind, value = verdicts[0]
    if kind == b"exit":
        return _number(value, 0, 255)
    if kind == b"killed":
        return 128 + _number(value, 1, 64)
    if kind == b"panic":
        cause = value.decode("ascii", "replace").replace("_", " ")
        raise Failure(PANIC, f"kernel panic: {cause}")
    raise Failure(NO_VERDICT, f"no verdict: unknown kind of record: {kind!r}")
