"""The languages: how each is built once, and how it runs the vectors with the core that stands there then."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from workshop import Workshop

VECTORS = Path("tests/vectors")
PREFIXES = re.compile(r"^(test_|vectors::|documents::|uris::|webhooks::|transfers::)")


class Broken(Exception):
    """A face that could not run is neither bitten nor not."""


def totals() -> dict[str, int]:
    """How many cases every topic has."""
    made = {file.stem: len(json.loads(file.read_text())["cases"]) for file in VECTORS.glob("*.json")}
    return made | {"transfer": len(list((VECTORS / "transfer").glob("*.scenario")))}


def topic(test: str) -> str:
    """The topic of a test, by the name that a language has for it: `test_sip_uris`, `SipUris`."""
    words = re.sub(r"(?<=[a-z])([A-Z])", r"-\1", PREFIXES.sub("", test))
    return {"transfers": "transfer"}.get(found := words.lower().replace("_", "-"), found)


class Face:
    """A language. What differs: `build`, `command`, and where it says what failed."""

    name: str
    # A failed test in what it prints.
    failed: re.Pattern[str]

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.tree, self.libraries = workshop.tree, workshop.libraries
        self.home = workshop.root / self.name
        self.ledger = self.home
        self.home.mkdir(exist_ok=True)

    def build(self) -> None:
        """Build what does not change with core."""

    def command(self) -> list[str | Path]:
        """What runs the vectors; it fails if one of them does."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": str(self.libraries)}

    def told(self, log: Path) -> set[str]:
        """The topics that failed."""
        return {topic(test) for test in self.failed.findall(log.read_text(errors="replace"))}

    def run(self, ledger: Path, log: Path) -> set[str]:
        """Run the vectors: the topics that failed."""
        self.ledger = ledger
        extra = self.environment() | {
            "TWIML_REFER_LEDGER": str(ledger),
            "TWIML_REFER_VECTORS": str(self.tree / VECTORS),
        }
        try:
            self.workshop.call(*self.command(), log=log, **extra)
        except subprocess.CalledProcessError:
            topics = self.told(log) & set(totals())
            if not topics:
                raise Broken(f"could not run; see {log}") from None
            return topics
        except subprocess.TimeoutExpired:
            raise Broken(f"did not end; see {log}") from None
        return set()

    def carries(self, topics: set[str]) -> bool:
        """Whether one of these topics is run at all: a language runs all."""
        return True

    def missing(self) -> list[str]:
        """The topics of which it ran fewer than there are, the last time."""
        return sorted(each for each, cases in totals().items() if self.ran(each) != cases)

    def ran(self, topic: str) -> int:
        """How many cases of a topic it ran, the last time."""
        file = self.ledger / f"{self.name}.{topic}"
        return int(file.read_text()) if file.exists() else 0


class Rust(Face):
    name = "rust"
    test = "vectors"
    failed = re.compile(r"^test (\S+) \.\.\. FAILED$", re.MULTILINE)

    def command(self) -> list[str | Path]:
        return [self.workshop.programs[self.test]]


class Command(Rust):
    """The command is no language: it runs the topics that it can carry."""

    name = "cli"
    test = "cli"
    carried: set[str] = set()

    def command(self) -> list[str | Path]:
        return [*super().command(), "vectors::"]

    def carries(self, topics: set[str]) -> bool:
        return not topics or bool(topics & self.carried)

    def missing(self) -> list[str]:
        self.carried = {file.name.removeprefix("cli.") for file in self.ledger.iterdir()}
        return [each for each in super().missing() if each in self.carried or not self.carried]


class Python(Face):
    name = "python"
    failed = re.compile(r"^FAILED \S*test_vectors\.py::(\w+)", re.MULTILINE)

    def build(self) -> None:
        package = self.workshop.fresh(self.name) / "twiml_refer"
        shutil.copytree(self.tree / "bindings/python/python/twiml_refer", package)
        self.workshop.bridge("python", package / "_native")
        (package / "_native/__init__.py").write_text("from .twiml_refer_uniffi import *\n")
        library = "libtwiml_refer_uniffi.so"
        (package / "_native" / library).symlink_to(self.libraries / library)

    def command(self) -> list[str | Path]:
        python = self.workshop.cache / "python/tools/bin/python"
        where = f"--rootdir={self.tree / 'bindings/python'}"
        tests = self.tree / "bindings/python/tests/test_vectors.py"
        return [python, "-B", "-m", "pytest", "-p", "no:cacheprovider", where, tests]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.home)}


