// One request by the Common Gateway Interface (RFC 3875): it comes in the environment and on standard input.

import Foundation

struct CGIRequest {
    let method: String
    /// Path and query, as they came on the wire.
    let target: String
    /// The path without its escapes.
    let path: String
    let headers: [(name: String, value: String)]

    /// The request of this process, but for its body.
    init() {
        let environment = ProcessInfo.processInfo.environment
        method = environment["REQUEST_METHOD"] ?? ""
        target = environment["REQUEST_URI"] ?? ""
        let escaped = String(target.prefix { $0 != "?" })
        path = escaped.removingPercentEncoding ?? escaped
        headers = environment.compactMap { variable, value -> (name: String, value: String)? in
            if variable == "CONTENT_LENGTH", !value.isEmpty { return ("Content-Length", value) }
            guard variable.hasPrefix("HTTP_") else { return nil }
            return (String(variable.dropFirst(5)).replacing("_", with: "-"), value)
        }
    }

    /// Reads the body, at most so many bytes of it; `nil` if it ends before its `Content-Length`.
    func body(upTo most: Int) throws -> Data? {
        let length = min(headers.first { $0.name == "Content-Length" }.flatMap { Int($0.value) } ?? 0, most)
        guard length > 0 else { return Data() }
        let body = try FileHandle.standardInput.read(upToCount: length)
        return body?.count == length ? body : nil
    }
}

/// Answers the request of this process.
func answer(
    _ status: Int, _ body: String = "", type: String = "text/plain; charset=utf-8", allow: String? = nil
) {
    let allow = allow.map { "Allow: \($0)\r\n" } ?? ""
    print("Status: \(status) \r\nContent-Type: \(type)\r\n\(allow)\r\n\(body)", terminator: "")
}
