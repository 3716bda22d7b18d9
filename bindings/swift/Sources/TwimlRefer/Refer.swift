// The verb itself: `<Refer>` and its target.

internal import TwimlReferBridge

/// How Twilio asks for a URL.
public struct Method: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// With the parameters in the URL.
    public static let get = Self(rawValue: "GET")
    /// With the parameters in the body.
    public static let post = Self(rawValue: "POST")

    /// As it is written in a document.
    public let rawValue: String

    /// Takes any text; what is neither `GET` nor `POST` is refused where it is used.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// The verb that transfers a SIP call, with exactly one target.
///
/// `action` is the URL that learns how the transfer ended, asked for by `method`, `POST` if there is none.
/// Both are judged when a ``VoiceResponse`` is made of it.
///
/// ```swift
/// let refer = Refer(to: try SipUri("sip:alice@example.com"), action: "/handleRefer")
/// print(try refer.resolveAction(base: "https://example.com/app/voice")!)  // https://example.com/handleRefer
/// ```
public struct Refer: DocumentNode, Hashable, CustomStringConvertible {
    /// Whom the caller's endpoint is to call.
    public var target: SipUri
    /// The URL that learns how the transfer ended: absolute, or relative to that of the document.
    public var action: String?
    /// How the action is asked for; `POST` if `nil`.
    public var method: Method?

    /// Makes the verb; whether action and method are good is judged with the document.
    public init(to target: SipUri, action: String? = nil, method: Method? = nil) {
        self.target = target
        self.action = action
        self.method = method
    }

    public var node: Node { .refer(self) }

    /// Which URL the action is, in a document that `base` served; `nil` without action.
    public func resolveAction(base: String) throws(TwimlReferError) -> String? {
        guard let action else { return nil }
        return try call(action.size + base.size) {
            try TwimlReferBridge.resolveAction(action: action, baseUrl: base)
        }
    }

    public var description: String {
        "Refer to \(target.debugDescription)\(action.map { ", action \($0)" } ?? "")\(method.map { ", method \($0)" } ?? "")"
    }
}
