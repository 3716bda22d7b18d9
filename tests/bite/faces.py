"""The languages: how each is built once, and how it runs the vectors with the core that is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from workshop import Workshop

VECTORS = "tests/vectors"
# What an area or a module puts before the name of a test.
PREFIX = re.compile(r"^(test_|\w+::)")


class Broken(Exception):
    """A language that could not run is neither bitten nor not."""


def topic(test: str) -> str:
    """The topic of a test, by the name that its language has for it: `test_sip_uris`, `SipUris`."""
    words = re.sub(r"(?<=[a-z])([A-Z])", r"-\1", PREFIX.sub("", test))
    name = words.lower().replace("_", "-")
    return "transfer" if name == "transfers" else name


class Face:
    """A language. What differs: how it is built, its command, and how it says what failed."""

    name: str
    # The name of a failed test in what is printed.
    failed: re.Pattern[str]

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.tree, self.libraries = workshop.tree, workshop.libraries
        self.home = workshop.root / self.name
        self.home.mkdir(exist_ok=True)
        self.built = workshop.log("build", self.name)

    def build(self) -> None:
        """Build what does not change with core."""

    def command(self) -> list[str | Path]:
        """What runs the vectors, and fails if one of them does."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """Where core is found, above all."""
        return {"LD_LIBRARY_PATH": str(self.libraries)}

    def told(self, log: Path) -> set[str]:
        """The topics that failed."""
        return {topic(test) for test in self.failed.findall(log.read_text(errors="replace"))}

    def run(self, name: str) -> set[str]:
        """Run the vectors: the topics that failed."""
        log = self.workshop.log(name, self.name)
        extra = self.environment() | {
            "TWIML_REFER_LEDGER": str(self.workshop.fresh("ledger", self.name)),
            "TWIML_REFER_VECTORS": str(self.tree / VECTORS),
        }
        try:
            self.workshop.call(*self.command(), log=log, **extra)
        except subprocess.CalledProcessError:
            topics = self.told(log) & set(self.totals())
            if not topics:
                raise Broken(f"could not run; see {log}") from None
            return topics
        except subprocess.TimeoutExpired:
            raise Broken(f"did not end; see {log}") from None
        return set()

    def totals(self) -> dict[str, int]:
        """How many cases every topic has."""
        files = (self.tree / VECTORS).glob("*.json")
        cases = {file.stem: len(json.loads(file.read_text())["cases"]) for file in files}
        return cases | {"transfer": len(list((self.tree / VECTORS).glob("transfer/*.scenario")))}

    def ran(self) -> dict[str, int]:
        """How many cases of every topic it says that it ran, the last time."""
        files = (self.workshop.root / "ledger" / self.name).iterdir()
        return {file.name.partition(".")[2]: int(file.read_text()) for file in files}

    def missing(self) -> list[str]:
        """The topics of which it ran fewer cases than there are, the last time."""
        ran = self.ran()
        return sorted(topic for topic, cases in self.totals().items() if ran.get(topic) != cases)

    def carries(self, topics: set[str]) -> bool:
        """Whether one of these topics is run at all: a language runs every one."""
        return True


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

    def command(self) -> list[str | Path]:
        return [*super().command(), "vectors::"]

    def missing(self) -> list[str]:
        self.carried = set(self.ran())
        return [topic for topic in super().missing() if topic in self.carried or not self.carried]

    def carries(self, topics: set[str]) -> bool:
        return not topics or bool(topics & self.carried)


class Python(Face):
    name = "python"
    failed = re.compile(r"^FAILED \S*test_vectors\.py::(\w+)", re.MULTILINE)

    def build(self) -> None:
        with self.workshop.once(self.name, "bindings/python/python", "bindings/uniffi") as stale:
            if not stale:
                return
            package = self.workshop.fresh(self.name) / "twiml_refer"
            shutil.copytree(self.tree / "bindings/python/python/twiml_refer", package)
            self.workshop.bridge("python", package / "_native", log=self.built)
            (package / "_native/__init__.py").write_text("from .twiml_refer_uniffi import *\n")
            library = "libtwiml_refer_uniffi.so"
            (package / "_native" / library).symlink_to(self.libraries / library)

    def command(self) -> list[str | Path]:
        python = self.workshop.cache / "python/tools/bin/python"
        here = self.tree / "bindings/python"
        options = ["-B", "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={here}"]
        return [python, *options, here / "tests/test_vectors.py"]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.home)}


class Kotlin(Face):
    name = "kotlin"
    tests = Path("bindings/kotlin/tests")

    def maven(self, *goals: str) -> list[str | Path]:
        repository = f"-Dmaven.repo.local={self.home / 'repository'}"
        return ["mvn", "-B", "-ntp", repository, "-f", self.tests / "pom.xml", *goals]

    def build(self) -> None:
        with self.workshop.once(self.name, "bindings/kotlin", "bindings/uniffi") as stale:
            if not stale:
                return
            repository = self.home / "repository"
            if not repository.exists():
                shutil.copytree(self.workshop.cache / "kotlin/repository", repository)
            self.workshop.call("bindings/kotlin/build", repository, log=self.built)
            # The samples are no vectors.
            (self.tree / self.tests / "target/samples").mkdir(parents=True, exist_ok=True)
            self.workshop.call(*self.maven("test-compile"), log=self.built)

    def command(self) -> list[str | Path]:
        shutil.rmtree(self.tree / self.tests / "target/surefire-reports", ignore_errors=True)
        return self.maven("surefire:test", "-Dtest=VectorsTest,TransferVectorsTest")

    def environment(self) -> dict[str, str]:
        return {"JAVA_TOOL_OPTIONS": f"-Djna.library.path={self.libraries}"}

    def told(self, log: Path) -> set[str]:
        reports = (self.tree / self.tests / "target/surefire-reports").glob("TEST-*.xml")
        return {
            topic(re.split(r"\W", case.get("name", ""), maxsplit=1)[0])
            for report in reports
            for case in ElementTree.parse(report).iter("testcase")
            if case.find("failure") is not None or case.find("error") is not None
        }


class Swift(Face):
    name = "swift"
    failed = re.compile(r"Test (\w+)\(\) failed after")
    # Those that run the vectors, and what they need.
    sources = ("Cases", "Getters", "VectorTests", "TransferVectorTests")

    def swift(self, *arguments: str) -> list[str | Path]:
        # The toolchain sees the checkout that this is called from, and with it the copy.
        toolchain = Path("bindings/swift/tests/toolchain").absolute()
        return [toolchain, "swift", *arguments, "--package-path", self.home / "tests"]

    def build(self) -> None:
        with self.workshop.once(self.name, "bindings/swift", "bindings/uniffi") as stale:
            if not stale:
                return
            out = self.workshop.fresh(self.name) / "out"
            self.workshop.call("bindings/swift/build", out, log=self.built)
            archive = next(out.glob("twiml-refer-swift-*.tar.gz"))
            self.workshop.call("tar", "-C", self.home, "-xzf", archive, log=self.built)
            tests = self.tree / "bindings/swift/tests"
            (self.home / "tests/Tests").mkdir(parents=True)
            for source in ("Package.swift", *(f"Tests/{name}.swift" for name in self.sources)):
                shutil.copyfile(tests / source, self.home / "tests" / source)
            # What is linked with a shared library need not be linked again for another core.
            (out / "lib/libtwiml_refer_uniffi.a").unlink()
            shutil.copy(self.libraries / "libtwiml_refer_uniffi.so", out / "lib")
            build = self.swift("build", "--build-tests", "-j", "2")
            self.workshop.call(*build, log=self.built, **self.environment())

    def command(self) -> list[str | Path]:
        return self.swift("test", "--skip-build", "--disable-xctest", "--filter", "VectorTests")

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PKG_CONFIG_PATH": str(self.home / "out/lib/pkgconfig")}


class C(Face):
    name = "c"
    failed = re.compile(r"^([a-z-]+): .+: .+", re.MULTILINE)
    compiler: tuple[str, ...] = ("gcc", "-std=c11", "-D_POSIX_C_SOURCE=200809L")
    sources: tuple[str, ...] = ("vectors.c", "documents.c", "transfers.c")
    links: tuple[str, ...] = ("-ljansson",)

    def build(self) -> None:
        with self.workshop.once(self.name, "bindings/c/include", "bindings/c/tests") as stale:
            if not stale:
                return
            sources = [self.tree / "bindings/c/tests" / source for source in self.sources]
            places = [f"-I{self.tree / 'bindings/c/include'}", f"-L{self.libraries}"]
            made = ["-o", str(self.home / "vectors"), "-ltwiml_refer", *self.links]
            self.workshop.call(*self.compiler, *sources, *places, *made, log=self.built)

    def command(self) -> list[str | Path]:
        return [self.home / "vectors", self.tree / VECTORS]


class Cpp(C):
    name = "cpp"
    failed = re.compile(r"^\[  FAILED  \] Vectors\.(\w+)", re.MULTILINE)
    compiler = ("g++", "-std=c++17")
    sources = ("vectors.cpp", "transfers.cpp")
    links = ("-lgtest_main", "-lgtest", "-pthread")

    def command(self) -> list[str | Path]:
        return [self.home / "vectors", "--gtest_brief=1"]


def faces(workshop: Workshop) -> list[Face]:
    """All of them, in the order of the table."""
    return [face(workshop) for face in (Rust, Command, Python, Kotlin, Swift, C, Cpp)]
