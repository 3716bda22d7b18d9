// One request by the Common Gateway Interface (RFC 3875): it comes in the environment and on standard input.

import Foundation

struct CGIRequest {
    /// With its query, as it was asked for.
    let url: String
    let path: String
    let body: Data
    let signature: String?

    /// Reads the request of this process; `nil` if it is none, or longer than an app wants.
    init?(maxBodyBytes: Int) throws {
        let environment = ProcessInfo.processInfo.environment
        let length = Int(environment["CONTENT_LENGTH"] ?? "") ?? 0
        guard let host = environment["HTTP_HOST"], let uri = environment["REQUEST_URI"],
            (0...maxBodyBytes).contains(length)
        else { return nil }
        let isSecure = environment["HTTPS"] == "on" || environment["REQUEST_SCHEME"] == "https"
        url = "\(isSecure ? "https" : "http")://\(host)\(uri)"
        path = String(uri.prefix { $0 != "?" })
        body = length == 0 ? Data() : try FileHandle.standardInput.read(upToCount: length) ?? Data()
        signature = environment["HTTP_X_TWILIO_SIGNATURE"]
    }
}

/// Answers the request of this process.
func answer(_ status: String, _ body: String = "", type: String = "text/plain; charset=utf-8") {
    print("Status: \(status)\r\nContent-Type: \(type)\r\n\r\n\(body)", terminator: "")
}
