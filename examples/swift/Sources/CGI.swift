// One request by the Common Gateway Interface (RFC 3875): it comes in the environment and on standard input.

import Foundation

struct CGIRequest {
    let method: String
    /// Path and query, as they came on the wire.
    let target: String
    /// The path without its escapes.
    let path: String
    let body: Data
    let signature: String?

    /// Reads the request of this process, and of its body at most so many bytes.
    init(upToBodyBytes most: Int) throws {
        let environment = ProcessInfo.processInfo.environment
        method = environment["REQUEST_METHOD"] ?? ""
        target = environment["REQUEST_URI"] ?? ""
        let escaped = String(target.prefix { $0 != "?" })
        path = escaped.removingPercentEncoding ?? escaped
        let length = min(Int(environment["CONTENT_LENGTH"] ?? "") ?? 0, most)
        body = length > 0 ? try FileHandle.standardInput.read(upToCount: length) ?? Data() : Data()
        signature = environment["HTTP_X_TWILIO_SIGNATURE"]
    }
}

/// Answers the request of this process.
func answer(
    _ status: String, _ body: String = "", type: String = "text/plain; charset=utf-8", headers: String = ""
) {
    print("Status: \(status)\r\nContent-Type: \(type)\r\n\(headers)\r\n\(body)", terminator: "")
}
