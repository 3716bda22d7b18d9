"""Where rules are changed: a copy of the working tree in `target/bite`, with a target folder of its own.

What a language makes of it is in `faces`.
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

# One build for all: one profile, one set of features, so that core is compiled once for a rule.
BUILD = (
    *("cargo", "build", "-q", "-j2", "--message-format", "json-render-diagnostics"),
    *(
        "-p",
        "twiml-refer",
        "-p",
        "twiml-refer-cli",
        "-p",
        "twiml-refer-uniffi",
        "-p",
        "twiml-refer-c",
    ),
    *("--lib", "--bins", "--test", "vectors", "--test", "cli"),
)
BINDGEN = (
    *("cargo", "run", "-q", "-j2", "-p", "twiml-refer-uniffi", "--features", "bindgen"),
    *("--bin", "uniffi-bindgen", "--", "generate", "--no-format", "--language"),
)
# Elsewhere the C library is made by `cargo rustc`, which takes one package at a time.
C_MANIFEST = "bindings/c/Cargo.toml"
C_LIBRARY = b'[lib]\nname = "twiml_refer_c"\n'
# So long may anything take; a changed core might never end.
MOST_SECONDS = 1800


class Workshop:
    """The copy, what is built in it, and what came of it."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.root = Path("target/bite").absolute()
        self.tree = self.root / "tree"
        self.libraries = self.root / "cargo/debug"
        self.programs: dict[str, str] = {}
        (self.root / "logs").mkdir(parents=True, exist_ok=True)
        self.environment = os.environ | {
            "CARGO_TARGET_DIR": str(self.root / "cargo"),
            "CARGO_PROFILE_DEV_DEBUG": "0",
            # What the scripts `build` make is not what runs: the core of the rule takes its place.
            "CARGO_PROFILE_RELEASE_LTO": "off",
            "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
            "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
        }

    def mirror(self) -> None:
        """Make the copy what the working tree is; what is the same stays as old as it is."""
        git = ["git", "ls-files", "-coz", "--exclude-standard"]
        listed = subprocess.run(git, stdout=subprocess.PIPE, check=True).stdout.decode()
        names = {name for name in listed.split("\0") if name and Path(name).is_file()}
        for name in names:
            content = Path(name).read_bytes()
            if name == C_MANIFEST:
                assert C_LIBRARY in content, name
                content = content.replace(C_LIBRARY, C_LIBRARY + b'crate-type = ["cdylib"]\n')
            put(self.tree / name, content, Path(name).stat().st_mode)
        known = self.root / "names"
        for name in set(known.read_text().split("\0") if known.exists() else ()) - names:
            (self.tree / name).unlink(missing_ok=True)
        known.write_text("\0".join(names))

    def build(self) -> None:
        """Build core, and all that holds it."""
        log = self.log("build", "core")
        self.call(*BUILD, log=log)
        told = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
        made = [one for one in told if one.get("executable")]
        self.programs = {one["target"]["name"]: one["executable"] for one in made}
        # By the name that C links it by.
        given, wanted = "libtwiml_refer_c.so", "libtwiml_refer.so"
        shutil.copyfile(self.libraries / given, self.libraries / wanted)

    def bridge(self, language: str, out: Path, log: Path) -> None:
        """Generate the module of a language."""
        library = self.libraries / "libtwiml_refer_uniffi.so"
        self.call(*BINDGEN, language, "--out-dir", out, library, log=log)

    @contextlib.contextmanager
    def changed(self, file: str, change: Callable[[str], str]) -> Iterator[str]:
        """Change a file of the copy for a while: why that cannot be built, or nothing."""
        path = self.tree / file
        before = path.read_text()
        path.write_text(change(before))
        try:
            self.build()
            fault = ""
        except subprocess.CalledProcessError:
            told = self.log("build", "core").read_text().splitlines()
            fault = "\n".join(line for line in told if not line.startswith("{"))
        try:
            yield fault
        finally:
            path.write_text(before)

    def call(self, *command: str | Path, log: Path, **extra: str) -> None:
        """Run a command in the copy. What it prints goes to the log."""
        with open(log, "w") as file:
            subprocess.run(
                command,
                cwd=self.tree,
                env=self.environment | extra,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=True,
                timeout=MOST_SECONDS,
            )

    def log(self, name: str, of: str) -> Path:
        """The file for what is printed."""
        return self.root / "logs" / f"{name}.{of}"

    def fresh(self, *names: str) -> Path:
        """An empty folder."""
        folder = self.root.joinpath(*names)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    @contextlib.contextmanager
    def once(self, name: str, *inputs: str) -> Iterator[bool]:
        """Whether something has to be made: for the first time, or of what has changed since."""
        digest = hashlib.sha256()
        listed = (self.root / "names").read_text().split("\0")
        for file in sorted(listed):
            if file == "Cargo.lock" or file.startswith(inputs):
                digest.update(file.encode() + b"\0" + (self.tree / file).read_bytes())
        stamp = self.root / f"{name}.made"
        yield not stamp.exists() or stamp.read_text() != digest.hexdigest()
        stamp.write_text(digest.hexdigest())


def put(path: Path, content: bytes, mode: int) -> None:
    """Write a file, unless it is there."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
