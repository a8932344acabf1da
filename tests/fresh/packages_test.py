#!/usr/bin/env python3
"""What `./dev` installs and configures, with stand-ins for dpkg-query, apt-get and cmake: nothing is installed."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LISTS = {name for name in os.listdir(f"{ROOT}/cmake") if re.fullmatch(r"deps.*\.txt", name)}
# Says of every package that it is installed, but for the one named in ABSENT.
DPKG_QUERY = """#!/bin/bash
for name in "$@"; do
  [[ $name == -* || $name == "$ABSENT" ]] || echo "installed $name"
done
"""
# Writes down how it was called, and leaves what the real ones leave.
CMAKE = """#!/bin/bash
echo "cmake $*" >>"$CALLS"
if [[ $1 == --preset ]]; then
  mkdir -p "build/$2"
  cache=build/$2/CMakeCache.txt
  touch "build/$2/build.ninja" "$cache"
  for option in "${@:3}"; do
    name=${option#-D}
    sed -i "/^${name%%=*}:/d" "$cache"
    echo "${name%%=*}:BOOL=${name#*=}" >>"$cache"
  done
fi
"""
APT_GET = """#!/bin/bash
echo "apt-get $*" >>"$CALLS"
"""
SUDO = """#!/bin/bash
"$@"
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = f"{folder.name}/tree"
        os.makedirs(f"{self.root}/bin")
        shutil.copytree(f"{ROOT}/cmake", f"{self.root}/cmake")
        for name in ("dev", "CMakePresets.json"):
            shutil.copy(f"{ROOT}/{name}", self.root)
        os.utime(f"{self.root}/CMakePresets.json", (0, 0))
        for name, text in (("dpkg-query", DPKG_QUERY), ("cmake", CMAKE), ("apt-get", APT_GET), ("sudo", SUDO)):
            with open(f"{self.root}/bin/{name}", "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(file.name, 0o755)

    def dev(self, *arguments, absent=""):
        """Calls ./dev; returns its exit status, standard error, and the calls that it made."""
        calls = f"{self.root}/calls"
        with open(calls, "w", encoding="utf-8"):
            pass
        done = subprocess.run([f"{self.root}/dev", *arguments], stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                              env={"PATH": f"{self.root}/bin:{os.environ['PATH']}", "CALLS": calls, "ABSENT": absent})
        return done.returncode, done.stderr, read(calls).splitlines()

    def configured(self, *arguments):
        status, errors, calls = self.dev(*arguments)
        self.assertEqual(status, 0, errors)
        return [call for call in calls if "--build" not in call]

    def test_a_list_that_is_not_there_is_an_error_that_names_it(self):
        os.remove(f"{self.root}/cmake/deps-run.txt")
        status, errors, calls = self.dev("build")
        self.assertEqual((status, calls), (1, []))
        self.assertIn("dev: the list of packages cmake/deps-run.txt cannot be read", errors)

    def test_a_list_that_names_nothing_is_an_error_that_names_it(self):
        with open(f"{self.root}/cmake/deps-test.txt", "w", encoding="utf-8") as file:
            file.write("# what the tests need\n \n")
        status, errors, calls = self.dev("build")
        self.assertEqual((status, calls), (1, []))
        self.assertIn("dev: the list of packages cmake/deps-test.txt is empty", errors)

    def test_only_what_is_missing_is_installed(self):
        status, errors, calls = self.dev("build", absent="libgtest-dev")
        self.assertEqual(status, 0, errors)
        self.assertEqual([call.split("-y ")[1] for call in calls if " install " in call], ["libgtest-dev"])

    def test_the_program_alone_needs_no_package_of_the_tests(self):
        status, errors, calls = self.dev("build", "release", "ivig-cds", absent="libgtest-dev")
        self.assertEqual(status, 0, errors)
        self.assertEqual(calls, ["cmake --preset release -DIVIG_TESTS=OFF",
                                 next(call for call in calls if call.endswith("--target ivig-cds"))])

    def test_the_tests_are_configured_when_they_are_asked_for_and_stay(self):
        self.assertEqual(self.configured("build", "release", "ivig-cds"), ["cmake --preset release -DIVIG_TESTS=OFF"])
        self.assertEqual(self.configured("build", "release", "ivig-cds"), [])
        self.assertEqual(self.configured("build"), ["cmake --preset release -DIVIG_TESTS=ON"])
        self.assertEqual(self.configured("build"), [])
        self.assertEqual(self.configured("build", "release", "ivig-cds"), [])

    def test_changed_presets_are_configured_anew_with_what_was_asked_for(self):
        self.configured("build")
        os.utime(f"{self.root}/CMakePresets.json")
        os.utime(f"{self.root}/build/release/build.ninja", (0, 0))
        self.assertEqual(self.configured("build", "release", "ivig-cds"), ["cmake --preset release"])


class Lists(unittest.TestCase):
    def test_every_list_that_is_named_is_there_and_every_list_is_used(self):
        named = set()
        for path in ("dev", "CONTRIBUTING.md", "tests/web/console_browser_test.py", "tests/conformance/browser_test.py",
                     "tests/support/private_postgres.h", "tests/app/review_test.cpp"):
            named |= set(re.findall(r"cmake/(deps[\w-]*\.txt)", read(f"{ROOT}/{path}")))
        self.assertEqual(named, LISTS)

    def test_every_entry_is_a_package_once(self):
        known = set(subprocess.run(["apt-cache", "pkgnames"], stdout=subprocess.PIPE, text=True, check=True).stdout.split())
        # Where apt has no lists of what there is, it knows what is installed: what this test needed, and the program.
        complete = any("_Packages" in name for name in os.listdir("/var/lib/apt/lists"))
        for name in sorted(LISTS) if complete else ("deps-run.txt", "deps-test.txt", "deps-conformance.txt"):
            lines = [re.sub(r"#.*", "", line).strip() for line in read(f"{ROOT}/cmake/{name}").splitlines()]
            entries = [line for line in lines if line]
            self.assertTrue(entries, name)
            self.assertEqual(len(entries), len(set(entries)), name)
            self.assertEqual([entry for entry in entries if entry not in known], [], name)


if __name__ == "__main__":
    unittest.main()
