// Verifying that the platform sent a request.

import Foundation
internal import TwimlReferBridge

/// Verifies requests by the account's auth token, or by any of several (rotation).
///
/// Behind a proxy say by which `publicBase` (scheme, host, port) the platform reaches the app: it replaces
/// that of the URL that the app sees. That is the cure for most mismatches. A validator is a value; any
/// number of threads may use it.
///
/// ```swift
/// let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
/// let (url, body) = ("http://10.0.0.7:8000/handleRefer", "ReferCallStatus=in-progress")
/// let signature = try validator.sign(url: url, parameters: ["ReferCallStatus": "in-progress"])
/// print(try validator.verify(url: url, body: body, signature: signature).outcome)  // transferred
/// do {
///     _ = try validator.verify(url: url, body: body, signature: "forged")
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
    /// - Throws: an error of the kind `public-base-invalid`.
    public init(
        _ token: String, publicBase: String? = nil, algorithm: Algorithm = .sha1,
        maxBodyBytes: Int? = nil, acceptsEncodedSpellings: Bool = false
    ) throws(TwimlReferError) {
        try self.init(
            tokens: [token], publicBase: publicBase, algorithm: algorithm,
            maxBodyBytes: maxBodyBytes, acceptsEncodedSpellings: acceptsEncodedSpellings)
    }

    /// Makes a validator of several tokens, any of which may match; the first one signs.
    public init(
        tokens: [String], publicBase: String? = nil, algorithm: Algorithm = .sha1,
        maxBodyBytes: Int? = nil, acceptsEncodedSpellings: Bool = false
    ) throws(TwimlReferError) {
        let secrets = Secrets(
            secrets: tokens, publicBase: publicBase, sha256: algorithm == .sha256,
            encodedSpellings: acceptsEncodedSpellings, maxBodyBytes: try maxBodyBytes.map(fitting))
        let size = tokens.reduce(publicBase.size) { $0 + $1.size }
        // The library judges the base.
        _ = try call(size) {
            try requestValidate(secrets: secrets, url: "", pairs: [], signature: nil)
        }
        self.secrets = secrets
        self.size = size
        lane = LaneSecrets(secrets)
    }

    /// Hands over the callback that this request brings, if the platform signed it.
    ///
    /// `url` is the one that was asked for, with its query; `body` the form as it was received. Without body
    /// it is a GET: the callback is the URL's query. `signature` is the header `X-Twilio-Signature`.
    ///
    /// - Throws: an error of the category `signatureMismatch` (answer 403), or `callback`: it was signed, but
    ///   cannot be read.
    public func verify(
        url: String, body: some Sequence<UInt8> = [], signature: String?
    ) throws(TwimlReferError) -> ReferCallback {
        try withBytes(body) { bytes throws(TwimlReferError) in
            try ReferCallback(
                call(size + url.size + bytes.count + signature.size) {
                    try laneVerify(secrets: lane, url: url, body: bytes, signature: signature)
                })
        }
    }

    /// Does as ``verify(url:body:signature:)``, where the body is text.
    public func verify(
        url: String, body: String, signature: String?
    ) throws(TwimlReferError) -> ReferCallback {
        try verify(url: url, body: body.utf8, signature: signature)
    }

    /// Does as ``verify(url:body:signature:)``, for any request of the platform.
    public func verifyRequest(
        url: String, body: some Sequence<UInt8> = [], signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        try verify(url: url, body: body, signature: signature).request
    }

    /// Does as ``verify(url:body:signature:)``, for any request of the platform whose body is text.
    public func verifyRequest(
        url: String, body: String, signature: String?
    ) throws(TwimlReferError) -> VoiceRequest {
        try verifyRequest(url: url, body: body.utf8, signature: signature)
    }

    /// Does as ``verify(url:body:signature:)``, where a framework has decoded the form.
    public func verify(
        url: String, parameters: Fields, signature: String?
    ) throws(TwimlReferError) -> ReferCallback {
        try ReferCallback(
            call(size + url.size + parameters.size + signature.size) {
                try laneVerify(
                    secrets: lane, url: url, pairs: parameters.tuples, signature: signature)
            })
    }

    /// Whether the platform signed a request with these decoded parameters.
    public func validate(url: String, parameters: Fields = [:], signature: String?) -> Bool {
        let size = size + url.size + parameters.size + signature.size
        return
            (try? call(size) {
                try requestValidate(
                    secrets: secrets, url: url, pairs: parameters.pairs, signature: signature)
            }) ?? false
    }

    /// Whether it signed a request whose body is no form, by `bodySHA256` in the URL.
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
    /// By it the tests of an app make requests of the platform:
    ///
    /// ```swift
    /// let (url, validator) = ("https://voice.example.com/handleRefer", try RequestValidator("12345"))
    /// let parameters: Fields = ["ReferCallStatus": "busy", "ReferSipResponseCode": "202"]
    /// let body = try VoiceRequest(parameters: parameters).form()
    /// let signature = try validator.sign(url: url, parameters: parameters)
    /// print(try validator.verify(url: url, body: body, signature: signature).outcome)  // target-failed busy
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
