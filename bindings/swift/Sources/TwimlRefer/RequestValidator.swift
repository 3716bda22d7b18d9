// Verifying that Twilio sent a request.

import Foundation
internal import TwimlReferBridge

/// Verifies requests by the account's auth token, or by any of several (rotation).
///
/// Give the `publicBase` (scheme, host, port, and the path prefix that a gateway strips) by which Twilio reaches
/// the app, and pass the request target as it came on the wire, path and query: then no Host header, no proxy
/// and no framework's decoding stands between. That is the cure for most mismatches. A validator is a value; any
/// number of threads may use it.
///
/// A signature proves that Twilio once made this request to this URL. It covers neither the method nor the time:
/// check `callSid` and the state of the call, and treat a repeated request of an action as one.
///
/// ```swift
/// let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
/// let (target, body) = ("/handleRefer", "ReferCallStatus=in-progress")
/// let signature = try validator.sign(url: target, parameters: ["ReferCallStatus": "in-progress"])
/// print(try validator.verify(.post, url: target, body: body, signature: signature).outcome)  // transferred
/// do {
///     _ = try validator.verify(.post, url: target, body: body, signature: "forged")
/// } catch {
///     print(error.category)  // signatureMismatch
/// }
/// ```
public struct RequestValidator: Sendable {
    /// What the signature is made by. The caller chooses, never a header.
    public enum Algorithm: Sendable, Hashable {
        /// HMAC-SHA1, in the header `X-Twilio-Signature`.
        case sha1
        /// HMAC-SHA256, where the account has a shared key for it.
        case sha256
    }

    /// A spelling of the URL that was tried, and the text that was hashed for it.
    public struct Spelling: Sendable, Hashable, CustomStringConvertible {
        /// As it was tried.
        public let url: String
        /// The URL with what was added to it.
        public let hashed: String

        public var description: String { url }
    }

    private let secrets: Secrets
    private let lane: LaneSecrets
    private let size: Int

    /// Makes a validator of a token.
    ///
    /// - Parameters:
    ///   - maxBodyBytes: 64 KiB, if `nil`.
    ///   - acceptsEncodedSpellings: whether `%27` is tried for `'`, and so on for a SIP URI in the query.
    /// - Throws: an error of the category `validator`: the token is empty, or the public base is not valid; or
    ///   `request`: `maxBodyBytes` is out of range.
    public init(
        _ token: String, publicBase: String? = nil, algorithm: Algorithm = .sha1,
        maxBodyBytes: Int? = nil, acceptsEncodedSpellings: Bool = false
    ) throws(TwimlReferError) {
        try self.init(
            tokens: [token], publicBase: publicBase, algorithm: algorithm,
            maxBodyBytes: maxBodyBytes, acceptsEncodedSpellings: acceptsEncodedSpellings)
    }

    /// Makes a validator of several tokens, any of which may match; the first one signs. Throws as with one.
    public init(
        tokens: [String], publicBase: String? = nil, algorithm: Algorithm = .sha1,
        maxBodyBytes: Int? = nil, acceptsEncodedSpellings: Bool = false
    ) throws(TwimlReferError) {
        let secrets = Secrets(
            secrets: tokens, publicBase: publicBase, sha256: algorithm == .sha256,
            encodedSpellings: acceptsEncodedSpellings, maxBodyBytes: maxBodyBytes.map(Int64.init))
        let size = tokens.reduce(publicBase.size) { $0 + $1.size }
        try call(size) { try secretsCheck(secrets: secrets) }
        self.secrets = secrets
        self.size = size
        lane = LaneSecrets(secrets)
    }

    /// Verifies the signature and returns the request, with what it says of a ``Refer``.
    ///
    /// - Parameters:
    ///   - method: the method of the route, not a copy of the request's, unless the route accepts only one: a
    ///     signature does not cover it. Of a GET the URL's query has the parameters; of a POST the body.
    ///   - url: the request target as it came on the wire (`/handleRefer?x=1`) where there is a public base;
    ///     otherwise the whole URL.
    ///   - body: the body as it was received. A GET has none.
    ///   - signature: the header `X-Twilio-Signature`.
    /// - Throws: an error of the category `requestTooLarge` (answer 413), before anything is decoded;
    ///   `signatureMissing` or `signatureMismatch` (403); or `request`: it is signed, but not UTF-8 (400).
    public func verify(
        _ method: Method, url: String, body: some Sequence<UInt8> = [], signature: String?
    ) throws(TwimlReferError) -> ReferCallback {
        let isGet = try method.isGet
        return try withBytes(body) { bytes throws(TwimlReferError) in
            try ReferCallback(
                call(size + url.size + bytes.count + signature.size) {
                    try laneVerify(
                        secrets: lane, isGet: isGet, url: url, body: bytes, signature: signature)
                })
        }
    }

    /// Like ``verify(_:url:body:signature:)`` for a body that is text.
    public func verify(
        _ method: Method, url: String, body: String, signature: String?
    ) throws(TwimlReferError) -> ReferCallback {
        try verify(method, url: url, body: body.utf8, signature: signature)
    }

