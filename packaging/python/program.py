"""Puts the program into the wheel, and names its platform."""

import os
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Program(BuildHookInterface):
    def initialize(self, version, build_data):
        programs = Path(self.root, "program").iterdir()
        build_data["shared_scripts"] = {str(path): path.name for path in programs}
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + os.environ["KEYAKI_PLATFORM_TAG"]
