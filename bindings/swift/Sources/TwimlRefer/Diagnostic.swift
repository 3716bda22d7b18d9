// What a check found.

internal import TwimlReferBridge

/// What will happen on the wire, and where in the document or URI it stands.
///
/// ```swift
/// let found = try SipUri("sip:alice@example.com?X-Twilio-Id=1").check()
/// print(found[0].code, found[0].severity, found[0].number!)  // header-reserved warning 32113
/// ```
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable {
        /// Twilio will refuse it, or the app has a security hole.
        case error
        /// Something is dropped or never runs.
        case warning
        /// Worth knowing.
        case note
    }

    /// The stable name of the finding, the same in every language.
    public let code: String
    /// How bad it is.
    public let severity: Severity
    /// Where, as `Response/Refer[0]/Sip`; empty for a URI that stands alone.
    public let path: String
    /// What will happen.
    public let message: String
    /// Twilio's own number for it.
    public let number: Int?
    /// The line of the document that was read, from 1.
    public let line: Int?
    /// The column of that line, from 1.
    public let column: Int?
    /// The error behind it: why a target is no SIP URI.
    public let error: TwimlReferError?

    public var description: String {
        "\(severity)[\(code)]\(path.isEmpty ? "" : " \(path)"): \(message)"
    }

    init(_ found: Finding) {
        code = found.code
        severity = Severity(rawValue: found.severity) ?? .note
        path = found.path
        message = found.text
        number = found.number.map(Int.init)
        line = found.line.map(Int.init)
        column = found.column.map(Int.init)
        error = found.cause.map(TwimlReferError.init)
    }
}
