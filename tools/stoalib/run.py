"""One emulator at work: started, watched, ended, and judged."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

from stoalib import record, rundisk
from stoalib.channels import Tail, read_all
from stoalib.record import EMULATOR, TIMEOUT, Failure

_POLL_S = 0.01
# How long an emulator may take to end after the record; and how long a second record is waited for
# where nothing ends it.
_END_S = 15
_LINGER_S = 0.3


def die_with_parent():
    """In a child: be killed when stoa-run is gone, however that happens (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextlib.contextmanager
def _started(command, folder):
    """The running emulator; it is gone when the block ends."""
    with open(os.path.join(folder, "emulator"), "wb") as words:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _write_to(fd):
    """A function that writes all of its bytes there at once."""

    def write(piece):
        while piece:
            piece = piece[os.write(fd, piece) :]

    return write


_to_stdout, _to_stderr = _write_to(1), _write_to(2)


class _Log:
    """The kernel's log: kept, and passed on as the options say."""

    def __init__(self, options):
        self._file = open(options.log, "wb", buffering=0) if options.log else None
        self._verbose = options.verbose
        self._bytes = bytearray()

    def take(self, piece):
        """A piece as it comes."""
        self._bytes += piece
        if self._file:
            self._file.write(piece)
        if self._verbose:
            _to_stderr(piece)

    def show(self):
        """The run failed: standard error gets the log, unless it is somewhere already."""
        if not self._file and not self._verbose:
            _to_stderr(self._bytes)


class _Watch:
    """Waits for the end of an emulator, and tells when it does not come."""

    def __init__(self, options, emulator):
        self._options = options
        self._file = emulator.record_file
        self._deadline = time.monotonic() + options.timeout
        self._size = 0
        self._record_at = None

    def _look_for_record(self, now):
        size = os.path.getsize(self._file) if os.path.exists(self._file) else 0
        if self._record_at is None and size != self._size:
            self._size = size
            self._record_at = now if record.is_there(read_all(self._file)) else None

    def is_over(self):
        """Whether to stop waiting though the emulator runs; raises Failure for a bad reason."""
        now = time.monotonic()
        self._look_for_record(now)
        if self._record_at is not None:
            if self._options.no_disk:
                return now > self._record_at + _LINGER_S
            if now > self._record_at + _END_S:
                raise Failure(EMULATOR, "the emulator did not end after the record")
        if now > self._deadline:
            raise Failure(TIMEOUT, f"time-out after {self._options.timeout:g} s")
        return False


def _wait(process, watch, tails):
    """Pass on what comes until the end; returns the emulator's status, None if it still ran."""
    while process.poll() is None:
        for tail in tails:
            tail.pump()
        if watch.is_over():
            return None
        time.sleep(_POLL_S)
    return process.returncode


def _has_record(emulator, nonce):
    """Whether the run ended for the guest, well or by a panic, before the emulator did."""
    try:
        record.judge(read_all(emulator.record_file), nonce)
    except Failure as failure:
        return failure.status == record.PANIC
    return True


def _check_emulator(emulator, nonce, status):
    """Raise Failure when the emulator ended by a failure of its own."""
    if not emulator.is_failure(status):
        return
    if emulator.CRASHES_AT_THE_END and _has_record(emulator, nonce):
        return
    how = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
    words = read_all(emulator.machine.path("emulator")).decode("utf-8", "replace").split("\n")
    last = [line.strip() for line in words if line.strip()][-1:] or ["it said nothing"]
    raise Failure(EMULATOR, f"the emulator {how}: {last[0]}")


def _judge(emulator, nonce, status):
    """The program's exit status by the record; the emulator's own, if any, must confirm it."""
    try:
        verdict = record.judge(read_all(emulator.record_file), nonce)
    except Failure as failure:
        if failure.status == record.PANIC and status is not None:
            emulator.check_end(status, None)
        raise
    if status is not None:
        emulator.check_end(status, verdict)
    return verdict


def run(options, emulator, nonce):
    """Run to the end; returns the program's exit status. Raises Failure when there is none."""
    mark = rundisk.UEFI_MARK if options.firmware == "uefi" and not options.no_disk else b""
    path = emulator.machine.path
    log = _Log(options)
    try:
        with contextlib.ExitStack() as stack:
            tails = [Tail(path("com1"), _to_stdout, mark), Tail(path("com2"), log.take, mark)]
            for tail in tails:
                stack.callback(tail.close)
            process = stack.enter_context(_started(emulator.command(), emulator.machine.folder))
            status = _wait(process, _Watch(options, emulator), tails)
        if status is not None:
            _check_emulator(emulator, nonce, status)
        return _judge(emulator, nonce, status)
    except Failure:
        log.show()
        raise
    finally:
        if options.verbose:
            _to_stderr(read_all(path("emulator")))
