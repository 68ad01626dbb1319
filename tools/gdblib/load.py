"""Add the commands `stoa ...` to gdb: gdb -x tools/gdblib/load.py stoa.elf; then `help stoa`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))

# pylint: disable=wrong-import-position,unused-import
from gdblib import cpus, log, memory, processes, user
