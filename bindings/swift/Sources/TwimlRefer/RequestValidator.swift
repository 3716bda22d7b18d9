// Verifying that Twilio sent a request.

internal import TwimlReferBridge

/// Verifies requests by the account's auth token, or by any of several (rotation).
///
/// Give the `publicBase` (scheme, host, port, and the path prefix that a gateway strips) by which Twilio reaches
/// the app, and pass the request target as it came on the wire, path and query: then no Host header, no proxy
/// and no framework's decoding can change the URL. That is the cure for most mismatches. A validator is a value; any
/// number of threads may use it.
///
/// A signature proves that Twilio once made this request to this URL. It covers neither the method nor the time:
/// check `callSid` and the state of the call, and treat a repeated request of an action as one.
///
/// ```swift
/// let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
/// let (target, body) = ("/handleRefer", "ReferCallStatus=in-progress")
/// let signature = try validator.sign(url: target, parameters: ["ReferCallStatus": "in-progress"])
/// print(try validator.verify(.post, url: target, body: body, signature: signature).outcome!)  // transferred
/// do {
///     _ = try validator.verify(.post, url: target, body: body, signature: "forged")
/// } catch {
///     print(error.kind)  // signature-mismatch
/// }
/// ```
public struct RequestValidator: Sendable {
    /// The algorithm of the signature. The app chooses it, never a header.
    public enum Algorithm: Sendable, Hashable {
        /// HMAC-SHA1, in the header `X-Twilio-Signature`.
        case sha1
        /// HMAC-SHA256, where the account has a shared key for it.
        case sha256
    }

    /// A URL that was tried, and the text that was hashed for it.
    public struct UrlCandidate: Sendable, Hashable, CustomStringConvertible {
        /// The URL.
        public let url: String
        /// The URL with the parameters added to it.
        public let hashed: String

        public var description: String { url }
    }

    /// What makes a signature match, or keeps it from matching.
    public struct Hint: Sendable, Hashable, CustomStringConvertible {
        /// The stable name.
        public let kind: Kind
        /// What is wrong and what to change, without secrets.
        public let message: String

        public var description: String { message }
    }

    /// The limit of a body, or of the query of a GET, in bytes.
    public let maxBodyBytes: Int
    let secrets: Secrets
    let size: Int

    /// Makes a validator of an auth token.
    ///
    /// - Parameters:
    ///   - maxBodyBytes: 64 KiB, if `nil`.
    ///   - encodedSpellings: whether `%27` is tried for `'`, and so on for a SIP URI in the query.
    /// - Throws: an error of the group `signature`: the token is empty, or the public base is not valid; or
    ///   `request`: `maxBodyBytes` is out of range.
    public init(
        _ token: String, publicBase: String? = nil, algorithm: Algorithm = .sha1,
        maxBodyBytes: Int? = nil, encodedSpellings: Bool = false
    ) throws(TwimlReferError) {
        try self.init(
            tokens: [token], publicBase: publicBase, algorithm: algorithm,
            maxBodyBytes: maxBodyBytes, encodedSpellings: encodedSpellings)
    }

    /// Makes a validator of several auth tokens, any of which may match; the first one signs. Throws as with one.
    public init(
        tokens: [String], publicBase: String? = nil, algorithm: Algorithm = .sha1,
        maxBodyBytes: Int? = nil, encodedSpellings: Bool = false
    ) throws(TwimlReferError) {
        let secrets = Secrets(
            authTokens: tokens, publicBase: publicBase, sha256: algorithm == .sha256,
            encodedSpellings: encodedSpellings, maxBodyBytes: maxBodyBytes.map(Int64.init))
        let size = tokens.reduce(publicBase.size) { $0 + $1.size }
        try call(size) { try secretsCheck(secrets: secrets) }
        self.secrets = secrets
        self.size = size
        self.maxBodyBytes = maxBodyBytes ?? Int(limits().defaultMaxBodyBytes)
    }

    /// Verifies the signature and returns the request.
    ///
    /// - Parameters:
    ///   - method: the method of the route, not a copy of the request's, unless the route accepts only one: a
    ///     signature does not cover it. Of a GET the URL's query has the parameters; of a POST the body.
    ///   - url: the request target as it came on the wire (`/handleRefer?x=1`) where there is a public base;
    ///     otherwise the whole URL.
    ///   - body: the body as it was received. A GET has none.
    ///   - signature: the header `X-Twilio-Signature`.
    /// - Throws: an error of the kind `requestTooLarge` (answer 413), before anything is decoded;
    ///   `signatureMissing` or `signatureMismatch` (403); or `requestNotUtf8`: it is signed, but cannot be read
    ///   (400).
    public func verify(
        _ method: RequestMethod, url: String, body: some Sequence<UInt8> = [], signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        let data = try copied(body)
        return VoiceRequest(
            try call(size + method.rawValue.size + url.size + data.count + signature.size) {
                try TwimlReferBridge.verify(
                    secrets: secrets, method: method.rawValue, url: url, body: data, signature: signature)
            })
    }

