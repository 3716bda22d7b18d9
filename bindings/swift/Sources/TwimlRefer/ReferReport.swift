// The report of a transfer.

internal import TwimlReferBridge

/// The three parameters that report how a ``Refer`` ended, and the outcome that they mean.
///
/// ```swift
/// let report = try ReferReport(callStatus: .busy, referSipResponseCode: 202, notifySipResponseCode: 486)
/// print(report.outcome, report.parameters["NotifySipResponseCode"]!)  // target-failed busy 486 486
/// ```
public struct ReferReport: Sendable, Hashable {
    /// `ReferCallStatus`: the status of the call to the target.
    public let callStatus: ReferCallStatus?
    /// `ReferSipResponseCode`: the endpoint's answer to the REFER, 100 to 699.
    public let referSipResponseCode: Int?
    /// `NotifySipResponseCode`: the last code of the call to the target.
    public let notifySipResponseCode: Int?
    /// How the transfer ended.
    public let outcome: ReferOutcome

    /// Makes a report.
    ///
    /// - Throws: an error of the group `transfer` where a code is not one of SIP.
    public init(
        callStatus: ReferCallStatus?, referSipResponseCode: Int? = nil, notifySipResponseCode: Int? = nil
    ) throws(TwimlReferError) {
        let status = callStatus?.rawValue
        self.init(
            try call(status.size) {
                try referReport(
                    callStatus: status, referSipResponseCode: referSipResponseCode.map(Int64.init),
                    notifySipResponseCode: notifySipResponseCode.map(Int64.init))
            })
    }

    init(_ report: TwimlReferBridge.ReferReport) {
        callStatus = report.callStatus.map(ReferCallStatus.init)
        referSipResponseCode = report.referSipResponseCode.map(Int.init)
        notifySipResponseCode = report.notifySipResponseCode.map(Int.init)
        outcome = ReferOutcome(report.outcome)
    }

    /// The parameters that Twilio sends to the action URL, in the order of its documentation.
    public var parameters: NameValuePairs {
        let plain = TwimlReferBridge.ReferReport(
            callStatus: callStatus?.rawValue, referSipResponseCode: referSipResponseCode.map(Int64.init),
            notifySipResponseCode: notifySipResponseCode.map(Int64.init), outcome: outcome.plain)
        return NameValuePairs(checked { try referReportParams(report: plain) })
    }
}

extension ReferReport: CustomStringConvertible {
    public var description: String { "\(outcome) \(parameters)" }
}

/// Without the outcome, which comes of the three values.
extension ReferReport: Codable {
    private enum CodingKeys: CodingKey { case callStatus, referSipResponseCode, notifySipResponseCode }

    private struct Values: Decodable {
        let callStatus: ReferCallStatus?
        let referSipResponseCode: Int?
        let notifySipResponseCode: Int?
    }

    public init(from decoder: any Decoder) throws {
        self = try decoded(from: decoder) { (values: Values) throws(TwimlReferError) in
            try ReferReport(
                callStatus: values.callStatus, referSipResponseCode: values.referSipResponseCode,
                notifySipResponseCode: values.notifySipResponseCode)
        }
    }
}
