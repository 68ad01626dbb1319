"""Boots of the kernel by the test loader."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest
import script as s
from conftest import run_boot, stoa_run_command


@dataclass
class Loaded:
    """Boots by the test loader: the scripts' results by their names."""

    builds: object
    folder: object

    def run(self, program, extra, options):
        """Boot with these further words for stoa-run."""
        options = {"cpus": 2, "timeout": 90, "extra": extra} | options
        return run_boot(stoa_run_command(self.builds, program, [], options))

    def boot(self, number, script, program="hello_each", **options):
        """Boot with this script; number: the file's name."""
        loader = self.builds.folder / "tests/loader.elf"
        file = self.folder / f"script{number}"
        file.write_bytes(script)
        return self.run(program, [*options.pop("extra", ()), *s.options(loader, file)], options)

    def boot_table(self, number, name, table, **options):
        """Boot without the test loader: GRUB puts this ACPI table in the place of that name's."""
        file = self.folder / f"table{number}"
        file.write_bytes(table)
        line = f"acpi --exclude={name} ($run)/{file.name}"
        return self.run("hello_each", ["--disk-file", str(file), "--grub", line], options)

    def all_of(self, calls):
        """The results of these calls, {name: call}, made two at a time."""
        self.builds.program("hello_each"), self.builds.iso()
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(calls, pool.map(lambda call: call(), calls.values())))

    def boot_all(self, scripts, **options):
        """Boot with each of these scripts; {name: result}."""
        numbers = enumerate(scripts.items())
        return self.all_of({name: partial(self.boot, i, text, **options) for i, (name, text) in numbers})


@pytest.fixture(scope="session", name="loaded")
def make_loaded(builds, tmp_path_factory):
    return Loaded(builds, tmp_path_factory.mktemp("loader"))
