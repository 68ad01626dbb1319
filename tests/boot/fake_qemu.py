#!/usr/bin/python3
"""Stands in for qemu-system-x86_64, so that stoa-run can be tried with any behaviour of a guest.

It writes to the files that its arguments name what the environment says: FAKE_COM1, FAKE_COM2,
FAKE_RECORD (with {nonce} and, for a CRC that is right, {record:KIND VALUE}); then it sleeps
FAKE_SLEEP seconds and exits with FAKE_STATUS. FAKE_PID names a file for its process number.
"""

import os
import re
import subprocess
import sys
import time
import zlib


def argument(pattern):
    """All parts of arguments that match."""
    return [m[1] for word in sys.argv for m in [re.search(pattern, word)] if m]


def nonce():
    """The run's nonce, from its disk."""
    disk = argument(r"id=run,.*file=(.*)")[0]
    text = subprocess.run(["mtype", "-i", disk, "::run.cfg"], capture_output=True, check=True).stdout
    return re.search(rb"nonce=([0-9a-f]+)", text)[1].decode()


def record(match):
    """A whole record, framed."""
    text = f"{nonce()} {match[1]}"
    return f"\n@stoa {text} {zlib.crc32(text.encode()):08x}@\n"


def write(path, name):
    """Write what the environment says into a file."""
    text = os.environ.get(name, "").replace("\\n", "\n").replace("\\r", "\r")
    text = re.sub(r"\{record:([^}]*)\}", record, text)
    text = text.replace("{nonce}", nonce()) if "{nonce}" in text else text
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(text)


def main():
    """Play the guest."""
    for path, name in zip(argument(r"^file:(.*)"), ("FAKE_COM1", "FAKE_COM2", "FAKE_RECORD")):
        write(path, name)
    if "FAKE_PID" in os.environ:
        with open(os.environ["FAKE_PID"], "w", encoding="ascii") as out:
            out.write(str(os.getpid()))
    time.sleep(float(os.environ.get("FAKE_SLEEP", "0")))
    sys.exit(int(os.environ.get("FAKE_STATUS", "0")))


main()
