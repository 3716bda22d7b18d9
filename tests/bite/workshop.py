"""Where rules are changed: a copy of the working tree in `target/bite`, with a target folder of its own.

What a face is, and how it runs, is in `faces`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

# One build of core for all: one profile, one set of features. Nobody debugs what it makes.
BUILD = ["cargo", "build", "-q", "-j2", "--lib", "--bins", "--test", "vectors", "--test", "cli"]
BUILD += ["--message-format", "json-render-diagnostics"]
PACKAGES = ["twiml-refer", "twiml-refer-cli", "twiml-refer-uniffi", "twiml-refer-c"]
# A machine that never ends is bitten, too, but nobody waits for it.
MOST_SECONDS = 1800
# Elsewhere the C library is made by `cargo rustc`, which takes one package at a time.
C_MANIFEST, C_LIB = "bindings/c/Cargo.toml", b'[lib]\nname = "twiml_refer_c"\n'


class Workshop:
    """The copy, what is built in it, and what came of it."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.root = Path("target/bite").absolute()
        self.tree = self.root / "tree"
        self.target = self.root / "cargo"
        self.libraries = self.target / "debug"
        self.programs: dict[str, str] = {}
        self.environment = dict(
            os.environ,
            CARGO_TARGET_DIR=str(self.target),
            CARGO_PROFILE_DEV_DEBUG="0",
            # Where a face builds by itself, its library is changed for another.
            CARGO_PROFILE_RELEASE_LTO="off",
            CARGO_PROFILE_RELEASE_OPT_LEVEL="0",
            CARGO_PROFILE_RELEASE_CODEGEN_UNITS="16",
        )

    def mirror(self) -> None:
        """Make the copy what the working tree is; what is the same stays as old as it is."""
        listed = subprocess.run(
            ["git", "ls-files", "-coz", "--exclude-standard"], stdout=subprocess.PIPE, check=True
        ).stdout.decode()
        names = {name for name in listed.split("\0") if name and Path(name).is_file()}
        for name in names:
            content = Path(name).read_bytes()
            if name == C_MANIFEST:
                assert C_LIB in content, name
                content = content.replace(C_LIB, C_LIB + b'crate-type = ["cdylib"]\n')
            put(self.tree / name, content, Path(name).stat().st_mode)
        known = self.root / "names"
        before = known.read_text().split("\0") if known.exists() else []
        for name in set(before) - names:
            (self.tree / name).unlink(missing_ok=True)
        known.write_text("\0".join(names))

    def build_core(self) -> None:
        """Build core, and all that holds it."""
        packages = [part for package in PACKAGES for part in ("-p", package)]
        log = self.log("build", "core")
        self.call(*BUILD, *packages, log=log)
        told = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
        made = [one for one in told if one.get("executable")]
        self.programs = {one["target"]["name"]: one["executable"] for one in made}
        # What a program finds by `-l`.
        shutil.copyfile(self.libraries / "libtwiml_refer_c.so", self.libraries / "libtwiml_refer.so")

    def bridge(self, language: str, out: Path) -> None:
        """Generate the module of a language."""
        cargo = ["cargo", "run", "-q", "-j2", "-p", "twiml-refer-uniffi", "--features", "bindgen"]
        what = ["--bin", "uniffi-bindgen", "--", "generate", "--language", language, "--no-format"]
        library = self.libraries / "libtwiml_refer_uniffi.so"
        self.call(*cargo, *what, "--out-dir", out, library, log=self.log("build", language))

    @contextlib.contextmanager
    def changed(self, file: str, change: Callable[[str], str]) -> Iterator[str]:
        """Change a file of the copy for a while: why that cannot be built, or nothing."""
        path = self.tree / file
        before = path.read_text()
        path.write_text(change(before))
        try:
            try:
                self.build_core()
                fault = ""
            except subprocess.CalledProcessError:
                told = self.log("build", "core").read_text().splitlines()
                fault = "\n".join(line for line in told if not line.startswith("{"))
            yield fault
        finally:
            path.write_text(before)

    def call(self, *command: str | Path, log: Path, **extra: str) -> int:
        """Run a command in the copy. What it prints goes to the log."""
        with open(log, "w") as file:
            return subprocess.run(
                command,
                cwd=self.tree,
                env=self.environment | extra,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=True,
                timeout=MOST_SECONDS,
            ).returncode

    def log(self, name: str, face: str) -> Path:
        """A file for what is printed."""
        folder = self.root / "logs"
        folder.mkdir(exist_ok=True)
        return folder / f"{name}.{face}"

    def fresh(self, *names: str) -> Path:
        """An empty folder."""
        folder = self.root.joinpath(*names)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    @contextlib.contextmanager
    def once(self, name: str, *inputs: str) -> Iterator[bool]:
        """Whether something has to be made anew: what it is made of has changed since it was."""
        digest = hashlib.sha256()
        for part in inputs:
            top = self.tree / part
            files = [top] if top.is_file() else sorted(top.rglob("*"))
            for file in files:
                if file.is_file() and "target" not in file.relative_to(self.tree).parts:
                    digest.update(str(file).encode() + b"\0" + file.read_bytes())
        stamp = self.root / f"{name}.made"
        fresh = stamp.exists() and stamp.read_text() == digest.hexdigest()
        yield not fresh
        stamp.write_text(digest.hexdigest())


def put(path: Path, content: bytes, mode: int) -> None:
    """Write a file, unless it is there."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
