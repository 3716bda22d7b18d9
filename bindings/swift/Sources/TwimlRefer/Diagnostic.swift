// What a check found.

internal import TwimlReferBridge

/// What will happen to a part of a document, a URI or a request, and where it is.
///
/// ```swift
/// let found = try SipUri("sip:alice@example.com?X-Twilio-Id=1").check()
/// print(found[0].code, found[0].severity, found[0].number!)  // header-reserved warning 32113
/// ```
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// The severity.
    public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// Twilio will refuse it, a transfer never happens, or the app is not secure.
        case error
        /// Something is dropped or never runs.
        case warning
        /// Worth knowing.
        case note
    }

    /// The stable name of the diagnostic, the same in every language.
    public let code: Code
    /// The severity.
    public let severity: Severity
    /// Where, as `Response/Refer[0]/Sip`; empty outside of a document.
    public let path: String
    /// The parameter of a request.
    public let parameter: String?
    /// What will happen.
    public let message: String
    /// Twilio's own number for it.
    public let number: Int?
    /// The line of the document that was read, from 1.
    public let line: Int?
    /// The column of that line, from 1.
    public let column: Int?
    /// The error behind it: why a target is not a SIP URI.
    public let error: TwimlReferError?

    public var description: String {
        "\(severity)[\(code)]\(path.isEmpty ? "" : " \(path)"): \(message)"
    }

    init(_ found: TwimlReferBridge.Diagnostic) {
        code = Code(rawValue: found.code)
        severity = Severity(rawValue: found.severity) ?? .error
        path = found.path
        parameter = found.parameter
        message = found.message
        number = found.number.map(Int.init)
        line = found.line.map(Int.init)
        column = found.column.map(Int.init)
        error = found.error.map(TwimlReferError.init)
    }
}
