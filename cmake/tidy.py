#!/usr/bin/env python3
"""clang-tidy over many files, with a memory: a file that passed is not checked again until something changes.

Checks look at the project's own declarations only (own_code.cpp, a plugin). A pass is remembered under the version of
clang-tidy, the plugin, the configuration, the compile command and the contents of the file and of every header it
includes, those of the system among them. Where a checkout lies does not count, so that all checkouts share the memory:
${XDG_CACHE_HOME:-~/.cache}/ivig-cds/tidy. It holds passes only; findings are found again.

Exit status: 0 nothing found, 1 something found, 2 wrong use.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Counts as part of the key: raise it when what a key or an entry means changes.
FORMAT = "2"
# Of one file: as many branches as are likely to be worked on at a time.
PASSES_KEPT = 6
# The compile commands are GCC's: clang 14 knows no -fcoroutines and has to be told that it has coroutines.
GCC_ONLY = {"-fcoroutines", "-fno-tree-loop-distribute-patterns", "-Werror"}
EXTRA_ARGS = [
    "-DBOOST_ASIO_HAS_CO_AWAIT=1",
    "-DBOOST_ASIO_HAS_STD_COROUTINE=1",
    "-D__cpp_impl_coroutine=201902L",
    "-Wno-unknown-warning-option",
]
# What -H writes for an included file, and what clang says besides the findings.
INCLUDED = re.compile(r"^\.+ (.+)$")
OWN_INCLUDE = re.compile(r'^#include "(.+)"', re.MULTILINE)
NOISE = re.compile(r"^(\d+ warnings?( and \d+ errors?)? generated\.|Multiple include guards may be useful for:)$")


def compile_commands(build: Path, units: list[str]) -> dict[str, str]:
    """The command of each unit, without the compiler cache and what only GCC knows.

    A unit that this build does not compile is checked with the command of the file that is nearest by its path. One that
    it compiles more than once (instrumented for growth_test, or for a fuzz target) is checked as its own library has it.
    """
    known = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = entry["command"].split(" ")
        if words[0].endswith("ccache"):
            words = words[1:]
        known.setdefault(os.path.relpath(entry["file"], ROOT), " ".join(w for w in words if w not in GCC_ONLY))
    commands = {}
    for unit in units:
        near = unit if unit in known else max(known, key=lambda other: len(os.path.commonprefix([unit, other])))
        commands[unit] = known[near].replace(str(ROOT / near), str(ROOT / unit))
    return commands


class Contents:
    """Hashes of files, each read once a run."""

    def __init__(self) -> None:
        self._hashes: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The hash of a file by its path, relative to ROOT or absolute; 'absent' when it cannot be read."""
        if path not in self._hashes:
            try:
                self._hashes[path] = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
            except OSError:
                self._hashes[path] = "absent"
        return self._hashes[path]

    def digest(self, paths: list[str]) -> str:
        whole = hashlib.sha256()
        for path in paths:
            whole.update(f"{path}\0{self.of(path)}\n".encode())
        return whole.hexdigest()


class Memory:
    """The passes of earlier runs: a file for each unit and command, holding digests and the paths they are of."""

    def __init__(self, folder: Path, tool: str) -> None:
        self.folder = folder
        self.tool = tool
        folder.mkdir(parents=True, exist_ok=True)

    def _entry(self, unit: str, command: str) -> Path:
        configuration = [str(f) + f.read_text() for f in self._configurations(unit)]
        parts = [FORMAT, self.tool, *EXTRA_ARGS, unit, command, *configuration]
        return self.folder / hashlib.sha256("\0".join(p.replace(str(ROOT), ".") for p in parts).encode()).hexdigest()

    @staticmethod
    def _configurations(unit: str) -> list[Path]:
        folders = [ROOT / parent for parent in Path(unit).parents]
        return [folder / ".clang-tidy" for folder in folders if (folder / ".clang-tidy").is_file()]

    @staticmethod
    def _passes(entry: Path) -> list[dict]:
        try:
            return json.loads(zlib.decompress(entry.read_bytes()))
        except (OSError, ValueError, zlib.error):  # none, or damaged: checked again
            return []

    def passed(self, unit: str, command: str, contents: Contents) -> list[str] | None:
        """The files that a pass of exactly these contents has read; None when there was no such pass."""
        entry = self._entry(unit, command)
        for known in self._passes(entry):
            if contents.digest(known["files"]) == known["digest"]:
                os.utime(entry)
                return known["files"]
        return None

    def remember(self, unit: str, command: str, files: list[str], contents: Contents) -> None:
        entry = self._entry(unit, command)
        passes = [{"digest": contents.digest(files), "files": files}, *self._passes(entry)][:PASSES_KEPT]
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as new:
            new.write(zlib.compress(json.dumps(passes).encode()))
        os.replace(new.name, entry)

    def prune(self, max_bytes: int, max_days: float) -> None:
        """Removes what was not used for so long, and then the longest unused until the rest fits."""
        entries = sorted((f.stat() for f in self.folder.iterdir()), key=lambda s: -s.st_mtime)
        oldest, total = time.time() - max_days * 86400, 0
        keep = set()
        for stat in entries:
            total += stat.st_size
            if total <= max_bytes and stat.st_mtime >= oldest:
                keep.add(stat.st_ino)
        for file in self.folder.iterdir():
            if file.stat().st_ino not in keep:
                file.unlink(missing_ok=True)


