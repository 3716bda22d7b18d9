// The verb itself, for SIP stacks that are driven from Swift.

import Foundation
internal import TwimlReferBridge

/// The parameters that the platform would send to the action URL, in their order, and what they mean.
public struct ReferReport: Sendable, Hashable, CustomStringConvertible {
    /// `ReferCallStatus` and the two codes, as far as they are known.
    public let parameters: Fields
    /// What they mean.
    public let outcome: ReferOutcome
    /// Whether the original call is still there.
    public let mayResume: Bool

    init(_ report: Report) {
        parameters = Fields(report.params)
        outcome = ReferOutcome(report.outcome)
        mayResume = report.mayResume
    }

    public var description: String { "\(outcome) \(parameters)" }
}

/// One ``Refer`` at work: REFER and NOTIFY (RFC 3515) as a state machine without I/O.
///
/// Feed what the SIP stack hears, each with the time in milliseconds on one clock (Unix time), and do what
/// comes back; feed ``Event/time`` when the ``deadline`` has come. Any thread or task may call it: calls come
/// one after the other, and none waits for anything else.
///
/// ```swift
/// let transfer = try Transfer(to: SipUri("sip:alice@example.com"))
/// print(try transfer.handle(.start(cseq: 1), at: 0), transfer.referTo)  // [sendRefer] <sip:alice@example.com>
/// print(try transfer.handle(.response(202), at: 50), transfer.deadline!)  // [] 32050
/// let answered = Transfer.Event.notify(
///     "refer;id=1", cseq: 1, subscriptionState: "terminated", body: Array("SIP/2.0 200 OK".utf8))
/// print(try transfer.handle(answered, at: 9500)[0])  // reply(200)
/// print(transfer.report!.outcome)  // transferred
/// ```
public final class Transfer: Sendable {
    /// What happened.
    public enum Event: Sendable, Hashable {
        /// Begin; `cseq` is that of the REFER. On any leg but `sip` it is refused with the number 13801.
        case start(cseq: Int, leg: Leg = .sip, isFirstInDialog: Bool = true)
        /// A response to the REFER. `retry` after 401 or 407 is the CSeq of the REFER that was sent again
        /// with credentials.
        case response(_ code: Int, referSub: Bool = true, retry: Int? = nil)
        /// A NOTIFY: its headers as they stand on the wire, its body as it is.
        case notify(
            _ event: String, cseq: Int, subscriptionState: String? = nil, body: [UInt8] = [],
            isInDialog: Bool = true)
        /// Either side ended the call.
        case hangUp
        /// The REFER could not be sent, or its connection broke.
        case transportError
        /// Nothing but time.
        case time
    }

    /// What is to be done.
    public enum Output: Sendable, Hashable {
        /// Send the REFER, with ``Transfer/referTo`` as its Refer-To.
        case sendRefer
        /// Answer the NOTIFY that was just fed with this status code.
        case reply(Int)
        /// The endpoint has lost the dialog: end it without waiting for an answer.
        case endDialog
        /// The verb has ended; comes once.
        case completed(ReferReport)
    }

    /// How far it is.
    public enum State: String, Sendable, Hashable {
        /// Not started.
        case idle
        /// The REFER has no final answer yet.
        case referring
        /// The endpoint took the REFER, and will tell how the call to the target goes.
        case subscribed
        /// The verb has ended.
        case completed
    }

    /// What differs from the defaults of the verb; times are at most a day.
    public struct Settings: Sendable, Hashable {
        /// How long the endpoint may take to answer the REFER: 32 s, if `nil` (RFC 3261, timer F).
        public var responseTimeout: Duration?
        /// How long the first NOTIFY may take: 32 s, if `nil` (RFC 6665, timer N).
        public var notifyTimeout: Duration?
        /// How long a subscription lasts that says nothing of it: 180 s, if `nil` (RFC 3261, timer C).
        public var subscription: Duration?
        /// How long after a hang-up the last NOTIFY still counts: not at all, if `nil` (RFC 5057).
        public var hangUpGrace: Duration?
        /// Whether a REFER that was refused, never answered or not sent reports its code alone.
        public var isRejectedStatusOmitted: Bool
        /// The status that is reported for a final code of the call to the target.
        public var statuses: [Int: ReferCallStatus]

        /// Makes settings; whether they are good is judged by ``Transfer/init(to:settings:)``.
        public init(
            responseTimeout: Duration? = nil, notifyTimeout: Duration? = nil,
            subscription: Duration? = nil, hangUpGrace: Duration? = nil,
            isRejectedStatusOmitted: Bool = false, statuses: [Int: ReferCallStatus] = [:]
        ) {
            self.responseTimeout = responseTimeout
            self.notifyTimeout = notifyTimeout
            self.subscription = subscription
            self.hangUpGrace = hangUpGrace
            self.isRejectedStatusOmitted = isRejectedStatusOmitted
            self.statuses = statuses
        }
    }

    private let inner: TwimlReferBridge.Transfer

