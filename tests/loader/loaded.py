"""Boots of the kernel by the test loader."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import script as s
from conftest import run_boot, stoa_run_command


@dataclass
class Loaded:
    """Boots by the test loader: the scripts' results by their names."""

    builds: object
    folder: object

    def boot(self, number, script, program="hello_each", **options):
        """Boot with this script; number: the file's name."""
        loader = self.builds.folder / "tests/loader.elf"
        file = self.folder / f"script{number}"
        file.write_bytes(script)
        extra = [*options.pop("extra", ()), *s.options(loader, file)]
        options = {"cpus": 2, "timeout": 90, "extra": extra} | options
        return run_boot(stoa_run_command(self.builds, program, [], options))

    def boot_all(self, scripts, **options):
        """Boot with each of these scripts, two at a time; {name: result}."""
        self.builds.program("hello_each"), self.builds.iso()
        with ThreadPoolExecutor(2) as pool:
            results = pool.map(lambda pair: self.boot(*pair, **options), enumerate(scripts.values()))
            return dict(zip(scripts, results))


@pytest.fixture(scope="session", name="loaded")
def make_loaded(builds, tmp_path_factory):
    return Loaded(builds, tmp_path_factory.mktemp("loader"))
