#!/usr/bin/env python3
"""The container has every library that the program needs, and no other. Usage: container_test.py BINARY"""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The C and C++ libraries come with the others, sanitizers with the tests only.
RUNTIME = re.compile(r"(libc|libm|ld-linux-.*|libgcc_s|libstdc\+\+|lib[atu]b?san)\.so\..*")
BINARY = ""


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def needed_packages(binary):
    """Packages of the libraries that the program itself names; theirs are theirs."""
    names = re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", binary))
    paths = dict(re.findall(r"(\S+) => (/\S+)", output("ldd", binary)))
    files = [os.path.realpath(paths[name]) for name in names if not RUNTIME.fullmatch(name)]
    return {line.split(":")[0] for line in output("dpkg", "-S", *files).splitlines()}


class Container(unittest.TestCase):
    def test_it_installs_the_libraries_of_the_program(self):
        with open(f"{ROOT}/deploy/Containerfile", encoding="utf-8") as file:
            text = file.read()
        installed = set(re.findall(r"\blib[\w.+-]+", text.split("FROM debian:12-slim")[1].split("rm -rf")[0]))
        self.assertEqual(installed, needed_packages(BINARY))


if __name__ == "__main__":
    BINARY = sys.argv.pop()
    unittest.main()