    /// Makes a transfer that is not started.
    ///
    /// - Throws: an error of the category `transfer` where a setting is out of range.
    public init(to target: SipUri, settings: Settings = Settings()) throws(TwimlReferError) {
        let plain = try settings.plain()
        inner = try call(target.description.size + settings.size) {
            try TwimlReferBridge.Transfer(target: target.description, settings: plain)
        }
    }

    /// Takes back what ``save()`` returned, by this or any older version.
    ///
    /// - Throws: an error of the category `transfer`: the bytes are not those that were saved.
    public init(restoring bytes: some Sequence<UInt8>) throws(TwimlReferError) {
        let data = try copied(bytes)
        inner = try call(data.count) { try TwimlReferBridge.Transfer.restore(bytes: data) }
    }

    /// Saves it whole, waiting outputs and settings included.
    public func save() -> [UInt8] { Array(inner.save()) }

    /// Feeds what happened, and takes everything that is to be done.
    ///
    /// - Throws: an error of the category `transfer`: this cannot come now, or a number is none. Nothing has
    ///   changed then, but that time has passed.
    public func handle(_ event: Event, at now: Int) throws(TwimlReferError) -> [Output] {
        let time: UInt64 = try fitting(now)
        let occurrence = try event.plain()
        return try call(event.size) { try inner.handle(occurrence: occurrence, now: time) }
            .map(Output.init)
    }

    /// Takes what still waits: after a transfer was restored, or an event refused.
    public func poll() -> [Output] { inner.poll().map(Output.init) }

    /// When to feed ``Event/time`` at the latest, in milliseconds; `nil`: never.
    public var deadline: Int? { inner.deadline().map(Int.init(clamping:)) }

    /// How far it is.
    public var state: State { State(rawValue: inner.state()) ?? .completed }

    /// The parameters for the action URL, once completed.
    public var report: ReferReport? { inner.report().map(ReferReport.init) }

    /// The value for the Refer-To header.
    public var referTo: String { inner.referTo() }

    /// Whom the endpoint is to call.
    public var target: SipUri { settled { try SipUri(inner.target()) } }
}

extension Transfer: CustomStringConvertible {
    public var description: String { "Transfer to \(target.debugDescription), \(state)" }
}

extension Transfer.Output: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sendRefer: "sendRefer"
        case .reply(let code): "reply(\(code))"
        case .endDialog: "endDialog"
        case .completed(let report): "completed(\(report))"
        }
    }

    init(_ action: Action) {
        switch action {
        case .sendRefer: self = .sendRefer
        case .reply(let code): self = .reply(Int(code))
        case .endDialog: self = .endDialog
        case .completed(let report): self = .completed(ReferReport(report))
        }
    }
}

extension Transfer.Event {
    fileprivate var size: Int {
        switch self {
        case .notify(let event, _, let subscriptionState, let body, _):
            event.size + subscriptionState.size + body.count + textOverhead
        default: textOverhead
        }
    }

    fileprivate func plain() throws(TwimlReferError) -> Occurrence {
        switch self {
        case .start(let cseq, let leg, let isFirstInDialog):
            .start(leg: leg.rawValue, cseq: try fitting(cseq), firstInDialog: isFirstInDialog)
        case .response(let code, let referSub, let retry):
            .response(
                code: try fitting(code), referSub: referSub, retry: try retry.map(fitting))
        case .notify(let event, let cseq, let subscriptionState, let body, let isInDialog):
            .notify(
                event: event, cseq: try fitting(cseq), subscriptionState: subscriptionState,
                body: Data(body), inDialog: isInDialog)
        case .hangUp: .hangUp
        case .transportError: .transportError
        case .time: .time
        }
    }
}

extension Transfer.Settings {
    fileprivate var size: Int {
        statuses.values.reduce(0) { $0 + $1.rawValue.size }
    }

    fileprivate func plain() throws(TwimlReferError) -> Settings {
        var entries: [StatusEntry] = []
        for (code, status) in statuses.sorted(by: { $0.key < $1.key }) {
            entries.append(StatusEntry(code: try fitting(code), status: status.rawValue))
        }
        return TwimlReferBridge.Settings(
            responseTimeout: try responseTimeout.map(milliseconds),
            notifyTimeout: try notifyTimeout.map(milliseconds),
            subscription: try subscription.map(milliseconds),
            hangUpGrace: try hangUpGrace.map(milliseconds),
            rejectedStatusOmitted: isRejectedStatusOmitted, statuses: entries)
    }
}

/// Rounded up, as the library does: what is short is not none. What is less than a nanosecond is no time,
/// but what floating point adds to `.seconds(1.1)`.
private func milliseconds(_ time: Duration) throws(TwimlReferError) -> UInt64 {
    let (seconds, attoseconds) = time.components
    let nanoseconds = attoseconds / 1_000_000_000
    let rest = (nanoseconds + 999_999) / 1_000_000
    let (whole, tooLong) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, tooLongWithRest) = whole.addingReportingOverflow(rest)
    guard seconds >= 0, attoseconds >= 0, !tooLong, !tooLongWithRest else { throw .outOfRange(time) }
    return UInt64(sum)
}
