// The transfer app behind any web server that runs CGI programs: `lighttpd.conf` is for one. The auth token
// is in TWILIO_AUTH_TOKEN; behind a proxy say in PUBLIC_BASE by which scheme, host and port the platform
// reaches the app.

import Foundation
import TwimlRefer

let environment = ProcessInfo.processInfo.environment

func respond(to request: CGIRequest) throws -> VoiceResponse? {
    let validator = try RequestValidator(
        environment["TWILIO_AUTH_TOKEN"] ?? "", publicBase: environment["PUBLIC_BASE"])
    let callback = try validator.verify(
        url: request.url, body: request.body, signature: request.signature)
    switch request.path {
    case "/voice": return try IVR.welcome()
    case "/choice": return try IVR.chosen(callback.parameters.first(named: "Digits"))
    case "/transferred": return try IVR.transferred(callback.outcome)
    default: return nil
    }
}

do {
    guard let request = try CGIRequest(maxBodyBytes: 65_536) else {
        answer("400 Bad Request")
        exit(0)
    }
    if let response = try respond(to: request) {
        answer("200 OK", response.xml, type: "text/xml; charset=utf-8")
    } else {
        answer("404 Not Found")
    }
} catch let error as TwimlReferError where error.category == .signatureMismatch {
    answer("403 Forbidden")
} catch let error as TwimlReferError where error.category == .callback {
    answer("400 Bad Request", error.message)
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    answer("500 Internal Server Error")
}
