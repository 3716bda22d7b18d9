// The verb itself: `<Refer>` and its target.

internal import TwimlReferBridge

/// The HTTP method by which Twilio requests a URL.
public struct RequestMethod: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    /// With the parameters in the URL.
    public static let get = Self(rawValue: "GET")
    /// With the parameters in the body.
    public static let post = Self(rawValue: "POST")

    /// The method as written in a document.
    public let rawValue: String

    /// Takes any text; what is neither `GET` nor `POST` is refused where it is used.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// The verb that transfers a SIP call, with exactly one target.
///
/// ```swift
/// let refer = try Refer(to: SipUri("sip:alice@example.com"), action: "/handleRefer")
/// print(try refer.resolveAction(base: "https://example.com/app/voice")!)  // https://example.com/handleRefer
/// ```
public struct Refer: TwimlContent, Hashable, CustomStringConvertible {
    /// The URI that the caller's endpoint is to call.
    public let target: SipUri
    /// The URL that is requested when the transfer has ended: absolute, or relative to that of the document.
    public let action: String?
    /// The method by which the action is requested; `POST` if `nil`.
    public let method: RequestMethod?

    /// Makes the verb.
    ///
    /// - Throws: an error of the group `twiml` (`action-invalid`, `method-invalid`).
    public init(
        to target: SipUri, action: String? = nil, method: RequestMethod? = nil
    ) throws(TwimlReferError) {
        self.target = target
        self.action = action
        self.method = method
        let (uri, name) = (target.description, method?.rawValue)
        try call(uri.size + action.size + name.size) {
            try referCheck(target: uri, action: action, method: name)
        }
    }

    /// Reads an element.
    ///
    /// - Throws: an error that says why the element is not a `<Refer>` with one valid target.
    public init(_ element: TwimlElement) throws(TwimlReferError) {
        let read = try call(element.node.size) { try referRead(pieces: pieces([element.node])) }
        try self.init(read)
    }

    init(_ refer: TwimlReferBridge.Refer) throws(TwimlReferError) {
        try self.init(
            to: SipUri(refer.target), action: refer.action, method: refer.method.map(RequestMethod.init))
    }

    /// The verb as an element.
    public var element: TwimlElement {
        var attributes = NameValuePairs()
        if let action {
            attributes.append(NameValuePair("action", action))
        }
        if let method {
            attributes.append(NameValuePair("method", method.rawValue))
        }
        return TwimlElement(
            "Refer", attributes, children: [TwimlElement("Sip", text: target.description).node])
    }

    public var node: TwimlNode { element.node }

    /// Returns the URL that the action is in a document that `base` served; `nil` without action.
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

extension Refer: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: ["refer": description]) }
}