class Kotlin(Face):
    name = "kotlin"
    tests = Path("bindings/kotlin/tests")

    def maven(self) -> list[str | Path]:
        repository = f"-Dmaven.repo.local={self.home / 'repository'}"
        return ["mvn", "-B", "-ntp", "-o", repository, "-f", self.tests / "pom.xml"]

    def build(self) -> None:
        with self.workshop.once("kotlin", "bindings/kotlin", "bindings/uniffi") as stale:
            if not stale:
                return
            repository = self.home / "repository"
            if not repository.exists():
                shutil.copytree(self.workshop.cache / "kotlin/repository", repository)
            log = self.workshop.log("build", self.name)
            self.workshop.call("bindings/kotlin/build", repository, log=log)
            (self.tree / self.tests / "target/samples").mkdir(parents=True, exist_ok=True)
            self.workshop.call(*self.maven(), "test-compile", log=log)

    def command(self) -> list[str | Path]:
        shutil.rmtree(self.tree / self.tests / "target/surefire-reports", ignore_errors=True)
        return [*self.maven(), "surefire:test", "-Dtest=VectorsTest,TransferVectorsTest"]

    def environment(self) -> dict[str, str]:
        return {"JAVA_TOOL_OPTIONS": f"-Djna.library.path={self.libraries}"}

    def told(self, log: Path) -> set[str]:
        reports = (self.tree / self.tests / "target/surefire-reports").glob("TEST-*.xml")
        return {
            topic(re.match(r"\w+", case.get("name", "")).group())
            for report in reports
            for case in ElementTree.parse(report).iter("testcase")
            if case.find("failure") is not None or case.find("error") is not None
        }


class Swift(Face):
    name = "swift"
    failed = re.compile(r"Test (\w+)\(\) failed after")
    # Those that run the vectors, and what they need.
    sources = ["Cases", "Getters", "VectorTests", "TransferVectorTests"]

    def where_swift_is(self) -> list[str | Path]:
        # That of the checkout: what it lets see holds the copy.
        return [Path("bindings/swift/tests/toolchain").absolute()]

    def build(self) -> None:
        out, log = self.home / "out", self.workshop.log("build", self.name)
        with self.workshop.once("swift", "bindings/swift", "bindings/uniffi") as stale:
            if not stale:
                return
            self.workshop.fresh(self.name)
            self.workshop.call("bindings/swift/build", out, log=log)
            archive = next(out.glob("twiml-refer-swift-*.tar.gz"))
            self.workshop.call("tar", "-C", self.home, "-xzf", archive, log=log)
            given = self.tree / "bindings/swift/tests"
            (self.home / "tests/Tests").mkdir(parents=True)
            for source in ["Package.swift", *(f"Tests/{name}.swift" for name in self.sources)]:
                shutil.copyfile(given / source, self.home / "tests" / source)
            # Only the shared library can be changed for another after linking.
            (out / "lib/libtwiml_refer_uniffi.a").unlink()
            shutil.copy(self.libraries / "libtwiml_refer_uniffi.so", out / "lib")
            self.workshop.call(
                *self.where_swift_is(),
                *["swift", "build", "-j", "2", "--build-tests", "--package-path", self.home / "tests"],
                log=log,
                **self.environment(),
            )

    def command(self) -> list[str | Path]:
        swift = ["swift", "test", "--skip-build", "--disable-xctest", "--package-path", self.home / "tests"]
        return [*self.where_swift_is(), *swift, "--filter", "VectorTests|transfers"]

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PKG_CONFIG_PATH": str(self.home / "out/lib/pkgconfig")}


class C(Face):
    name = "c"
    failed = re.compile(r"^([a-z-]+): .+: .+", re.MULTILINE)
    compiler = ["gcc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-g"]
    sources = ["vectors.c", "documents.c", "transfers.c"]
    links = ["-ljansson"]

    def build(self) -> None:
        with self.workshop.once(self.name, "bindings/c/include", "bindings/c/tests") as stale:
            if not stale:
                return
            tests = self.tree / "bindings/c/tests"
            include, library = f"-I{self.tree / 'bindings/c/include'}", f"-L{self.libraries}"
            self.workshop.call(
                *self.compiler,
                *(tests / source for source in self.sources),
                *["-o", self.home / "vectors", include, library, "-ltwiml_refer", *self.links],
                log=self.workshop.log("build", self.name),
            )

    def command(self) -> list[str | Path]:
        return [self.home / "vectors", self.tree / VECTORS]


class Cpp(C):
    name = "cpp"
    failed = re.compile(r"^\[  FAILED  \] Vectors\.(\w+)", re.MULTILINE)
    compiler = ["g++", "-std=c++17"]
    sources = ["vectors.cpp", "transfers.cpp"]
    links = ["-lgtest_main", "-lgtest", "-pthread"]

    def command(self) -> list[str | Path]:
        return [self.home / "vectors", "--gtest_brief=1"]


def faces(workshop: Workshop) -> list[Face]:
    return [face(workshop) for face in (Rust, Command, Python, Kotlin, Swift, C, Cpp)]