    /// Like ``verify(_:url:body:signature:)`` for any request from Twilio.
    public func verifyRequest(
        _ method: Method, url: String, body: some Sequence<UInt8> = [], signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        try verify(method, url: url, body: body, signature: signature).request
    }

    /// Like ``verify(_:url:body:signature:)`` for any request from Twilio whose body is text.
    public func verifyRequest(
        _ method: Method, url: String, body: String, signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        try verifyRequest(method, url: url, body: body.utf8, signature: signature)
    }

    /// Like ``verify(_:url:body:signature:)`` for a POST whose form a framework has decoded.
    ///
    /// The parameters of the URL's query must not be among them.
    public func verify(
        url: String, parameters: Fields, signature: String?
    ) throws(TwimlReferError) -> ReferCallback {
        try ReferCallback(
            call(size + url.size + parameters.size + signature.size) {
                try laneVerify(
                    secrets: lane, url: url, pairs: parameters.tuples, signature: signature)
            })
    }

    /// Checks whether Twilio signed a request with these decoded parameters; without any, the URL alone.
    ///
    /// This is the official libraries' `validate`: it pins neither the method nor what the app then reads.
    /// Prefer ``verify(_:url:body:signature:)``.
    public func validate(url: String, parameters: Fields = [:], signature: String?) -> Bool {
        let size = size + url.size + parameters.size + signature.size
        return
            (try? call(size) {
                try requestValidate(
                    secrets: secrets, url: url, pairs: parameters.pairs, signature: signature)
            }) ?? false
    }

    /// Checks whether Twilio signed a request whose body is not a form, by `bodySHA256` in the URL. The body has
    /// no limit but the caller's.
    public func validate(url: String, rawBody: some Sequence<UInt8>, signature: String?) -> Bool {
        guard let data = try? copied(rawBody) else { return false }
        let size = size + url.size + data.count + signature.size
        return
            (try? call(size) {
                try requestValidateRaw(
                    secrets: secrets, url: url, body: data, signature: signature)
            }) ?? false
    }

    /// The signature of a request with these parameters; without any, of a GET.
    ///
    /// With it the tests of an app make requests like Twilio's:
    ///
    /// ```swift
    /// let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
    /// let parameters: Fields = ["ReferCallStatus": "busy", "ReferSipResponseCode": "202"]
    /// let body = try VoiceRequest(parameters: parameters).form()
    /// let signature = try validator.sign(url: "/handleRefer", parameters: parameters)
    /// print(try validator.verify(.post, url: "/handleRefer", body: body, signature: signature).outcome)  // target-failed busy
    /// ```
    public func sign(url: String, parameters: Fields = [:]) throws(TwimlReferError) -> String {
        try call(size + url.size + parameters.size) {
            try requestSign(secrets: secrets, url: url, pairs: parameters.pairs)
        }
    }

    /// The signature of a request with this form, as it is sent.
    public func sign(url: String, form: some Sequence<UInt8>) throws(TwimlReferError) -> String {
        let data = try copied(form)
        return try call(size + url.size + data.count) {
            try requestSignForm(secrets: secrets, url: url, body: data)
        }
    }

    /// The signature of a request whose body is no form.
    ///
    /// `bodySHA256` must stand in the URL; ``url(_:withHashOf:)`` puts it there.
    public func sign(
        url: String, rawBody: some Sequence<UInt8>
    ) throws(TwimlReferError) -> String {
        let data = try copied(rawBody)
        return try call(size + url.size + data.count) {
            try requestSignRaw(secrets: secrets, url: url, body: data)
        }
    }

    /// A URL with the hash of a body added to its query.
    public static func url(
        _ url: String, withHashOf body: some Sequence<UInt8>
    ) throws(TwimlReferError) -> String {
        let data = try copied(body)
        return try call(url.size + data.count) { urlWithBodySha256(url: url, body: data) }
    }

    /// What was tried, for the person who hunts a mismatch; no signature, no secret.
    public func explain(
        url: String, body: some Sequence<UInt8> = []
    ) throws(TwimlReferError) -> [Spelling] {
        let data = try copied(body)
        return try call(size + url.size + data.count) {
            try requestExplain(secrets: secrets, url: url, body: data)
        }.map { Spelling(url: $0.url, hashed: $0.hashed) }
    }
}

extension RequestValidator: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "RequestValidator with \(secrets.secrets.count) secrets, base \(secrets.publicBase ?? "as asked")"
    }

    public var customMirror: Mirror { Mirror(self, children: ["validator": description]) }
}

extension Method {
    /// Whether it is GET; what is neither GET nor POST is refused, as it is in a document.
    fileprivate var isGet: Bool {
        get throws(TwimlReferError) {
            if self != .get, self != .post {
                _ = try VoiceResponse(nodes: [.refer(Refer(to: SipUri("sip:localhost"), method: self))])
            }
            return self == .get
        }
    }
}