    /// Like ``verify(_:url:body:signature:)`` for a body that is text.
    public func verify(
        _ method: RequestMethod, url: String, body: String, signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        try verify(method, url: url, body: body.utf8, signature: signature)
    }

    /// Like ``verify(_:url:body:signature:)`` for a POST whose form a framework has decoded.
    ///
    /// The parameters of the URL's query must not be among them.
    public func verify(
        url: String, parameters: NameValuePairs, signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        VoiceRequest(
            try call(size + url.size + parameters.size + signature.size) {
                try verifyParams(
                    secrets: secrets, url: url, params: parameters.plain, signature: signature)
            })
    }

    /// Checks whether Twilio signed a request with these decoded parameters; without any, only the URL.
    ///
    /// This is the official libraries' `validate`: it pins neither the method nor what the app then reads.
    /// Prefer ``verify(_:url:body:signature:)``.
    public func validate(url: String, parameters: NameValuePairs = [:], signature: String?) -> Bool {
        let size = size + url.size + parameters.size + signature.size
        return
            (try? call(size) {
                try TwimlReferBridge.validate(
                    secrets: secrets, url: url, params: parameters.plain, signature: signature)
            }) ?? false
    }

    /// Checks whether Twilio signed a request whose body is not a form, by `bodySHA256` in the URL. The body has
    /// no limit but the caller's.
    public func validate(url: String, rawBody: some Sequence<UInt8>, signature: String?) -> Bool {
        guard let data = try? copied(rawBody) else { return false }
        let size = size + url.size + data.count + signature.size
        return
            (try? call(size) {
                try validateRaw(
                    secrets: secrets, url: url, body: data, signature: signature)
            }) ?? false
    }

    /// Returns the signature of a request with these parameters; without any, of a GET.
    public func sign(url: String, parameters: NameValuePairs = [:]) throws(TwimlReferError) -> String {
        try call(size + url.size + parameters.size) {
            try TwimlReferBridge.sign(secrets: secrets, url: url, params: parameters.plain)
        }
    }

    /// Returns the signature of a request with this form, as it is sent.
    public func sign(url: String, form: some Sequence<UInt8>) throws(TwimlReferError) -> String {
        let data = try copied(form)
        return try call(size + url.size + data.count) {
            try signForm(secrets: secrets, url: url, body: data)
        }
    }

    /// Returns the signature of a request whose body is not a form.
    ///
    /// The URL must have `bodySHA256`; ``url(_:withHashOf:)`` adds it.
    public func sign(
        url: String, rawBody: some Sequence<UInt8>
    ) throws(TwimlReferError) -> String {
        let data = try copied(rawBody)
        return try call(size + url.size + data.count) {
            try signRaw(secrets: secrets, url: url, body: data)
        }
    }

    /// Returns a URL with the hash of a body added to its query.
    public static func url(
        _ url: String, withHashOf body: some Sequence<UInt8>
    ) throws(TwimlReferError) -> String {
        let data = try copied(body)
        return try call(url.size + data.count) { urlWithBodySha256(url: url, body: data) }
    }

    /// Returns why a request that ``verify(_:url:body:signature:)`` rejects may be one of Twilio: for the log of an
    /// app that answers 403.
    public func diagnose(
        _ method: RequestMethod, url: String, body: some Sequence<UInt8> = [], signature: String?
    ) throws(TwimlReferError) -> [Hint] {
        let data = try copied(body)
        return try call(size + method.rawValue.size + url.size + data.count + signature.size) {
            try TwimlReferBridge.diagnose(
                secrets: secrets, method: method.rawValue, url: url, body: data, signature: signature)
        }.map { Hint(kind: Hint.Kind(rawValue: $0.kind), message: $0.message) }
    }

    /// Returns the URLs that are tried, to find the cause of a mismatch; no signature, no secret.
    public func explain(
        url: String, body: some Sequence<UInt8> = []
    ) throws(TwimlReferError) -> [UrlCandidate] {
        let data = try copied(body)
        return try call(size + url.size + data.count) {
            try TwimlReferBridge.explain(secrets: secrets, url: url, body: data)
        }.map { UrlCandidate(url: $0.url, hashed: $0.hashed) }
    }
}

extension RequestValidator: CustomStringConvertible, CustomReflectable {
    public var description: String {
        let base = secrets.publicBase ?? "as asked"
        return "RequestValidator with \(secrets.authTokens.count) auth tokens, base \(base)"
    }

    public var customMirror: Mirror { Mirror(self, children: ["validator": description]) }
}
