"""Make the environment that brandkit runs in; do nothing where it stands already.

Run by every target of the Makefile, with the standard library only, by any Python 3.8 or newer:
the Pythons that may carry the environment are looked for and tried by running them.

    python tools/set_up.py            .venv, or the active conda environment called brandkit
    python tools/set_up.py --peers    .venv-peers, with the packages the benchmarks compare with
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
NAMES = ("python3.13", "python3.12", "python3.11", "python3", "python")
# the interpreter beneath, where this one belongs to an environment that may be made again
ABOUT = (
    "import json, sys; "
    "print(json.dumps([sys.version_info[:3], getattr(sys, '_base_executable', sys.executable)]))"
)
STAMP = "brandkit-set-up.txt"  # written last: a finished set-up
UNFINISHED = "brandkit-unfinished"  # written first: what stands here cannot be trusted
LOG = "brandkit-set-up.log"
LOCK = "brandkit-one-at-a-time"

WAY_OUT = """\
brandkit needs Python {oldest} or newer that can make an environment, and none was found; {found}. \
Install one: on Debian or Ubuntu `apt-get install python3 python3-venv`, on Fedora \
`dnf install python3`, on macOS `brew install python`, with conda \
`conda env create -f environment.yml && conda activate brandkit`. Then run the same command \
again, or name the Python to use: `make setup PYTHON=/path/to/python3`."""


class SetUpError(Exception):
    """Something the reader has to do before the set-up can go on."""


def main() -> int:
    """Set up what was asked for; 0 where it stands in the end, 2 where it cannot."""
    reader = argparse.ArgumentParser(description="Make the environment that brandkit runs in.")
    reader.add_argument("--peers", action="store_true", help="the benchmarks' peers instead")
    reader.add_argument("--python", default="", help="the Python to use; the newest by itself")
    asked = reader.parse_args()
    try:
        if asked.peers:
            set_up(ROOT / ".venv-peers", ROOT / "benchmarks" / "peers.txt", asked.python)
        elif in_conda():
            set_up(Path(os.environ["CONDA_PREFIX"]), ROOT / "requirements.lock", "", ours=False)
        else:
            set_up(ROOT / ".venv", ROOT / "requirements.lock", asked.python)
    except SetUpError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; the next run starts over where that is needed.", file=sys.stderr)
        return 130
    return 0


def set_up(folder: Path, lock: Path, wanted: str, *, ours: bool = True) -> None:
    """Bring a folder to what a lock says, unless its stamp says that it is there.

    Parameters
    ----------
    folder : Path
        The environment.
    lock : Path
        The packages, each at one version.
    wanted : str
        A Python by name or path; empty to take what is found.
    ours : bool
        Whether the folder may be emptied and made again: an environment of conda's may not.
    """
    if stands(folder, lock, wanted):
        return
    with one_at_a_time(folder):
        if stands(folder, lock, wanted):
            return
        print(f"Setting up {folder.name} (once; a minute or two)", flush=True)
        pip = environment(folder, wanted) if ours else [str(interpreter(folder)), "-m", "pip"]
        (folder / UNFINISHED).touch()
        (folder / STAMP).unlink(missing_ok=True)
        install(folder, lock, pip)
        if is_ours(lock):
            editable = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
            call(folder, [*pip, "install", *editable], "brandkit itself")
            if ours:
                prune(folder, lock, pip)
        byte_compile(folder)
        write(folder / STAMP, stamp(folder, lock))
        (folder / UNFINISHED).unlink()
        print(f"  ready: {interpreter(folder)}", flush=True)


# --- what stands already -------------------------------------------------------------------------


def in_conda() -> bool:
    """Say whether the environment that environment.yml describes is active."""
    return os.environ.get("CONDA_DEFAULT_ENV") == "brandkit" and "CONDA_PREFIX" in os.environ


def interpreter(folder: Path) -> Path:
    """Give the place of an environment's Python."""
    if os.name == "nt":
        conda = folder / "python.exe"
        return conda if conda.exists() else folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def is_ours(lock: Path) -> bool:
    """Tell brandkit's own lock, hashed and complete, from the list of peers."""
    return lock.suffix == ".lock"


