#!/usr/bin/env python3
"""What cmake/tidy.py checks, remembers and reports, with a stand-in for clang-tidy that finds the word FAULT."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Names what it reads as clang does with -H, and writes down what it checked.
CLANG_TIDY = """#!/usr/bin/env python3
import os, re, sys
if sys.argv[1:] == ["--version"]:
    sys.exit(print("LLVM version 14"))
pending, texts = [sys.argv[-1]], {}
with open(os.environ["CHECKED"], "a") as checked:
    checked.write(pending[0] + "\\n")
for name in pending:
    texts[name] = open(name).read()
    pending += [i for i in re.findall('#include "(.+)"', texts[name]) if i not in pending]
for name in pending[1:]:
    print(f". {os.getcwd()}/{name}", file=sys.stderr)
faults = [name for name in pending if "FAULT" in texts[name]]
for name in faults:
    print(f"{name}: error: FAULT")
sys.exit(1 if faults else 0)
"""


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = f"{folder.name}/tree"
        self.write("cmake/own_code.cpp", "")
        shutil.copy(f"{ROOT}/cmake/tidy.py", f"{self.root}/cmake")
        self.write("bin/clang-tidy", CLANG_TIDY)
        os.chmod(f"{self.root}/bin/clang-tidy", 0o755)
        self.write("build/release/tidy_own_code.so", "")
        self.write(".clang-tidy", "Checks: a\n")
        self.write("a/one.cpp", '#include "a/one.h"\n')
        self.write("a/two.cpp", "\n")
        self.write("a/one.h", '#include "a/inner.h"\n')
        self.write("a/inner.h", "\n")
        self.files = ["a/inner.h", "a/one.cpp", "a/one.h", "a/two.cpp"]
        self.compiled([("a/one.cpp", "-O2"), ("a/two.cpp", "-O2")])
        subprocess.run(["git", "init", "--quiet"], cwd=self.root, check=True)
        subprocess.run(["git", "add", "a"], cwd=self.root, check=True)

    def write(self, name, text):
        path = f"{self.root}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.utime(path, (1, 1))  # long before any check began

    def compiled(self, units):
        self.write("build/release/compile_commands.json", json.dumps(
            [{"directory": self.root, "file": f"{self.root}/{unit}", "command": f"ccache c++ {flags} -c {self.root}/{unit}"}
             for unit, flags in units]))

    def tidy(self, *arguments):
        """Returns the exit status, what was said on standard output, and the files that were checked."""
        checked = f"{self.root}/checked"
        with open(checked, "w", encoding="utf-8"):
            pass
        done = subprocess.run([f"{self.root}/cmake/tidy.py", "--jobs", "1", *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, timeout=60, check=False,
                              env={"PATH": f"{self.root}/bin:{os.environ['PATH']}", "CHECKED": checked,
                                   "XDG_CACHE_HOME": f"{self.root}/memory"})
        with open(checked, encoding="utf-8") as file:
            return done.returncode, done.stdout, sorted(file.read().split())

    def test_what_passed_is_checked_again_only_when_it_or_a_header_of_it_changed(self):
        self.assertEqual(self.tidy(*self.files), (0, "", ["a/one.cpp", "a/two.cpp"]))
        self.assertEqual(self.tidy(*self.files), (0, "", []))
        self.write("a/inner.h", "// other\n")
        self.assertEqual(self.tidy(*self.files), (0, "", ["a/one.cpp"]))
        self.write("a/inner.h", "\n")  # as it was when it passed first
        self.assertEqual(self.tidy(*self.files), (0, "", []))

    def test_other_checks_another_plugin_and_another_command_forget_every_pass(self):
        for name, text in ((".clang-tidy", "Checks: b\n"), ("cmake/own_code.cpp", "// other\n")):
            self.tidy(*self.files)
            self.write(name, text)
            self.assertEqual(self.tidy(*self.files), (0, "", ["a/one.cpp", "a/two.cpp"]), name)
        self.compiled([("a/one.cpp", "-O3"), ("a/two.cpp", "-O2")])
        self.assertEqual(self.tidy(*self.files), (0, "", ["a/one.cpp"]))

    def test_a_finding_in_a_file_or_in_a_header_is_found_every_time(self):
        self.write("a/inner.h", "FAULT\n")
        for _ in range(2):
            status, said, checked = self.tidy(*self.files)
            self.assertEqual((status, said), (1, "a/inner.h: error: FAULT\n"))
            self.assertIn("a/one.cpp", checked)

    def test_a_header_that_nobody_includes_is_a_finding(self):
        self.write("a/alone.h", "\n")
        finding = "a/alone.h: no file that is checked includes it\n"
        self.assertEqual(self.tidy(*self.files, "a/alone.h")[:2], (1, finding))
        self.assertEqual(self.tidy("--changed", "a/alone.h"), (1, finding, []))

    def test_an_edited_header_is_checked_through_a_file_that_includes_it_also_by_another_header(self):
        for header in ("a/one.h", "a/inner.h"):
            self.write(header, f"// edited: {header}\n" + ('#include "a/inner.h"\n' if header == "a/one.h" else ""))
            self.assertEqual(self.tidy("--changed", header), (0, "", ["a/one.cpp"]))

    def test_a_file_that_is_compiled_twice_is_checked_as_its_own_library_has_it(self):
        self.compiled([("a/one.cpp", "-O2"), ("a/two.cpp", "-O2"), ("a/one.cpp", "-fsanitize-coverage=trace-pc")])
        self.tidy(*self.files)
        with open(f"{self.root}/build/lint/compile_commands.json", encoding="utf-8") as file:
            commands = {os.path.basename(entry["file"]): entry["command"] for entry in json.load(file)}
        self.assertEqual(commands["one.cpp"], f"c++ -O2 -c {self.root}/a/one.cpp")

    def test_without_its_plugin_nothing_is_checked(self):
        os.remove(f"{self.root}/build/release/tidy_own_code.so")
        status, _, checked = self.tidy(*self.files)
        self.assertNotEqual(status, 0)
        self.assertEqual(checked, [])


if __name__ == "__main__":
    unittest.main()
