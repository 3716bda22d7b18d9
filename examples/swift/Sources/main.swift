// The transfer app behind any web server that runs CGI programs: `lighttpd.conf` is for one. The auth token
// is in TWILIO_AUTH_TOKEN; PUBLIC_BASE is how Twilio reaches the app: scheme, host, port and the path prefix
// that a gateway strips.

import Foundation
import TwimlRefer

/// Writes a line of the log.
@Sendable func log(_ line: String) {
    FileHandle.standardError.write(Data("WARN \(line)\n".utf8))
}

/// The document for a verified request; `nil` if there is no such route.
func response(to request: VoiceRequest, path: String) throws -> VoiceResponse? {
    switch path {
    case "/voice": try IVR.welcome()
    case "/choice": try IVR.chosen(request.digits)
    case "/transferred": try IVR.transferred(request.outcome)
    default: nil
    }
}

do {
    let environment = ProcessInfo.processInfo.environment
    let validator = try RequestValidator(
        environment["TWILIO_AUTH_TOKEN"] ?? "", publicBase: environment["PUBLIC_BASE"] ?? "")
    let verifier = try HttpVerifier(validator, log: log)

    let request = CGIRequest()
    try verifier.checkHead(method: request.method, target: request.target, headers: request.headers)
    let verified = try verifier.verify(
        method: request.method, target: request.target, headers: request.headers,
        body: request.body(upTo: verifier.maxBodyBytes + 1))
    if let response = try response(to: verified, path: request.path) {
        answer(200, response.xml, type: "text/xml; charset=utf-8")
    } else {
        answer(404)
    }
} catch let rejection as HttpRejection {
    answer(rejection.status, allow: rejection.allow)
} catch {
    log("\(error)")
    answer(500)
}
