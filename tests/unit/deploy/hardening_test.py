"""What the linker and the compiler were asked to make harder to misuse is in the executables.

usage: hardening_test.py FOLDER_OF_EXECUTABLES FOLDER_OF_THE_BUILD
"""

import re
import subprocess
import sys
import unittest
from pathlib import Path

COMMANDS = ("walstow-archive", "walstow-restore")  # at a fixed address: CONTRIBUTING.md, "Hardening"
OTHERS = ("walstow", "walstowd")
# Some of ours, with arrays on the stack.
LIBRARIES = ("proto/wire/libwalstow_wire.a", "proto/codec/libwalstow_codec.a", "proto/wal/libwalstow_wal.a")

binaries = build = None


def tool(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def segments(path):
    """The program headers: type and flags of each."""
    text = tool("readelf", "-lW", path)
    return re.findall(r"^ +([A-Z_]+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3}) ", text, re.MULTILINE)


class Hardening(unittest.TestCase):
    def test_nothing_is_writable_once_it_is_resolved(self):
        for name in COMMANDS + OTHERS:
            with self.subTest(name):
                self.assertIn("BIND_NOW", tool("readelf", "-d", binaries / name))
                self.assertIn("GNU_RELRO", [kind for kind, _ in segments(binaries / name)])

    def test_nothing_is_both_writable_and_executable(self):
        for name in COMMANDS + OTHERS:
            with self.subTest(name):
                found = segments(binaries / name)
                self.assertIn(("GNU_STACK", "RW "), found)
                self.assertEqual([kind for kind, flags in found if "W" in flags and "E" in flags], [])

    def test_what_stays_up_lies_at_an_address_of_chance(self):
        for name in OTHERS:
            self.assertRegex(tool("readelf", "-h", binaries / name), r"Type: +DYN ")
        for name in COMMANDS:
            self.assertRegex(tool("readelf", "-h", binaries / name), r"Type: +EXEC ")

    def test_our_own_code_guards_its_stack(self):
        for library in LIBRARIES:
            with self.subTest(library):
                self.assertIn("__stack_chk_fail", tool("nm", build / library))

    def test_calls_of_the_c_library_are_checked(self):
        for name in COMMANDS + OTHERS:
            with self.subTest(name):
                self.assertRegex(tool("nm", "-D", binaries / name), r"U __[a-z]+_chk@")


if __name__ == "__main__":
    binaries, build = Path(sys.argv[1]), Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
