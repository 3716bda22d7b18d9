// The HTTP side of verifying, for the code between a web server and the app.

import Synchronization
internal import TwimlReferBridge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Verifies requests as an HTTP server receives them: method, size and signature, in this order.
///
/// It accepts only POST by default, and reads its body as a form, whatever its type. Pass the method, the request target
/// as it came on the wire (path and query, never decoded), all headers, and the body, read up to a byte over
/// ``maxBodyBytes``. Any number of tasks may use one.
///
/// ```swift
/// let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
/// let verifier = try HttpVerifier(validator) { line in debugPrint(line) }
/// let body = "CallSid=CA1&Digits=1"
/// let signature = try validator.sign(url: "/choice", form: body.utf8)
/// let headers = [(name: "X-Twilio-Signature", value: signature)]
/// let request = try verifier.verify(method: "POST", target: "/choice", headers: headers, body: body.utf8)
/// print(request["Digits"]!)  // 1
/// do {
///     _ = try verifier.verify(method: "PUT", target: "/choice", headers: headers, body: body.utf8)
/// } catch {
///     print(error.status, error.allow!)  // 405 POST
/// }
/// ```
public final class HttpVerifier: Sendable {
    /// Where scheme and host of the URL that Twilio requested come from; path and query are the request target.
    public enum Origin: Sendable, Hashable, CaseIterable {
        /// The public base of the validator. No header is trusted.
        case publicBase
        /// `X-Forwarded-Proto` (`https` without it) and `X-Forwarded-Host` (`Host` without it). Only behind a proxy
        /// that sets these headers itself.
        case forwarded
        /// `https` and the header `Host`. Only where the app is reached directly.
        case hostHttps
        /// `http` and the header `Host`. Only where the app is reached directly.
        case hostHttp
    }

    /// The methods that a route accepts. Any other is answered 405, with these in the header `Allow`.
    public enum AllowedMethods: Sendable, Hashable, CaseIterable {
        /// Only POST: a signature covers no method, so that what was signed as a POST could be sent again as a GET.
        case post
        /// Only GET: its query holds the parameters, and it must have no body.
        case get
        /// Both: only for routes that read nothing but the parameters of the verified request.
        case getAndPost
    }

    /// The limit of a body in bytes: read at most one byte more.
    public let maxBodyBytes: Int
    private let validator: RequestValidator
    private let options: HttpOptions
    private let log: @Sendable (String) -> Void
    private let lines = Mutex(Lines())

    /// The lines of the log: when the next one may be written, and how many were left out before it.
    private struct Lines {
        var next = ContinuousClock.now
        var leftOut = 0
    }

    /// Makes a verifier.
    ///
    /// - Parameters:
    ///   - allowedMethods: the methods that are accepted: those of the route.
    ///   - lostQuestionMark: whether a target without `?` is also tried with an empty query: for servers that cannot
    ///     tell `/refer?` from `/refer`.
    ///   - log: writes a line, without secrets, that says why a request was rejected: at most one line per second.
    /// - Throws: an error of the kind `publicBaseMissing`, if the origin is the public base and the validator has none.
    public init(
        _ validator: RequestValidator, origin: Origin = .publicBase,
        allowedMethods: AllowedMethods = .post, lostQuestionMark: Bool = false,
        log: @escaping @Sendable (String) -> Void
    ) throws(TwimlReferError) {
        let options = HttpOptions(
            origin: origin.plain, allowedMethods: allowedMethods.plain, lostQuestionMark: lostQuestionMark)
        try call(validator.size) { try httpCheckOptions(secrets: validator.secrets, options: options) }
        self.validator = validator
        self.options = options
        self.log = log
        maxBodyBytes = validator.maxBodyBytes
    }

    /// Checks method and `Content-Length`, before the body is read. ``verify(method:target:headers:body:)`` checks them
    /// again.
    public func checkHead(
        method: String, target: String, headers: some Sequence<(name: String, value: String)>
    ) throws(HttpRejection) {
        _ = try settled(method, target, pairs(headers), Data()) { headers, _ in
            try httpCheckHead(
                secrets: validator.secrets, options: options, method: method, headers: headers)
        }
    }