def stamp(folder: Path, lock: Path) -> str:
    """Say in a few lines all that a finished set-up depends on."""
    found = about(str(interpreter(folder)))
    version = ".".join(map(str, found[0])) if found else "none"
    depends_on = (lock, ROOT / "pyproject.toml") if is_ours(lock) else (lock,)
    digests = [f"{one.name} {hashlib.sha256(one.read_bytes()).hexdigest()}" for one in depends_on]
    return "\n".join([f"python {version}", where(folder), *digests]) + "\n"


def where(folder: Path) -> str:
    """Write the line of a stamp that tells a moved or copied environment."""
    return f"folder {folder}"


def stands(folder: Path, lock: Path, wanted: str) -> bool:
    """Say whether a finished set-up of exactly this lock, Python and clone is there."""
    mark = folder / STAMP
    if not mark.exists() or mark.read_text(encoding="utf-8") != stamp(folder, lock):
        return False
    return not wanted or same_python(wanted, folder)


def same_python(wanted: str, folder: Path) -> bool:
    """Say whether an environment was made by the Python that is asked for."""
    asked = about(wanted)
    return asked is not None and asked == about(str(interpreter(folder)))


def about(python: str) -> tuple[tuple[int, ...], str] | None:
    """Run a Python and give its version and the file of its own; None where it does not run.

    A name on the path proves nothing: version managers leave shims that only complain.
    """
    try:
        said = subprocess.run(
            [python, "-c", ABOUT], capture_output=True, timeout=60, check=True, env=clean()
        )
        version, file = json.loads(said.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return tuple(version), file


# --- an empty environment ------------------------------------------------------------------------


def environment(folder: Path, wanted: str) -> list[str]:
    """Make the environment, or keep a sound one, and give the pip that installs into it."""
    python = str(interpreter(folder))
    if sound(folder) and (not wanted or same_python(wanted, folder)):
        if runs([python, "-m", "pip", "--version"]):
            return [python, "-m", "pip"]
        for host in candidates(wanted)[0]:
            if has_pip(host):
                return [host, "-m", "pip", "--python", python]
    hosts, tried = candidates(wanted)
    for host in hosts:
        empty(folder)
        if runs([host, "-m", "venv", str(folder)]) and runs([python, "-m", "pip", "--version"]):
            return [python, "-m", "pip"]
        tried.append(f"{host} cannot make an environment with pip (venv or ensurepip is missing)")
    pips = [host for host in hosts if has_pip(host)]
    for host in hosts:
        empty(folder)
        if pips and runs([host, "-m", "venv", "--without-pip", str(folder)]) and about(python):
            return [host if host in pips else pips[0], "-m", "pip", "--python", python]
    shutil.rmtree(folder, ignore_errors=True)
    raise SetUpError(
        WAY_OUT.format(oldest=".".join(map(str, OLDEST)), found="; ".join(tried) or "no Python")
    )


def sound(folder: Path) -> bool:
    """Say whether an environment runs, was made here, and no set-up of it was broken off."""
    found = about(str(interpreter(folder)))
    if found is None or found[0] < OLDEST or (folder / UNFINISHED).exists():
        return False
    mark = folder / STAMP
    return not mark.exists() or where(folder) in mark.read_text(encoding="utf-8").splitlines()


def candidates(wanted: str) -> tuple[list[str], list[str]]:
    """Give the Pythons that run and are new enough, and what was wrong with the others."""
    good: list[str] = []
    wrong: list[str] = []
    for name in [wanted] if wanted else NAMES:
        path = shutil.which(name)
        found = about(path) if path else None
        if found is None:
            if path or wanted:
                wrong.append(f"{name} does not run")
        elif found[0] < OLDEST:
            wrong.append(f"{name} is {'.'.join(map(str, found[0]))}")
        elif found[1] not in good:
            good.append(found[1])
    return good, wrong


def has_pip(host: str) -> bool:
    """Say whether a Python's pip can install into another environment (pip 22.3 and newer)."""
    return runs([host, "-m", "pip", "--python", host, "--version"])


def empty(folder: Path) -> None:
    """Empty a folder but for the mark that says it is unfinished, which goes in first."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / UNFINISHED).touch()
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in (UNFINISHED, LOCK):
            path.unlink()


# --- the packages --------------------------------------------------------------------------------


def install(folder: Path, lock: Path, pip: list[str]) -> None:
    """Install what the lock says, and nothing that it does not say."""
    exact = ["--no-deps", "--require-hashes"] if is_ours(lock) else []
    # compiled in one go afterwards, by every processor
    options = ["--no-compile", "--progress-bar", "off", *exact]
    of = len(names(lock)) if is_ours(lock) else 0
    call(folder, [*pip, "install", *options, "-r", str(lock)], "packages", of=of)


def names(lock: Path) -> set[str]:
    """Give the packages that a lock names, with whatever marker."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {plain(name) for name in pins}


def plain(name: str) -> str:
    """Write a package's name the one way that the index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def prune(folder: Path, lock: Path, pip: list[str]) -> None:
    """Take out what an older lock has left behind."""
    keep = names(lock) | {"pip", "setuptools", "wheel", "brandkit"}
    said = subprocess.run(
        [*pip, "list", "--format", "json"], capture_output=True, env=clean(), check=True
    )
    old = [one["name"] for one in json.loads(said.stdout) if plain(one["name"]) not in keep]
    if old:
        call(folder, [*pip, "uninstall", "--yes", *old], "leftovers")


def byte_compile(folder: Path) -> None:
    """Compile all packages at once, so that the first report does not pay for it."""
    show("  compiling")
    command = [str(interpreter(folder)), "-m", "compileall", "-q", "-j", "0", str(packages(folder))]
    subprocess.run(command, capture_output=True, env=clean(), check=False)
    show("")


def packages(folder: Path) -> Path:
    """Give the folder that an environment's packages lie in."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    said = subprocess.run(
        [str(interpreter(folder)), "-c", code], capture_output=True, env=clean(), check=True
    )
    return Path(os.fsdecode(said.stdout).strip())


