// How a transfer ended.

internal import TwimlReferBridge

/// `ReferCallStatus`: the status of the call to the target. New ones may come.
public struct ReferCallStatus: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The target answered.
    public static let inProgress = Self(rawValue: "in-progress")
    /// The target was busy.
    public static let busy = Self(rawValue: "busy")
    /// The target did not answer in time.
    public static let noAnswer = Self(rawValue: "no-answer")
    /// The target could not be reached, or refused; or the endpoint rejected the REFER.
    public static let failed = Self(rawValue: "failed")
    /// The caller hung up.
    public static let canceled = Self(rawValue: "canceled")

    /// The status as Twilio sends it.
    public let rawValue: String

    /// Takes any text, compared with case.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// How a transfer ended.
///
/// ```swift
/// let request = try VoiceRequest(form: "ReferCallStatus=busy&NotifySipResponseCode=486")
/// if case .targetFailed(.busy, let code)? = request.outcome {
///     print(code!, request.mayResume)  // 486 true
/// }
/// ```
public enum ReferOutcome: Sendable, Hashable {
    /// The target answered: the caller is no longer with the app.
    case transferred
    /// The endpoint rejected the REFER itself, with this SIP code.
    case rejected(code: Int)
    /// The endpoint called the target, and that call failed; `code` is the last SIP code, where one was
    /// reported.
    case targetFailed(status: ReferCallStatus, code: Int?)
    /// The call ended before the transfer was decided, most often because the caller hung up.
    case canceled
    /// The endpoint did not report the result: it may or may not have transferred the caller.
    case unconfirmed
    /// Twilio sent a status that this version does not know.
    case unknown(status: ReferCallStatus)

    /// The name of the case, the same in every language.
    public var kind: String { plain.kind }

    /// What happened, as a clause for a person.
    ///
    /// ```swift
    /// print(ReferOutcome.canceled.explanation)  // the call ended before the transfer was decided
    /// ```
    public var explanation: String {
        // A text that is too long for the bridge is not a status of Twilio.
        (try? call(plain.status.size) { outcomeExplanation(outcome: plain) }) ?? kind
    }

    init(_ outcome: TwimlReferBridge.ReferOutcome) {
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

    var plain: TwimlReferBridge.ReferOutcome {
        switch self {
        case .transferred: .init(kind: "transferred", status: nil, code: nil)
        case .rejected(let code): .init(kind: "rejected", status: nil, code: Int64(code))
        case .targetFailed(let status, let code):
            .init(kind: "target-failed", status: status.rawValue, code: code.map(Int64.init))
        case .canceled: .init(kind: "canceled", status: nil, code: nil)
        case .unconfirmed: .init(kind: "unconfirmed", status: nil, code: nil)
        case .unknown(let status): .init(kind: "unknown", status: status.rawValue, code: nil)
        }
    }
}

extension ReferOutcome: CustomStringConvertible {
    public var description: String {
        [plain.kind, plain.status, plain.code.map(String.init)].compactMap { $0 }.joined(separator: " ")
    }
}

/// As the command prints it: `{"kind": "target-failed", "status": "busy", "code": 486}`.
extension ReferOutcome: Codable {
    private enum CodingKeys: String, CodingKey { case kind, status, code }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            .init(
                kind: try container.decode(String.self, forKey: .kind),
                status: try container.decodeIfPresent(String.self, forKey: .status),
                code: try container.decodeIfPresent(Int64.self, forKey: .code)))
    }

    public func encode(to encoder: any Encoder) throws {
        let plain = plain
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plain.kind, forKey: .kind)
        try container.encodeIfPresent(plain.status, forKey: .status)
        try container.encodeIfPresent(plain.code, forKey: .code)
    }
}
