"""Checks what goes to Maven Central: `python maven.py STEM NATIVES`.

STEM.pom tells what Central demands, the jars beside it hold what they should, and the libraries in the
main one are those of the folder NATIVES, all of them.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

DEMANDED = [
    "name",
    "description",
    "url",
    "licenses/license/name",
    "licenses/license/url",
    "developers/developer/name",
    "developers/developer/organizationUrl",
    "scm/connection",
    "scm/developerConnection",
    "scm/url",
]
LEAST_PAGES = 100


def main() -> None:
    stem, natives = sys.argv[1], Path(sys.argv[2])
    project = ElementTree.parse(f"{stem}.pom").getroot()
    space = {"": "http://maven.apache.org/POM/4.0.0"}
    for path in DEMANDED:
        assert (project.findtext(path, "", space) or "").strip(), f"the pom does not say {path}"
    for dependency in project.findall("dependencies/dependency", space):
        assert dependency.findtext("version", "", space), "a dependency has no version"

    jar = zipfile.ZipFile(f"{stem}.jar")
    names = set(jar.namelist())
    assert {"META-INF/LICENSE-MIT", "META-INF/LICENSE-APACHE"} <= names, names
    libraries = {str(file.relative_to(natives)): file for file in natives.glob("*/*")}
    inside = {name for name in names if "libtwiml_refer" in name}
    assert inside == set(libraries) and libraries, (inside, libraries)
    for name, file in libraries.items():
        assert jar.read(name) == file.read_bytes(), f"{name} is not the library of {natives}"

    face = Path(__file__).parents[2] / "bindings/kotlin/src/main/kotlin/dev/twimlrefer"
    sources = {Path(name).name for name in zipfile.ZipFile(f"{stem}-sources.jar").namelist()}
    lacking = {file.name for file in face.glob("*.kt")} - sources
    assert not lacking, lacking
    pages = zipfile.ZipFile(f"{stem}-javadoc.jar").namelist()
    html = [page for page in pages if page.endswith(".html")]
    assert "index.html" in pages and len(html) >= LEAST_PAGES, len(html)
    print(f"Maven: {', '.join(sorted(inside))}; {len(html)} pages")


if __name__ == "__main__":
    main()
