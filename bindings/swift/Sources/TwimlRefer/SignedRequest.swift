// Signed requests for the tests of an app.

internal import TwimlReferBridge

extension RequestValidator {
    /// How a transfer ends in a test: in the outcome of that name.
    public enum Scenario: String, Sendable, Hashable, CaseIterable {
        case transferred
        case rejected
        case targetFailed = "target-failed"
        case canceled
        case unconfirmed
    }

    /// A request to make to the app.
    public struct SignedRequest: Sendable, Hashable {
        public let method: RequestMethod
        /// The URL, with the parameters of a GET.
        public let url: String
        /// The form of a POST.
        public let body: String
        /// The signature, and the type of a body.
        public let headers: NameValuePairs
    }

    /// Makes a request as Twilio sends it, for the tests of an app: that to the action URL in a scenario, or any other;
    /// `parameters` are added to the usual ones, or replace them.
    ///
    /// ```swift
    /// let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
    /// let test = try validator.signedRequest(.targetFailed, url: "/handleRefer", parameters: ["CallSid": "CA1"])
    /// let signature = test.headers["X-Twilio-Signature"]
    /// let request = try validator.verify(.post, url: test.url, body: test.body, signature: signature)
    /// print(request.callSid!, request.outcome!)  // CA1 target-failed busy 486
    /// ```
    public func signedRequest(
        _ scenario: Scenario? = nil, method: RequestMethod = .post, url: String,
        parameters: NameValuePairs = [:]
    ) throws(TwimlReferError) -> SignedRequest {
        let request = try call(size + method.rawValue.size + url.size + parameters.size) {
            try TwimlReferBridge.signedRequest(
                secrets: secrets, method: method.rawValue, url: url, scenario: scenario?.plain,
                params: parameters.plain)
        }
        return SignedRequest(
            method: RequestMethod(rawValue: request.method), url: request.url, body: request.body,
            headers: NameValuePairs(request.headers))
    }
}

extension RequestValidator.SignedRequest: CustomStringConvertible, CustomReflectable {
    /// Method and URL, secrets hidden; neither body nor signature.
    public var description: String {
        let shown = (try? call(url.size) { urlRedacted(url: url) }) ?? ""
        return "\(method.rawValue) \(shown)"
    }

    public var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}

extension RequestValidator.Scenario {
    fileprivate var plain: TwimlReferBridge.Scenario {
        switch self {
        case .transferred: .transferred
        case .rejected: .rejected
        case .targetFailed: .targetFailed
        case .canceled: .canceled
        case .unconfirmed: .unconfirmed
        }
    }
}
