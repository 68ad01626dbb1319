"""What tests ask of ELF files."""

import re
import subprocess


def entry_of(elf):
    """The entry address."""
    header = subprocess.run(["readelf", "-h", elf], check=True, capture_output=True, text=True)
    return int(re.search(r"Entry point address: +0x([0-9a-f]+)", header.stdout)[1], 16)
