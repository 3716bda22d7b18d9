# Makes a test of each example: the blocks ```swift of README files, and those of `///` comments. What a line
# `print(…)  // text` prints must be that text.
function begin() {
    inside = 1
    count++
    body = ""
    expected = ""
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\..*/, "", name)
    title = name "_" FNR
}
function finish() {
    inside = 0
    if (body ~ /import PackageDescription/) return
    printf "    @Test func %s() throws {\n", title
    print "        var printed: [String] = []"
    print "        func print(_ items: Any...) { printed.append(items.map { \"\\($0)\" }.joined(separator: \" \")) }"
    printf "%s", body
    printf "        #expect(printed == [%s])\n    }\n\n", expected
}
BEGIN {
    print "// Generated from the documentation.\n\nimport Foundation\nimport Testing\nimport TwimlRefer\n"
    print "@Suite struct Examples {"
}
FNR == 1 { markdown = FILENAME ~ /\.md$/ }
{
    line = $0
    if (!markdown && !sub(/^ *\/\/\/ ?/, "", line)) {
        if (inside) { print FILENAME ": an example has no end" >"/dev/stderr"; exit 1 }
        next
    }
}
line ~ /^```swift$/ { begin(); next }
line ~ /^```/ && inside { finish(); next }
inside && line ~ /^import TwimlRefer$/ { next }
inside {
    body = body "        " line "\n"
    if (line ~ /print\(.*\)  \/\/ /) {
        text = line
        sub(/.*\)  \/\/ /, "", text)
        gsub(/\\/, "\\\\", text)
        gsub(/"/, "\\\"", text)
        expected = expected "\n            \"" text "\","
    }
}
END {
    print "}"
    if (!count) exit 1
}
