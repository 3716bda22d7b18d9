// SIP URIs, and what a Refer-To value names.

import Foundation
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
    /// - Throws: an error of the category `sipUri`, with the byte at which the text stops being a SIP URI.
    public init(
        _ uri: String, headers: Fields = [:], userToUser: UserToUser? = nil
    ) throws(TwimlReferError) {
        var added = headers
        if let userToUser {
            added.append(Field("User-to-User", userToUser.description))
        }
        text = try call(uri.size + added.size) {
            try uriWithHeaders(uri: uri, headers: added.pairs)
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
        isSecure: Bool = false, parameters: [Parameter] = [], headers: Fields = [:]
    ) throws(TwimlReferError) {
        let named = parameters.reduce(0) { $0 + $1.name.size + $1.value.size }
        let size = host.size + user.size + password.size + named + headers.size
        text = try call(size) {
            try uriBuild(
                parts: UriParts(
                    scheme: isSecure ? "sips" : "sip", user: user, password: password,
                    host: host, port: port.map(Int64.init),
                    params: parameters.map { Param(name: $0.name, value: $0.value) },
                    headers: headers.pairs))
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
    /// The password as spelled.
    public var password: String? { parts.password }
    /// The host as spelled; IPv6 with its brackets.
    public var host: String { parts.host }
    /// The port.
    public var port: Int? { parts.port.map(Int.init) }
    /// The parameters as spelled.
    public var parameters: [Parameter] { parts.params.map { Parameter($0.name, $0.value) } }
    /// The headers, decoded, in their order.
    public var headers: Fields { Fields(parts.headers) }

    /// The first header of this name, without regard to case.
    public func header(named name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The first value of the User-to-User headers.
    ///
    /// - Throws: an error of the category `sipUri` if it is not a User-to-User value.
    public var userToUser: UserToUser? {
        get throws(TwimlReferError) {
            guard let parts = try call(0, { try uriUserToUser(uri: text) }) else { return nil }
            return try UserToUser(parts)
        }
    }

    /// Every value of the User-to-User headers, in order: a header may hold several, separated by commas
    /// (RFC 7433).
    ///
    /// - Throws: an error of the category `sipUri` if one of them is not a User-to-User value.
    public var userToUsers: [UserToUser] {
        get throws(TwimlReferError) {
            let values = try call(0) { try uriUserToUsers(uri: text) }
            return try values.map { parts throws(TwimlReferError) in try UserToUser(parts) }
        }
    }

    /// The value of a Refer-To header, in angle brackets.
    public var referTo: String { settled { try uriReferTo(uri: text) } }

    /// What will be dropped or misread on the wire.
    public func check() -> [Diagnostic] {
        settled { try uriCheck(uri: text) }.map(Diagnostic.init)
    }

    /// Compares as RFC 3261 section 19.1.4 does.
    public func isEquivalent(to other: SipUri) -> Bool {
        settled { try uriEquivalent(one: text, other: other.text) }
    }

    private var parts: UriParts { settled { try uriParts(uri: text) } }
}

extension SipUri: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { text }

    public var debugDescription: String {
        guard let password, let range = text.range(of: ":\(password)@") else { return text }
        return text.replacingCharacters(in: range, with: ":***@")
    }

    public var customMirror: Mirror { Mirror(self, children: ["uri": debugDescription]) }
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
    /// Anything else, as it stands.
    case other(String)

    /// Reads a Refer-To value; it never fails.
    public init(_ text: String) {
        // What is too long for the bridge is too long for a URI.
        guard let target = try? call(text.size, { referTarget(text: text) }) else {
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