class Progress:
    """One line that is rewritten on a terminal; elsewhere a line every half minute."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._start = total, 0, time.monotonic()
        self._next = self._start + 30
        self._terminal = sys.stderr.isatty()
        self._lock = threading.Lock()

    def done(self, unit: str, output: str) -> None:
        with self._lock:
            self._done += 1
            if self._terminal:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
            if output:
                print(output, flush=True)
            line = f"[{self._done}/{self._total}] {time.monotonic() - self._start:.0f} s  {unit}"
            if self._terminal:
                print(line, end="" if self._done < self._total else "\n", file=sys.stderr, flush=True)
            elif time.monotonic() >= self._next:
                self._next = time.monotonic() + 30
                print(f"    {line}", file=sys.stderr, flush=True)


class Checked:
    """What one run of clang-tidy gave."""

    def __init__(self, unit: str, found: bool, output: str, files: list[str], cpu: float) -> None:
        self.unit, self.found, self.output, self.files, self.cpu = unit, found, output, files, cpu


def check(unit: str, folder: Path, plugin: Path) -> Checked:
    """Runs clang-tidy; -H makes clang name every file that it reads."""
    command = ["clang-tidy", "-p", str(folder), "--quiet", f"--load={plugin}", "--checks=ivig-own-code",
               *(f"--extra-arg={a}" for a in [*EXTRA_ARGS, "-H"]), unit]
    with tempfile.TemporaryFile("w+", errors="replace") as out, tempfile.TemporaryFile("w+", errors="replace") as err:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        files, said = {unit}, out.read().rstrip().split("\n")
        for line in err.read().split("\n"):
            if included := INCLUDED.match(line):
                path = os.path.normpath(ROOT / included[1])
                files.add(os.path.relpath(path, ROOT) if path.startswith(f"{ROOT}/") else path)
            elif line and not NOISE.match(line):
                said.append(line)
    output = "\n".join(line.replace(f"{ROOT}/", "") for line in said if line)
    return Checked(unit, process.returncode != 0, output, sorted(files), usage.ru_utime + usage.ru_stime)


def changed_after(files: list[str], moment: float) -> bool:
    return any((ROOT / file).stat().st_mtime > moment for file in files if (ROOT / file).exists())


def through(headers: list[str], known: list[str]) -> list[str]:
    """For each header one unit that includes it: of the same name, else the first that does, else through a header."""
    included_by: dict[str, list[str]] = {}
    for file in known:
        for name in OWN_INCLUDE.findall((ROOT / file).read_text()):
            included_by.setdefault(name, []).append(file)
    units = []
    for header in headers:
        layer, seen = [header], {header}
        while layer and layer[0].endswith(".h"):
            layer = [file for name in layer for file in included_by.get(name, []) if file not in seen]
            seen.update(layer)
            layer.sort(key=lambda f: (f.endswith(".h"), f != header[:-2] + ".cpp", f.startswith("tests/"), f))
        units += layer[:1]
    return units


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release",
                        help="has compile_commands.json and tidy_own_code.so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--changed", action="store_true",
                        help="FILES are some of the project's: a header is checked through one file that includes it")
    parser.add_argument("--cache-mb", type=int, default=256, help="the memory's largest size (256)")
    parser.add_argument("--cache-days", type=float, default=60, help="what was unused for longer is forgotten (60)")
    parser.add_argument("files", nargs="+", metavar="FILE",
                        help="*.cpp and *.h, relative to the project; every header has to be read by one of the others")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    units = [file for file in args.files if file.endswith(".cpp")]
    headers = [file for file in args.files if file.endswith(".h")]
    if args.changed:
        tracked = subprocess.run(["git", "ls-files", "*.cpp", "*.h"], cwd=ROOT, check=True, capture_output=True, text=True)
        candidates = [u for u in tracked.stdout.split("\n") if u and (ROOT / u).is_file()]
        units = sorted({*units, *through(headers, candidates)})
    plugin = (args.build / "tidy_own_code.so").resolve()
    if not plugin.is_file():  # clang-tidy would go on without it, three times as long
        sys.exit(f"tidy.py: there is no {plugin}: build the target tidy_own_code (configured with IVIG_LINT)")
    commands = compile_commands(args.build, units)
    folder = ROOT / "build/lint"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(
        [{"directory": str(args.build.resolve()), "command": c, "file": str(ROOT / u)} for u, c in commands.items()]))

    version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True, text=True).stdout
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ivig-cds/tidy"
    tool = "\n".join(line for line in version.split("\n") if "version" in line)
    memory = Memory(cache, tool + (ROOT / "cmake/own_code.cpp").read_text())
    contents, began, start = Contents(), time.time(), time.monotonic()
    read: set[str] = set()
    to_check = []
    for unit in units:
        files = memory.passed(unit, commands[unit], contents)
        if files is None:
            to_check.append(unit)
        else:
            read.update(files)
    print(f"    {len(units) - len(to_check)} of {len(units)} passed before as they are", file=sys.stderr, flush=True)

    progress, results = Progress(len(to_check)), []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(check, unit, folder, plugin) for unit in to_check]):
            result = done.result()
            results.append(result)
            read.update(result.files)
            if not result.found and not changed_after(result.files, began):
                memory.remember(result.unit, commands[result.unit], result.files, contents)
            progress.done(result.unit, result.output)
    memory.prune(args.cache_mb * 1_000_000, args.cache_days)

    unread = sorted(set(headers) - read)
    for header in unread:
        print(f"{header}: no file that is checked includes it")
    red = sorted(result.unit for result in results if result.found)
    cpu = sum(result.cpu for result in results)
    print(f"    checked {len(results)} in {time.monotonic() - start:.0f} s, {cpu:.0f} s of processor time; "
          f"with findings: {' '.join(red) or 'none'}", file=sys.stderr)
    if os.environ.get("TIDY_TIMES"):
        with open(os.environ["TIDY_TIMES"], "w") as times:
            times.writelines(f"{result.cpu:.2f} {result.unit}\n" for result in results)
    return 1 if red or unread else 0


if __name__ == "__main__":
    sys.exit(main())
