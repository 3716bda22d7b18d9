// The transfer app behind any web server that runs CGI programs: `lighttpd.conf` is for one. The auth token
// is in TWILIO_AUTH_TOKEN; PUBLIC_BASE is how Twilio reaches the app: scheme, host, port and the path prefix
// that a gateway strips.

import Foundation
import TwimlRefer

func respond(to request: CGIRequest) throws -> VoiceResponse? {
    let environment = ProcessInfo.processInfo.environment
    let validator = try RequestValidator(
        environment["TWILIO_AUTH_TOKEN"] ?? "", publicBase: environment["PUBLIC_BASE"] ?? "")
    let verified = try validator.verify(
        .post, url: request.target, body: request.body, signature: request.signature)
    switch request.path {
    case "/voice": return try IVR.welcome()
    case "/choice": return try IVR.chosen(verified.digits)
    case "/transferred": return try IVR.transferred(verified.outcome)
    default: return nil
    }
}

do {
    // One byte more than the validator accepts: a longer body is refused without being read.
    let request = try CGIRequest(upToBodyBytes: 65_537)
    if request.method != "POST" {
        answer("405 Method Not Allowed", headers: "Allow: POST\r\n")
    } else if let response = try respond(to: request) {
        answer("200 OK", response.xml, type: "text/xml; charset=utf-8")
    } else {
        answer("404 Not Found")
    }
} catch let error as TwimlReferError {
    switch error.kind {
    case .requestTooLarge: answer("413 Content Too Large", error.message)
    case .signatureMissing, .signatureMismatch: answer("403 Forbidden")
    case .requestNotUtf8: answer("400 Bad Request", error.message)
    default: failed(error)
    }
} catch {
    failed(error)
}

func failed(_ error: any Error) {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    answer("500 Internal Server Error")
}
