// The verb itself, for SIP stacks that are driven from Swift.

import Foundation
internal import TwimlReferBridge

/// The parameters that Twilio would send to the action URL, in their order, and what they mean.
public struct ReferReport: Sendable, Hashable, CustomStringConvertible {
    /// `ReferCallStatus` and the two codes, as far as they are known.
    public let parameters: Fields
    /// What they mean.
    public let outcome: ReferOutcome

    init(_ report: Report) {
        parameters = Fields(report.params)
        outcome = ReferOutcome(report.outcome)
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
        /// The endpoint is silent, or has lost the dialog: end it without waiting for an answer.
        case endDialog
        /// The verb has ended; comes once.
        case completed(ReferReport)
        /// What came from the wire was odd, and was answered or ignored: there is nothing to do but to log it.
        case diagnostic(Diagnostic)
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
        /// How long the transfer may last once the REFER was accepted, whatever its subscription says: 10
        /// minutes, if `nil`.
        public var maxDuration: Duration?
        /// How long after a hang-up the last NOTIFY still counts: not at all, if `nil` (RFC 5057).
        public var hangUpGrace: Duration?
        /// Whether a REFER that was refused, never answered or not sent reports its code alone.
        public var isRejectedStatusOmitted: Bool
        /// The status that is reported for a final code of the call to the target.
        public var statuses: [Int: ReferCallStatus]

        /// Makes settings; whether they are good is judged by ``Transfer/init(to:settings:)``.
        public init(
            responseTimeout: Duration? = nil, notifyTimeout: Duration? = nil,
            subscription: Duration? = nil, maxDuration: Duration? = nil, hangUpGrace: Duration? = nil,
            isRejectedStatusOmitted: Bool = false, statuses: [Int: ReferCallStatus] = [:]
        ) {
            self.responseTimeout = responseTimeout
            self.notifyTimeout = notifyTimeout
            self.subscription = subscription
            self.maxDuration = maxDuration
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
        inner = try call(target.description.size + settings.size) {
            try TwimlReferBridge.Transfer(target: target.description, settings: settings.plain)
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
    /// - Throws: an error of the category `transfer` where this class is misused: started twice or on a leg
    ///   that is not SIP, told of a retry that nothing asked for, or given a CSeq that is out of range. Nothing
    ///   has changed then. What comes from the wire is never an error: see ``Output/diagnostic(_:)``.
    public func handle(_ event: Event, at now: Int) throws(TwimlReferError) -> [Output] {
        try call(event.size) { try inner.handle(occurrence: event.plain, now: Int64(now)) }
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
        case .diagnostic(let found): "diagnostic(\(found))"
        }
    }

    init(_ action: Action) {
        switch action {
        case .sendRefer: self = .sendRefer
        case .reply(let code): self = .reply(Int(code))
        case .endDialog: self = .endDialog
        case .completed(let report): self = .completed(ReferReport(report))
        case .diagnostic(let found): self = .diagnostic(Diagnostic(found))
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

    fileprivate var plain: Occurrence {
        switch self {
        case .start(let cseq, let leg, let isFirstInDialog):
            .start(leg: leg.rawValue, cseq: Int64(cseq), firstInDialog: isFirstInDialog)
        case .response(let code, let referSub, let retry):
            .response(code: Int64(code), referSub: referSub, retry: retry.map(Int64.init))
        case .notify(let event, let cseq, let subscriptionState, let body, let isInDialog):
            .notify(
                event: event, cseq: Int64(cseq), subscriptionState: subscriptionState,
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

    fileprivate var plain: TwimlReferBridge.Settings {
        TwimlReferBridge.Settings(
            responseTimeout: responseTimeout.map(milliseconds),
            notifyTimeout: notifyTimeout.map(milliseconds),
            subscription: subscription.map(milliseconds), maxDuration: maxDuration.map(milliseconds),
            hangUpGrace: hangUpGrace.map(milliseconds),
            rejectedStatusOmitted: isRejectedStatusOmitted,
            statuses: statuses.sorted { $0.key < $1.key }
                .map { StatusEntry(code: Int64($0.key), status: $0.value.rawValue) })
    }
}

/// Rounded away from zero, as the library does: what is short is not none. What is less than a nanosecond is
/// no time, but what floating point adds to `.seconds(1.1)`. What 64 bits cannot count is the outermost
/// number, which the library refuses.
private func milliseconds(_ time: Duration) -> Int64 {
    let (seconds, attoseconds) = time.components
    let nanoseconds = attoseconds / 1_000_000_000
    let rest = (nanoseconds + nanoseconds.signum() * 999_999) / 1_000_000
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
    let (sum, isTooLongWithRest) = whole.addingReportingOverflow(rest)
    guard !isTooLong, !isTooLongWithRest else { return seconds < 0 ? .min : .max }
    return sum
}