def call(folder: Path, command: list[str], what: str, *, of: int = 0) -> None:
    """Run one step into the log, with its progress on the screen."""
    place = packages(folder)
    with (folder / LOG).open("w", encoding="utf-8") as log:
        step = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env=clean(), cwd=str(ROOT)
        )
        try:
            while step.poll() is None:
                time.sleep(0.3)
                show(f"  {what}{progress(folder, place, of)}")
        except BaseException:
            step.terminate()
            step.wait()
            raise
    show("")
    if step.returncode:
        said = (folder / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        told = [line for line in said if line.startswith("ERROR")] or said[-5:]
        raise SetUpError(
            f"The set-up failed at: {what}. pip said: {' '.join(told[:5])} "
            f"(all of it stands in {folder / LOG}). A set-up needs the package index, or a mirror "
            "that pip is configured for; run the same command again when it can be reached."
        )
    print(f"  {what}: done", flush=True)


def progress(folder: Path, place: Path, of: int) -> str:
    """Say how far pip is: what it has fetched, then what it has put in place."""
    if not of:
        return ""
    said = (folder / LOG).read_text(encoding="utf-8", errors="replace")
    if "Installing collected packages" not in said:
        return f": fetched {said.count('Collecting ')} of at most {of}"
    return f": installed {len(list(place.glob('*.dist-info')))} of at most {of}"


def show(line: str) -> None:
    """Write over the last line of a terminal; say nothing where there is none."""
    if sys.stdout.isatty():
        print(f"\r\033[K{line}", end="", flush=True)


# --- small things --------------------------------------------------------------------------------


def runs(command: list[str]) -> bool:
    """Say whether a command ends well."""
    try:
        said = subprocess.run(command, capture_output=True, env=clean(), check=False)
    except OSError:
        return False
    return said.returncode == 0


def clean() -> dict[str, str]:
    """Give the surroundings without what would lead Python or pip out of the environment."""
    keep = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    keep.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    return keep


def write(path: Path, text: str) -> None:
    """Write a file whole: at no time is half of it there."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    part.replace(path)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let a second set-up of the same folder wait for the first, where the system can."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print(f"Another set-up of {folder.name} is running; waiting for it", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
