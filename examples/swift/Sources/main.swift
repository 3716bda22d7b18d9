// The transfer app behind any web server that runs CGI programs: `lighttpd.conf` is for one. The auth token
// is in TWILIO_AUTH_TOKEN; PUBLIC_BASE is how Twilio reaches the app: scheme, host, port and the path prefix
// that a gateway strips.

import Foundation
import TwimlRefer

/// The request, if Twilio signed it: the method is that of the route.
func verified(_ method: TwimlRefer.Method, _ request: CGIRequest) throws -> ReferCallback {
    let environment = ProcessInfo.processInfo.environment
    let validator = try RequestValidator(
        environment["TWILIO_AUTH_TOKEN"] ?? "", publicBase: environment["PUBLIC_BASE"] ?? "")
    return try validator.verify(
        method, url: request.target, body: request.body, signature: request.signature)
}

func respond(to request: CGIRequest) throws -> VoiceResponse? {
    switch (request.method, request.path) {
    case ("POST", "/voice"):
        _ = try verified(.post, request)
        return try IVR.welcome()
    case ("GET", "/choice"):
        return try IVR.chosen(verified(.get, request).parameters.first(named: "Digits"))
    case ("POST", "/transferred"):
        return try IVR.transferred(verified(.post, request).outcome)
    default:
        return nil
    }
}

do {
    // One byte more than the validator takes: what is longer is refused without being read.
    if let request = try CGIRequest(upToBodyBytes: 65_537), let response = try respond(to: request) {
        answer("200 OK", response.xml, type: "text/xml; charset=utf-8")
    } else {
        answer("404 Not Found")
    }
} catch let error as TwimlReferError {
    switch error.category {
    case .requestTooLarge: answer("413 Content Too Large", error.message)
    case .signatureMissing, .signatureMismatch: answer("403 Forbidden")
    case .request: answer("400 Bad Request", error.message)
    default: failed(error)
    }
} catch {
    failed(error)
}

func failed(_ error: any Error) {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    answer("500 Internal Server Error")
}
