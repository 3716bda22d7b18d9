// The verb itself, for SIP stacks that are driven from Swift.

import Synchronization
internal import TwimlReferBridge

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
/// One ``Refer`` in progress: REFER and NOTIFY (RFC 3515) as a state machine without I/O.
///
/// Feed what happens on the SIP side, each with the time in milliseconds on one clock (Unix time), and do what
/// comes back; feed ``Event/time`` when the deadline has come. Any thread or task may call it: calls wait for
/// each other, and for nothing else.
///
/// ```swift
/// let transfer = try Transfer(to: SipUri("sip:alice@example.com"))
/// print(try transfer.handle(.start(cseq: 1), atMilliseconds: 0), transfer.referTo)  // [sendRefer] <sip:alice@example.com>
/// print(try transfer.handle(.response(202), atMilliseconds: 50), transfer.deadlineMilliseconds!)  // [] 32050
/// let answered = Transfer.Notify(
///     cseq: 1, event: "refer;id=1", subscriptionState: "terminated", body: Array("SIP/2.0 200 OK".utf8))
/// print(try transfer.handle(.notify(answered), atMilliseconds: 9500)[0])  // reply(200)
/// print(transfer.report!.outcome)  // transferred
/// ```
public final class Transfer: Sendable {
    /// What happened.
    public enum Event: Sendable, Hashable {
        /// Begin; `cseq` is that of the REFER, `nil` if the SIP stack chooses it. On any leg but `sip` it is
        /// refused with the number 13801.
        case start(cseq: Int?, leg: CallLeg = .sip, isFirstInDialog: Bool = true)
        /// The CSeq that the SIP stack has given the REFER.
        case cseq(Int)
        /// A response to the REFER. `retry` after 401 or 407 is the CSeq of the REFER that was sent again
        /// with credentials.
        case response(_ code: Int, referSub: Bool = true, retry: Int? = nil)
        /// A NOTIFY request.
        case notify(Notify)
        /// The status of the call to the target, from a SIP stack that reads NOTIFY requests itself.
        case status(_ code: Int, isFinal: Bool)
        /// Either side ended the call.
        case hangUp
        /// The REFER could not be sent, or its connection broke.
        case transportError
        /// Time has passed.
        case time
    }

    /// A NOTIFY request: its headers and its body as they are on the wire.
    public struct Notify: Sendable, Hashable {
        /// The number of the CSeq header.
        public var cseq: Int
        /// The Event header.
        public var event: String
        /// The Subscription-State header.
        public var subscriptionState: String?
        /// The body, of the type `message/sipfrag`.
        public var body: [UInt8]
        /// Whether it came in the dialog of the REFER.
        public var isInDialog: Bool

        public init(
            cseq: Int, event: String = "refer", subscriptionState: String? = nil,
            body: some Sequence<UInt8> = [], isInDialog: Bool = true
        ) {
            self.cseq = cseq
            self.event = event
            self.subscriptionState = subscriptionState
            self.body = Array(body)
            self.isInDialog = isInDialog
        }
    }

    /// What is to be done.
    public enum Output: Sendable, Hashable {
        /// Send the REFER, with ``Transfer/referTo`` as its Refer-To.
        case sendRefer
        /// Answer the NOTIFY that was just fed with this status code.
        case reply(Int)
        /// The endpoint has lost the dialog, or did not answer the REFER: end the dialog without waiting for
        /// an answer.
        case endDialog
        /// The verb has ended; comes once.
        case completed(ReferReport)
        /// The input was unexpected or invalid, and was answered or ignored: log it.
        case diagnostic(Diagnostic)
    }

