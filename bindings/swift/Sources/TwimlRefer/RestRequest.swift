// The REST request that invokes the verb: plain data, nothing is sent.

internal import TwimlReferBridge

/// The document that a call runs.
public enum CallSource: Sendable, Hashable {
    /// A document.
    case twiml(VoiceResponse)
    /// The URL of one, and the method to request it with.
    case url(String, method: RequestMethod? = nil)
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
    /// The URL, without credentials.
    public let url: String
    /// The form, to be sent as `application/x-www-form-urlencoded`.
    public let body: String

    /// Makes the request that gives a live call a new document.
    ///
    /// - Throws: an error of the group `rest`: an identifier, the URL or the base is not valid, or the document
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

    /// Makes the request for a new SIP call that starts with this document; throws as
    /// ``callUpdate(accountSid:callSid:source:base:)``.
    public static func callCreate(
        accountSid: String, to: SipUri, from: String, source: CallSource, base: String? = nil
    ) throws(TwimlReferError) -> RestRequest {
        let to = to.description
        let size = accountSid.size + to.size + from.size + source.size + base.size
        return RestRequest(
            try call(size) {
                try TwimlReferBridge.callCreate(
                    accountSid: accountSid, to: to, fromParty: from, source: source.plain, base: base)
            })
    }

    private init(_ made: TwimlReferBridge.RestRequest) {
        method = made.method
        url = made.url
        body = made.body
    }

    public var description: String { "\(method) \(url)\n\n\(body)" }
}

extension CallSource {
    fileprivate var size: Int {
        switch self {
        case .twiml(let response): response.nodes.reduce(response.attributes.size) { saturating($0, $1.size) }
        case .url(let url, let method): url.size + (method?.rawValue).size
        }
    }

    fileprivate var plain: TwimlReferBridge.CallSource {
        switch self {
        case .twiml(let response): .twiml(document: response.plain)
        case .url(let url, let method): .url(url: url, method: method?.rawValue)
        }
    }
}
