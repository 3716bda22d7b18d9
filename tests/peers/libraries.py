"""The libraries, each behind its driver: a program that answers lines of JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass
class Library:
    name: str
    package: str
    command: list[str]
    installed: Path = Path()
    environment: dict[str, str] = field(default_factory=dict)
    process: Any = None

    def start(self, errors: Any) -> None:
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=self.full_environment(),
            text=True,
            encoding="utf-8",
        )

    def full_environment(self) -> dict[str, str]:
        # No token that lies about may help a library.
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("TWILIO")
        }
        return inherited | self.environment

    def ask(self, request: dict[str, Any]) -> Any:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the driver of {self.name} ended at {request.get('name', request)}")
        return json.loads(line)

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    def size(self) -> float:
        """Megabytes on disk, without what Python compiles by itself."""
        files = [self.installed] if self.installed.is_file() else self.installed.rglob("*")
        return (
            sum(
                path.stat().st_size
                for path in files
                if path.is_file() and "__pycache__" not in path.parts
            )
            / 1e6
        )


def pinned(package: str, file: str, before: str) -> str:
    """The package with the version that its own client is told to fetch."""
    found = re.search(before + r"([0-9.]+)", (HERE / file).read_text())
    if not found:
        raise SystemExit(f"peers: {file} pins no {package}")
    return f"`{package}` {found[1]}"


def libraries(cache: Path) -> dict[str, Library]:
    """Ours first: the crate with every job, the Python package for its speed alone."""
    our = "../../Cargo.toml", r'version = "'
    node = cache / "node/node_modules"
    java = cache / "java"
    go = cache / "go/official"

    def rust(name: str, program: str, package: str) -> Library:
        path = cache / "rust/release" / program
        return Library(name, package, [str(path)], path)

    def python(name: str, installed: str, script: str, package: str) -> Library:
        path = cache / "python" / installed
        command = [sys.executable, "-B", str(HERE / "python" / script)]
        return Library(name, package, command, path, {"PYTHONPATH": str(path)})

    return {
        "ours": rust("ours", "ours", pinned("twiml-refer", *our)),
        "ours_python": python("ours (Python)", "ours", "ours.py", pinned("twiml-refer", *our)),
        "python": python(
            "Python",
            "official",
            "official.py",
            pinned("twilio", "python/requirements.txt", "twilio=="),
        ),
        "node": Library(
            "Node",
            pinned("twilio", "node/package.json", '"twilio": "'),
            ["node", str(HERE / "node/official.js")],
            node,
            {"NODE_PATH": str(node)},
        ),
        "java": Library(
            "Java",
            pinned(
                "com.twilio.sdk:twilio",
                "java/pom.xml",
                r"<artifactId>twilio</artifactId>\s*<version>",
            ),
            ["java", "-cp", f"{java}/classes:{java}/lib/*", "Official"],
            java / "lib",
        ),
        "go": Library(
            "Go", pinned("github.com/twilio/twilio-go", "go/go.mod", "twilio-go v"), [str(go)], go
        ),
        "twiml_rust": rust(
            "`twiml-rust`", "twiml_rust", pinned("twiml-rust", "rust/Cargo.toml", 'twiml-rust = "=')
        ),
        "twilio": rust("`twilio`", "twilio", pinned("twilio", "rust/Cargo.toml", '\ntwilio = "=')),
    }