    /// The state of a transfer.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Not started.
        case idle
        /// The REFER has no final answer yet.
        case referring
        /// The endpoint accepted the REFER, and reports the progress of the call to the target.
        case subscribed
        /// The verb has ended.
        case completed
    }

    /// What differs from the defaults; times are at most a day.
    public struct Settings: Sendable, Hashable {
        /// How long the endpoint may take to answer the REFER: 32 s, if `nil` (RFC 3261, timer F).
        public var responseTimeout: Duration?
        /// How long the first NOTIFY may take: 32 s, if `nil` (RFC 6665, timer N).
        public var notifyTimeout: Duration?
        /// How long a subscription without `expires` lasts: 180 s, if `nil` (RFC 3261, timer C).
        public var subscription: Duration?
        /// How long the transfer may last once the REFER was accepted, whatever its subscription says: 10
        /// minutes, if `nil`.
        public var maxDuration: Duration?
        /// How long after a hang-up the last NOTIFY still counts: not at all, if `nil` (RFC 5057).
        public var hangUpGrace: Duration?
        /// Whether a REFER that was rejected, never answered or not sent reports only its code.
        public var isRejectedStatusOmitted: Bool
        /// The status that is reported for a final code of the call to the target.
        public var statuses: [Int: ReferCallStatus]

        /// Makes settings, which ``Transfer/init(to:settings:)`` checks.
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

    /// The last step, with the whole transfer as saved bytes.
    private let last: Mutex<TransferStep>

    /// Makes a transfer that is not started.
    ///
    /// - Throws: an error of the group `transfer` where a setting is out of range.
    public init(to target: SipUri, settings: Settings = Settings()) throws(TwimlReferError) {
        let uri = target.description
        let step = try call(uri.size + settings.size) {
            try transferNew(target: uri, settings: settings.plain)
        }
        last = Mutex(step)
    }

    /// Restores a transfer from the bytes of ``save()``, by this or any older version.
    ///
    /// - Throws: an error of the group `transfer`: the bytes are not those that were saved.
    public init(restoring bytes: some Sequence<UInt8>) throws(TwimlReferError) {
        let saved = try copied(bytes)
        let step = try call(saved.count) { try transferRestore(saved: saved) }
        // Outputs that wait in the bytes are taken with the next event, or by `poll`.
        last = Mutex(
            TransferStep(
                saved: saved, state: step.state, deadlineMs: step.deadlineMs, outputs: [], report: step.report
            ))
    }

    /// Saves it whole, waiting outputs and settings included.
    public func save() -> [UInt8] { Array(step.saved) }

    /// Feeds an event, and returns everything that is to be done.
    ///
    /// - Throws: an error of the group `transfer` where this class is misused: started twice or on a leg
    ///   that is not SIP, fed a retry that nothing asked for, or given a CSeq that is out of range. Nothing
    ///   has changed then. What comes from the wire is never an error: see ``Output/diagnostic(_:)``.
    public func handle(_ event: Event, atMilliseconds now: Int) throws(TwimlReferError) -> [Output] {
        try take(event.size) { saved in
            try transferStep(saved: saved, input: event.plain, nowMs: Int64(now))
        }
    }

    /// Returns the outputs that wait after a transfer was restored.
    public func poll() -> [Output] {
        checked { try take(0) { saved in try transferRestore(saved: saved) } }
    }

    /// When to feed ``Event/time`` at the latest; `nil`: never.
    public var deadlineMilliseconds: Int? { step.deadlineMs.map(Int.init(clamping:)) }

    /// The state.
    public var state: State { State(rawValue: step.state) ?? .completed }

    /// The report for the action URL, once completed.
    public var report: ReferReport? { step.report.map(ReferReport.init) }

    /// The value for the Refer-To header.
    public var referTo: String { details.referTo }

    /// The URI that the endpoint is to call.
    public var target: SipUri { checked { try SipUri(details.target) } }

    private var step: TransferStep { last.withLock { $0 } }

    private var details: TransferDetails { checked { try transferDetails(saved: step.saved) } }

    /// Replaces the last step by the next one, and returns the outputs of that.
    private func take(
        _ size: Int, _ next: (Data) throws -> TransferStep
    ) throws(TwimlReferError) -> [Output] {
        try call(size) {
            try last.withLock { last in
                last = try next(last.saved)
                return last.outputs
            }
        }.map(Output.init)
    }
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

    init(_ output: TransferOutput) {
        switch output {
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
        if case .notify(let notify) = self {
            notify.event.size + notify.subscriptionState.size + notify.body.count + overhead
        } else {
            overhead
        }
    }

    fileprivate var plain: TransferInput {
        switch self {
        case .start(let cseq, let leg, let isFirstInDialog):
            .start(leg: leg.rawValue, cseq: cseq.map(Int64.init), firstInDialog: isFirstInDialog)
        case .cseq(let cseq): .cseq(cseq: Int64(cseq))
        case .response(let code, let referSub, let retry):
            .response(code: Int64(code), referSub: referSub, retryCseq: retry.map(Int64.init))
        case .notify(let notify): .notify(notify: notify.plain)
        case .status(let code, let isFinal): .status(code: Int64(code), isFinal: isFinal)
        case .hangUp: .hangUp
        case .transportError: .transportError
        case .time: .time
        }
    }
}

extension Transfer.Notify {
    fileprivate var plain: TwimlReferBridge.Notify {
        .init(
            cseq: Int64(cseq), event: event, subscriptionState: subscriptionState, body: Data(body),
            inDialog: isInDialog)
    }
}

extension Transfer.Settings {
    fileprivate var size: Int {
        statuses.values.reduce(0) { $0 + $1.rawValue.size }
    }

    fileprivate var plain: TransferSettings {
        TransferSettings(
            responseTimeoutNs: responseTimeout.map(nanoseconds),
            notifyTimeoutNs: notifyTimeout.map(nanoseconds), subscriptionNs: subscription.map(nanoseconds),
            maxDurationNs: maxDuration.map(nanoseconds), hangUpGraceNs: hangUpGrace.map(nanoseconds),
            rejectedStatusOmitted: isRejectedStatusOmitted,
            statuses: statuses.sorted { $0.key < $1.key }
                .map { StatusMapping(code: Int64($0.key), status: $0.value.rawValue) })
    }
}

/// What 64 bits cannot count is the outermost number, which the library refuses.
private func nanoseconds(_ time: Duration) -> Int64 {
    let (seconds, attoseconds) = time.components
    let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isTooLongWithRest) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return isTooLong || isTooLongWithRest ? (seconds < 0 ? .min : .max) : sum
}
