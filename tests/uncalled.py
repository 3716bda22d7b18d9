"""Lists the public functions of core that no test calls, and fails if there are any.

`uncalled.py PROFILES`, with the folder of what the tests counted, in their environment.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

PUBLIC = re.compile(r"^\s*pub (?:const )?fn (\w+)")
CALLED = re.compile(r"^  (\S+):\n    Hash: .*\n    Counters: .*\n    Function count: [1-9]", re.MULTILINE)


def plain(name: str) -> str:
    """A mangled name without what differs between two builds of a crate."""
    return re.sub(r"Cs\w+?_(?=\d)|B\w*?_", "", name.split(":")[-1])


def output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(profiles: Path) -> None:
    # The tools of LLVM that belong to this compiler: others cannot read what it counts.
    [tools] = Path(output("rustc", "--print", "sysroot").strip()).glob("lib/rustlib/*/bin/llvm-cov")
    profdata, merged = tools.with_name("llvm-profdata"), profiles / "merged"
    output(profdata, "merge", "-sparse", "-o", merged, *profiles.glob("*.profraw"))
    build = ("cargo", "test", "-q", "-p", "twiml-refer", "--all-features", "--no-run", "--message-format=json")
    messages = map(json.loads, output(*build).splitlines())
    objects = [f"-object={path}" for message in messages if (path := message.get("executable"))]
    counted = json.loads(output(tools, "export", "--skip-expansions", f"-instr-profile={merged}", *objects))
    # What only a doctest calls is in none of these programs: its calls are known by its name.
    shown = output(profdata, "show", "--all-functions", merged)
    called = {plain(name) for name in re.findall(CALLED, shown)}

    # A function is in several programs, and a generic one is there for each type: one call is enough.
    places = {
        (function["filenames"][0], function["regions"][0][0])
        for function in counted["data"][0]["functions"]
        if function["count"] or plain(function["name"]) in called
    }
    uncalled = []
    for file in sorted(Path("core/src").absolute().rglob("*.rs")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            found = PUBLIC.match(line)
            if found and (str(file), number) not in places:
                uncalled.append(f"{os.path.relpath(file)}:{number}: {found[1]}")
    print("public functions of core that no test calls:", *(uncalled or ["none"]), sep="\n  ")
    raise SystemExit(bool(uncalled))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
