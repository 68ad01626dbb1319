"""The parser of the record on port 0xe9."""

import zlib

import pytest
from stoalib import record
from stoalib.record import NO_VERDICT, PANIC, Failure

NONCE = b"0123456789abcdef"


def rec(kind, value, nonce=NONCE, end=b"\n", crc=None):
    """A framed record."""
    text = b" ".join([nonce, kind, value])
    crc = b"%08x" % zlib.crc32(text) if crc is None else crc
    return end + b"@stoa " + text + b" " + crc + b"@" + end


@pytest.mark.parametrize("status", [0, 1, 42, 200, 201, 202, 203, 255])
def test_exit(status):
    assert record.judge(rec(b"exit", b"%d" % status), NONCE) == status


@pytest.mark.parametrize("signal", [1, 9, 11, 64])
def test_killed(signal):
    assert record.judge(rec(b"killed", b"%d" % signal), NONCE) == 128 + signal


@pytest.mark.parametrize(
    "text",
    [
        b"BIOS says hello" + rec(b"exit", b"3") + b"and good-bye",
        rec(b"exit", b"3", end=b"\r\n"),
        b"\xff\x00\x80\n\n" + rec(b"exit", b"3") + b"\n\n\xfe",
    ],
)
def test_found_between_other_text(text):
    assert record.judge(text, NONCE) == 3


def no_verdict(text, status=NO_VERDICT):
    """The text gives that failure; returns why."""
    with pytest.raises(Failure) as failure:
        record.judge(text, NONCE)
    assert failure.value.status == status
    return str(failure.value)


def test_panic():
    why = no_verdict(rec(b"panic", b"page_fault_in_ring_0"), PANIC)
    assert why == "kernel panic: page fault in ring 0"


@pytest.mark.parametrize("text", [b"", b"hello\n", b"\n stoa \n"])
def test_none(text):
    assert "no record" in no_verdict(text)


def test_second_verdict():
    assert "more than one" in no_verdict(rec(b"exit", b"0") + rec(b"exit", b"0"))
    assert "more than one" in no_verdict(rec(b"exit", b"0") + rec(b"panic", b"late"))
    assert "nonce" in no_verdict(rec(b"exit", b"0") + rec(b"exit", b"0", nonce=b"none"))


def test_wrong_nonce():
    assert "nonce" in no_verdict(rec(b"exit", b"0", nonce=b"none"))


def test_wrong_checksum():
    assert "checksum" in no_verdict(rec(b"exit", b"0", crc=b"00000000"))


@pytest.mark.parametrize("cut", range(1, len(rec(b"exit", b"0")) - 1))
def test_cut_short(cut):
    no_verdict(rec(b"exit", b"0")[:-cut])


@pytest.mark.parametrize("at", range(1, len(rec(b"exit", b"0")) - 1))
def test_any_damaged_byte(at):
    good = rec(b"exit", b"0")
    no_verdict(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])


@pytest.mark.parametrize(
    "kind,value",
    [
        (b"exit", b"256"),
        (b"exit", b"-1"),
        (b"exit", b"0x1"),
        (b"exit", b"1e1"),
        (b"killed", b"0"),
        (b"killed", b"65"),
        (b"Exit", b"0"),
        (b"reboot", b"0"),
    ],
)
def test_bad_values(kind, value):
    no_verdict(rec(kind, value))


def test_not_at_the_start_of_a_line():
    no_verdict(b"text" + rec(b"exit", b"0")[1:])
