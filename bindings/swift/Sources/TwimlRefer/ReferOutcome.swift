// How a transfer ended.

internal import TwimlReferBridge

/// `ReferCallStatus`: how the call to the target stands. New ones may come.
public struct ReferCallStatus: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The target answered.
    public static let inProgress = Self(rawValue: "in-progress")
    /// The target was busy.
    public static let busy = Self(rawValue: "busy")
    /// The target did not answer in time.
    public static let noAnswer = Self(rawValue: "no-answer")
    /// The target could not be reached, or refused; or the endpoint refused the REFER.
    public static let failed = Self(rawValue: "failed")
    /// The caller hung up.
    public static let canceled = Self(rawValue: "canceled")

    /// As Twilio sends it.
    public let rawValue: String

    /// Takes any text, compared with case.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// How a transfer ended: the only question that an app has.
///
/// ```swift
/// let callback = try ReferCallback(form: "ReferCallStatus=busy&NotifySipResponseCode=486")
/// if case .targetFailed(.busy, let code) = callback.outcome {
///     print(code!, callback.mayResume)  // 486 true
/// }
/// ```
public enum ReferOutcome: Sendable, Hashable {
    /// The target answered: the caller is no longer with the app.
    case transferred
    /// The endpoint refused the REFER itself, with this SIP code.
    case rejected(code: Int)
    /// The endpoint called the target, and that call failed; `code` is the last SIP code, where one was
    /// reported.
    case targetFailed(status: ReferCallStatus, code: Int?)
    /// The caller hung up before it was decided.
    case canceled
    /// The endpoint never told how it went: it may or may not have transferred the caller.
    case unconfirmed
    /// Twilio sent a status that this version does not know.
    case unknown(status: ReferCallStatus)

    /// The name of the case, the same in every language.
    public var kind: String {
        switch self {
        case .transferred: "transferred"
        case .rejected: "rejected"
        case .targetFailed: "target-failed"
        case .canceled: "canceled"
        case .unconfirmed: "unconfirmed"
        case .unknown: "unknown"
        }
    }

    /// What happened, for a person, as a clause to stand in a sentence of theirs.
    ///
    /// ```swift
    /// print(ReferOutcome.canceled.explanation)  // the call ended before the transfer was decided
    /// ```
    public var explanation: String {
        let (status, code) = values
        let plain = Outcome(kind: kind, status: status, code: code.map(UInt16.init(clamping:)))
        // What is too long for the bridge is no status of Twilio.
        return (try? call(status.size) { outcomeExplanation(outcome: plain) }) ?? kind
    }

    private var values: (status: String?, code: Int?) {
        switch self {
        case .rejected(let code): (nil, code)
        case .targetFailed(let status, let code): (status.rawValue, code)
        case .unknown(let status): (status.rawValue, nil)
        case .transferred, .canceled, .unconfirmed: (nil, nil)
        }
    }

    init(_ outcome: Outcome) {
        let status = ReferCallStatus(rawValue: outcome.status ?? "")
        let code = outcome.code.map(Int.init)
        switch outcome.kind {
        case "transferred": self = .transferred
        case "rejected": self = .rejected(code: code ?? 0)
        case "target-failed": self = .targetFailed(status: status, code: code)
        case "canceled": self = .canceled
        case "unconfirmed": self = .unconfirmed
        default: self = .unknown(status: status)
        }
    }
}

extension ReferOutcome: CustomStringConvertible {
    public var description: String {
        [kind, values.status, values.code.map(String.init)].compactMap { $0 }.joined(separator: " ")
    }
}
