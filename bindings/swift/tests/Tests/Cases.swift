// Where the vectors are, and how many of them ran.

import Foundation
import Synchronization
import Testing
import TwimlRefer

typealias Case = [String: Any]

let environment = ProcessInfo.processInfo.environment
let vectors = URL(fileURLWithPath: environment["TWIML_REFER_VECTORS"] ?? "../../../tests/vectors")

/// Runs every case of a topic; an error must be that of the case, word for word.
func run(_ topic: String, _ check: (Case) throws -> Void) throws {
    let file = try Data(contentsOf: vectors.appending(path: "\(topic).json"))
    let whole = try #require(try JSONSerialization.jsonObject(with: file) as? Case)
    let cases = try #require(whole["cases"] as? [Case])
    try #require(!cases.isEmpty)
    for one in cases {
        named("\(topic): \(one["name"] ?? "")") {
            guard let expected = one["error"] as? Case else {
                try check(one)
                return
            }
            do {
                try check(one)
                Issue.record("accepted, but must be refused")
            } catch let error as TwimlReferError {
                #expect(same(place(of: error, like: expected), expected), "\(error)")
            }
        }
    }
    try report(topic, cases.count)
}

/// Runs one case of many: prints its name if it fails, which its expectations do not, and lets the others run.
func named(_ name: String, _ run: () throws -> Void) {
    do {
        try withKnownIssue(isIntermittent: true) {
            try run()
        } matching: { _ in
            print("failed: \(name)")
            return false
        }
    } catch {
        Issue.record("\(name): \(error)")
    }
}

/// Writes how many cases of a topic ran.
func report(_ topic: String, _ ran: Int) throws {
    guard let coverage = environment["TWIML_REFER_COVERAGE"] else { return }
    try String(ran).write(
        toFile: "\(coverage)/swift.\(topic)", atomically: true, encoding: .utf8)
}

/// The input under this key: as text, in repeated parts, or as bytes.
func given(_ one: Case, _ key: String) -> [UInt8] {
    if let parts = one["\(key)_parts"] as? [[Any]] {
        return parts.flatMap { part in
            Array(String(repeating: part[0] as? String ?? "", count: part[1] as? Int ?? 0).utf8)
        }
    }
    if let hex = one["\(key)_hex"] as? String {
        return stride(from: 0, to: hex.utf8.count, by: 2).map { at in
            let start = hex.index(hex.startIndex, offsetBy: at)
            return UInt8(hex[start...].prefix(2), radix: 16) ?? 0
        }
    }
    return Array((one[key] as? String ?? "").utf8)
}

func text(_ one: Case, _ key: String) -> String {
    String(decoding: given(one, key), as: UTF8.self)
}

/// Pairs of a case; what has no value has an empty one.
func pairs(_ pairs: Any?) -> NameValuePairs {
    NameValuePairs(
        (pairs as? [[Any]] ?? []).map { NameValuePair($0[0] as? String ?? "", $0[1] as? String ?? "") })
}

func json(_ pairs: NameValuePairs) -> [[String]] { pairs.map { [$0.name, $0.value] } }

/// A value as JSON has it.
func json(_ value: (some Any)?) -> Any {
    if let value { value } else { NSNull() }
}

/// Whether both are the same in JSON.
func same(_ one: Any, _ other: Any) -> Bool {
    func written(_ value: Any) -> Data? {
        try? JSONSerialization.data(withJSONObject: ["value": value], options: .sortedKeys)
    }
    return written(one) == written(other) && written(one) != nil
}

private func place(of error: TwimlReferError, like expected: Case) -> Case {
    let whole: Case = [
        "kind": error.kind.rawValue, "message": error.message, "offset": json(error.offset),
        "line": json(error.line), "column": json(error.column), "number": json(error.number),
        "parameter": json(error.parameter),
    ]
    return whole.filter { expected.keys.contains($0.key) }
}

/// Lines of a log.
final class Lines: Sendable {
    private let written = Mutex([String]())

    var all: [String] { written.withLock { $0 } }

    func add(_ line: String) {
        written.withLock { $0.append(line) }
    }
}