    /// Verifies a request and returns it, or throws what to answer instead: also 413, if target and headers are larger
    /// than 2 GiB. The body is `nil` if it ended before its `Content-Length`, or could not be read.
    public func verify(
        method: String, target: String, headers: some Sequence<(name: String, value: String)>,
        body: (some Sequence<UInt8>)? = [UInt8]()
    ) throws(HttpRejection) -> VoiceRequest {
        // What is over the limit is not looked at.
        let body = body.map { Data($0.prefix(maxBodyBytes + 1)) }
        let verified = try settled(method, target, pairs(headers), body) { headers, body in
            try httpVerify(
                secrets: validator.secrets, options: options, method: method, target: target,
                headers: headers, body: body)
        }
        guard let verified else { throw HttpRejection(status: 403, allow: nil) }
        return VoiceRequest(verified)
    }

    /// Asks the library, and writes a line of the log if it rejects the request.
    private func settled(
        _ method: String, _ target: String, _ headers: [Pair], _ body: Data?,
        _ ask: ([Pair], HttpBody) throws -> HttpAnswer
    ) throws(HttpRejection) -> TwimlReferBridge.VoiceRequest? {
        let size = headers.reduce(validator.size + method.size + target.size + (body?.count ?? 0)) {
            $0 + $1.name.size + $1.value.size
        }
        let body = body.map(HttpBody.received) ?? .incomplete
        let answer: HttpAnswer
        do {
            answer = try call(size) { try ask(headers, body) }
        } catch {
            // It is too large for the bridge.
            write { "413: \(error)" }
            throw HttpRejection(status: 413, allow: nil)
        }
        if answer.status == 200 { return answer.request }
        write {
            let line = try? call(size) {
                try httpDiagnose(
                    secrets: validator.secrets, options: options, method: method, target: target,
                    headers: headers, body: body)
            }
            return line ?? ""
        }
        throw HttpRejection(status: Int(answer.status), allow: answer.allow)
    }

    /// Writes a line of the log, unless there was one just now.
    private func write(_ line: () -> String) {
        let leftOut = lines.withLock { lines -> Int? in
            guard lines.next <= .now else {
                lines.leftOut += 1
                return nil
            }
            defer { lines = Lines(next: .now + .seconds(1)) }
            return lines.leftOut
        }
        guard let leftOut else { return }
        log(line() + (leftOut > 0 ? " (\(leftOut) more were not logged)" : ""))
    }
}

/// What to answer to a request that is rejected: 403, 405, 413 or 400.
public struct HttpRejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status.
    public let status: Int
    /// The header `Allow`, which 405 must have.
    public let allow: String?

    public var description: String { "the request is answered with the HTTP status \(status)" }
}

/// Returns the AccountSid that a request claims, to choose the auth tokens of a subaccount by: trust it for nothing
/// else. It is in the query of a GET, and in the form of any other method.
///
/// ```swift
/// let body = "CallSid=CA1&AccountSid=AC0123456789abcdef0123456789abcdef"
/// print(claimedAccountSid(method: "POST", target: "/voice", body: body.utf8)!)  // AC0123456789abcdef0123456789abcdef
/// ```
public func claimedAccountSid(
    method: String, target: String, body: some Sequence<UInt8> = []
) -> String? {
    guard let data = try? copied(body) else { return nil }
    return try? call(method.size + target.size + data.count) {
        TwimlReferBridge.claimedAccountSid(
            method: method, target: target, body: .received(bytes: data))
    }
}

private func pairs(_ headers: some Sequence<(name: String, value: String)>) -> [Pair] {
    headers.map { Pair(name: $0.name, value: $0.value) }
}

extension HttpVerifier.Origin {
    fileprivate var plain: TwimlReferBridge.Origin {
        switch self {
        case .publicBase: .publicBase
        case .forwarded: .forwarded
        case .hostHttps: .hostHttps
        case .hostHttp: .hostHttp
        }
    }
}

extension HttpVerifier.AllowedMethods {
    fileprivate var plain: TwimlReferBridge.AllowedMethods {
        switch self {
        case .post: .post
        case .get: .get
        case .getAndPost: .getAndPost
        }
    }
}
