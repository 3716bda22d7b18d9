// SIP URIs, and what a Refer-To value names.

internal import TwimlReferBridge

/// A valid `sip:` or `sips:` URI (RFC 3261 section 19.1), in its own spelling.
///
/// `==` compares the spelling, ``isEquivalent(to:)`` as SIP does. `description` is the URI;
/// `debugDescription` hides a password.
///
/// ```swift
/// let uri = try SipUri("sip:alice@example.com", headers: ["X-Reason": "billing question"])
/// print(uri)  // sip:alice@example.com?X-Reason=billing%20question
/// print(uri.header(named: "x-reason")!)  // billing question
/// ```
public struct SipUri: Sendable, Hashable {
    private let text: String

    /// Reads a URI; `headers` are decoded names and values, which are escaped and added behind its own,
    /// then `userToUser`.
    ///
    /// - Throws: an error of the group `sip-uri`, with the byte at which the text stops being a SIP URI; or
    ///   `header`.
    public init(
        _ uri: String, headers: NameValuePairs = [:], userToUser: UserToUser? = nil
    ) throws(TwimlReferError) {
        text = try call(uri.size + headers.size + (userToUser?.description).size) {
            try uriNew(uri: uri, headers: headers.plain, userToUser: userToUser?.source)
        }
    }

    /// Makes a URI of decoded parts, each escaped for its place.
    ///
    /// ```swift
    /// let uri = try SipUri(
    ///     host: "example.com", user: "a b", port: 5060, parameters: [.init("lr")])
    /// print(uri)  // sip:a%20b@example.com:5060;lr
    /// ```
    public init(
        host: String, user: String? = nil, password: String? = nil, port: Int? = nil,
        isSecure: Bool = false, parameters: [Parameter] = [], headers: NameValuePairs = [:],
        userToUser: UserToUser? = nil
    ) throws(TwimlReferError) {
        let named = parameters.reduce(0) { $0 + $1.name.size + $1.value.size }
        let added = headers.size + (userToUser?.description).size
        text = try call(host.size + user.size + password.size + named + added) {
            try uriBuild(
                host: host, user: user, password: password, port: port.map(Int64.init),
                secure: isSecure, params: parameters.map { UriParameter(name: $0.name, value: $0.value) },
                headers: headers.plain, userToUser: userToUser?.source)
        }
    }

    /// A URI parameter; a flag has no value.
    public struct Parameter: Sendable, Hashable, CustomStringConvertible {
        public var name: String
        public var value: String?

        public init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }

        public var description: String { value.map { "\(name)=\($0)" } ?? name }
    }

    /// The URI with one more header, given as decoded text.
    public func with(header name: String, _ value: String) throws(TwimlReferError) -> SipUri {
        try SipUri(text, headers: [name: value])
    }

    /// `sip` or `sips`, as spelled.
    public var scheme: String { parts.scheme }
    /// The user as spelled.
    public var user: String? { parts.user }
    /// The user without its escapes.
    public var decodedUser: String? { parts.userDecoded }
    /// The password as spelled.
    public var password: String? { parts.password }
    /// The host as spelled; IPv6 with its brackets.
    public var host: String { parts.host }
    /// The port.
    public var port: Int? { parts.port.map(Int.init) }
    /// The parameters as spelled.
    public var parameters: [Parameter] { parts.params.map { Parameter($0.name, $0.value) } }
    /// The headers, decoded, in their order.
    public var headers: NameValuePairs { NameValuePairs(parts.headers) }
    /// The value of a Refer-To header, in angle brackets.
    public var referTo: String { parts.referTo }

    /// Returns the first header of this name, decoded, without regard to case.
    public func header(named name: String) -> String? {
        try? call(name.size) { try uriHeader(uri: text, name: name) }
    }

    /// Returns the parameter of this name, without regard to case.
    public func parameter(named name: String) -> Parameter? {
        let found = try? call(name.size) { try uriParam(uri: text, name: name) }
        return found.map { Parameter($0.name, $0.value) }
    }

    /// The first value of the User-to-User headers.
    ///
    /// - Throws: an error of the group `header` if it is not a User-to-User value.
    public var userToUser: UserToUser? {
        get throws(TwimlReferError) {
            try call(0) { try uriUserToUser(uri: text) }.map(UserToUser.init)
        }
    }

    /// Every value of the User-to-User headers, in order: a header may hold several, separated by commas
    /// (RFC 7433).
    ///
    /// - Throws: an error of the group `header` if one of them is not a User-to-User value.
    public var userToUsers: [UserToUser] {
        get throws(TwimlReferError) {
            try call(0) { try uriUserToUsers(uri: text) }.map(UserToUser.init)
        }
    }

    /// Returns what will be dropped or misread on the wire.
    public func check() -> [Diagnostic] {
        checked { try uriCheck(uri: text) }.map(Diagnostic.init)
    }

    /// Compares as RFC 3261 section 19.1.4 does.
    public func isEquivalent(to other: SipUri) -> Bool {
        checked { try uriEquivalent(one: text, other: other.text) }
    }

    private var parts: SipUriParts { checked { try uriParts(uri: text) } }
}

extension SipUri: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { text }

    public var debugDescription: String { uriRedacted(uri: text) }

    public var customMirror: Mirror { Mirror(self, children: ["uri": debugDescription]) }
}

/// As a string.
extension SipUri: Codable {
    public init(from decoder: any Decoder) throws {
        self = try decoded(from: decoder) { uri throws(TwimlReferError) in try SipUri(uri) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Decodes a value and makes something of it; what cannot be made is a `DecodingError`.
func decoded<Value: Decodable, Made>(
    from decoder: any Decoder, _ make: (Value) throws(TwimlReferError) -> Made
) throws -> Made {
    let value = try decoder.singleValueContainer().decode(Value.self)
    do {
        return try make(value)
    } catch {
        let context = DecodingError.Context(
            codingPath: decoder.codingPath, debugDescription: error.message, underlyingError: error)
        throw DecodingError.dataCorrupted(context)
    }
}

/// What a Refer-To value, or Twilio's `ReferTransferTarget`, names.
///
/// ```swift
/// if case .sip(let uri) = ReferTarget("\"Bob\" <sip:bob@example.com>;x=1") {
///     print(uri)  // sip:bob@example.com
/// }
/// ```
public enum ReferTarget: Sendable, Hashable {
    /// A SIP URI.
    case sip(SipUri)
    /// A `tel:` URI.
    case tel(String)
    /// Anything else, unchanged.
    case other(String)

    /// Reads a Refer-To value; it never fails.
    public init(_ text: String) {
        // What is too long for the bridge is too long for a URI.
        guard let target = try? call(text.size, { TwimlReferBridge.referTarget(text: text) }) else {
            self = .other(text)
            return
        }
        switch (target.kind, try? SipUri(target.text)) {
        case ("sip", let uri?): self = .sip(uri)
        case ("tel", _): self = .tel(target.text)
        default: self = .other(target.text)
        }
    }
}

extension ReferTarget: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String {
        switch self {
        case .sip(let uri): uri.description
        case .tel(let text), .other(let text): text
        }
    }

    public var debugDescription: String {
        if case .sip(let uri) = self { uri.debugDescription } else { description }
    }
}
