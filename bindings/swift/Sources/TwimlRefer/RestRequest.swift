// The REST request that invokes the verb: plain data, nothing is sent.

internal import TwimlReferBridge

/// What a call shall run.
public enum CallSource: Sendable, Hashable {
    /// A document.
    case twiml(VoiceResponse)
    /// The URL of one, and how to ask for it.
    case url(String, method: Method? = nil)
}

/// A request to make with any HTTP client, and the account's credentials.
///
/// ```swift
/// let request = try RestRequest.callUpdate(
///     accountSid: "AC00000000000000000000000000000000", callSid: "CA11111111111111111111111111111111",
///     source: .url("https://example.com/refer"))
/// print(request.method, request.body)  // POST Url=https%3A%2F%2Fexample.com%2Frefer
/// ```
public struct RestRequest: Sendable, Hashable, CustomStringConvertible {
    /// The HTTP method.
    public let method: String
    /// Where it goes, without credentials.
    public let url: String
    /// The form, to be sent as `application/x-www-form-urlencoded`.
    public let body: String

    /// Gives a live call a new document, or the URL of one.
    ///
    /// - Throws: an error of the category `rest`: an identifier, the URL or the base is none, or the document
    ///   has more than 4000 characters.
    public static func callUpdate(
        accountSid: String, callSid: String, source: CallSource, base: String? = nil
    ) throws(TwimlReferError) -> RestRequest {
        let size = accountSid.size + callSid.size + source.size + base.size
        return RestRequest(
            try call(size) {
                try TwimlReferBridge.callUpdate(
                    accountSid: accountSid, callSid: callSid, source: source.plain, base: base)
            })
    }

    /// Makes a new SIP call that begins with this document; throws as
    /// ``callUpdate(accountSid:callSid:source:base:)``.
    public static func callCreate(
        accountSid: String, to: SipUri, from: String, source: CallSource, base: String? = nil
    ) throws(TwimlReferError) -> RestRequest {
        let to = to.description
        let size = accountSid.size + to.size + from.size + source.size + base.size
        return RestRequest(
            try call(size) {
                try TwimlReferBridge.callCreate(
                    accountSid: accountSid, to: to, from: from, source: source.plain, base: base)
            })
    }

    private init(_ made: RestCall) {
        method = made.method
        url = made.url
        body = made.body
    }

    public var description: String { "\(method) \(url)\n\n\(body)" }
}

extension CallSource {
    fileprivate var size: Int {
        switch self {
        case .twiml(let response): response.xml.size
        case .url(let url, let method): url.size + (method?.rawValue).size
        }
    }

    fileprivate var plain: RestSource {
        switch self {
        case .twiml(let response): .twiml(xml: response.xml)
        case .url(let url, let method): .url(url: url, method: method?.rawValue)
        }
    }
}
