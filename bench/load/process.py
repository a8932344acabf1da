"""Processes that are measured: started, asked for their CPU time and memory, and ended whatever happens."""

import ctypes
import os
import resource
import signal
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build/release"
SERVER = PROGRAMS / "ivig-cds"
BENCH = PROGRAMS / "bench"

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """A measurement that could not be made; the message says why."""


def raise_descriptor_limit():
    """Every process started afterwards inherits it. Returns how many descriptors one may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return 1 << 20 if hard == resource.RLIM_INFINITY else hard


def _end_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A server of the measurements. `urls`: what it said that it listens on."""

    def __init__(self, name, command, log):
        self.name, self.log = name, log
        self.urls = []
        self.warnings = []  # what it logged above "info", and when: events and their words, no requests
        with open(log, "ab") as out:  # appending, so that truncate() below frees what was written
            self.popen = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=out, preexec_fn=_end_with_parent)

    def await_listening(self, count, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            lines = Path(self.log).read_text("utf-8", "replace").splitlines()
            self.urls = [line.split()[1] for line in lines if line.startswith("listening ")]
            if len(self.urls) >= count:
                return self
            if self.popen.poll() is not None:
                raise Failure(f"{self.name} did not start: {' / '.join(lines[-3:])}")
            time.sleep(0.02)
        raise Failure(f"{self.name} did not listen within {seconds} s")

    def url(self, scheme="http"):
        return next(url for url in self.urls if url.startswith(scheme + "://"))

    def cpu(self):
        """Seconds of CPU of all its threads, past ones included: the kernel's own count, in nanoseconds."""
        try:
            return time.clock_gettime((~self.popen.pid << 3) | 2)  # clock_getcpuclockid(3)
        except OSError as error:
            raise Failure(f"{self.name} has ended: {error}") from error

    def user_and_system(self):
        """Seconds in its own code and in the kernel's, in clock ticks."""
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
        tick = os.sysconf("SC_CLK_TCK")
        return int(fields[11]) / tick, int(fields[12]) / tick

    def resident(self):
        """Bytes of memory that it holds."""
        for line in Path(f"/proc/{self.popen.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise Failure(f"{self.name} has ended")

    def forget_log(self):
        """Empties the log; warnings and worse are kept."""
        with open(self.log, "rb") as lines:
            self.warnings += [line.decode("utf-8", "replace").strip() for line in lines
                              if line.startswith(b"{") and b'"level":"info"' not in line]
        os.truncate(self.log, 0)

    def stop(self):
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(15)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()


class Fleet:
    """All processes of a run. Leaving it ends them."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.running = []
        self.started = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.stop()

    def start(self, name, command, listeners=1):
        self.started += 1
        process = Process(name, command, self.folder / f"{self.started:02d}-{name.replace(' ', '-')}.log")
        self.running.append(process)
        return process.await_listening(listeners)

    def stop(self, process):
        process.stop()
        self.running.remove(process)

    def forget_logs(self):
        for process in self.running:
            process.forget_log()


def run(command, seconds, **options):
    """Runs a program to its end, `seconds` at most. Returns what it printed; anything but exit 0 is a Failure."""
    name = Path(str(command[0])).name
    options.setdefault("stderr", subprocess.PIPE)
    child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                             preexec_fn=_end_with_parent, **options)
    try:
        out, err = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{name} took longer than {seconds} s") from error
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    if child.returncode != 0:
        raise Failure(f"{name} failed ({child.returncode}): {((err or '') + out).strip()[-300:]}")
    return out


def run_until(command, word, times, seconds):
    """Runs a program, and interrupts it when it has printed that line so many times. Returns its lines."""
    name = Path(str(command[0])).name
    child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, preexec_fn=_end_with_parent)
    watch = threading.Timer(seconds, child.kill)
    watch.start()
    lines = []
    try:
        for line in child.stdout:
            lines.append(line.rstrip("\n"))
            if lines[-1] == word and lines.count(word) == times:
                child.send_signal(signal.SIGINT)
        child.wait()
    finally:
        watch.cancel()
        if child.poll() is None:
            child.kill()
            child.wait()
        child.stdout.close()
    if child.returncode != 0:
        raise Failure(f"{name} failed or took longer than {seconds} s ({child.returncode}): {' / '.join(lines[-3:])}")
    return lines


def peak_memory(command, seconds):
    """Runs a program with its output thrown away; the most memory that it held, in bytes."""
    child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=_end_with_parent)
    end = time.monotonic() + seconds
    try:
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() > end:
                raise Failure(f"{Path(str(command[0])).name} took longer than {seconds} s")
            time.sleep(0.02)
    except BaseException:
        child.kill()
        child.wait()
        raise
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failure(f"{Path(str(command[0])).name} failed ({child.returncode})")
    return usage.ru_maxrss * 1024
