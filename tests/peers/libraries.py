"""The libraries, each behind its driver: a program that answers a line of JSON with a line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass
class Library:
    name: str
    version: str
    command: list[str]
    installed: Path
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
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO")}
        return inherited | {"PYTHONDONTWRITEBYTECODE": "1"} | self.environment

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
        return sum(
            path.stat().st_size
            for path in files
            if path.is_file() and "__pycache__" not in path.parts
        ) / 1e6


def libraries(cache: Path, versions: dict[str, str]) -> dict[str, Library]:
    def rust(key: str, name: str) -> Library:
        program = cache / "rust/release" / key
        return Library(name, versions[key], [str(program)], program)

    def python(key: str, name: str, script: str) -> Library:
        installed = cache / "python" / key
        path = {"PYTHONPATH": str(installed)}
        return Library(name, versions[key], ["python3", str(HERE / "python" / script)], installed, path)

    node = cache / "node/node_modules"
    java = cache / "java"
    go = cache / "go/official"
    return {
        "ours": rust("ours", "ours (Rust)"),
        "ours_python": python("ours_python", "ours (Python)", "ours.py"),
        "python": python("python", "Python", "official.py"),
        "node": Library(
            "Node", versions["node"], ["node", str(HERE / "node/official.js")], node, {"NODE_PATH": str(node)}
        ),
        "java": Library(
            "Java", versions["java"], ["java", "-cp", f"{java}/classes:{java}/lib/*", "Official"], java / "lib"
        ),
        "go": Library("Go", versions["go"], [str(go)], go),
        "twiml_rust": rust("twiml_rust", "`twiml-rust`"),
        "twilio": rust("twilio", "`twilio` (Rust)"),
    }
