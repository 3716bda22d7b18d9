package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Report
import dev.twimlrefer.internal.plainPairs

/** What a [Transfer] asks the SIP stack to do. */
public sealed interface Output {
    /** Send the REFER, with [Transfer.referTo] as its Refer-To. */
    public data object SendRefer : Output

    /**
     * Answer the NOTIFY that was just fed.
     *
     * @property code the status code.
     */
    public data class Reply(val code: Int) : Output

    /** The endpoint has lost the dialog: end it without waiting for an answer. */
    public data object EndDialog : Output

    /**
     * The verb has ended; comes once.
     *
     * @property report what the action URL is told.
     */
    public data class Completed(val report: ReferReport) : Output

    /**
     * Something odd came from the wire; it was answered or ignored, and there is nothing to do.
     *
     * @property diagnostic what it was.
     */
    public data class Diagnostic(val diagnostic: dev.twimlrefer.Diagnostic) : Output
}

/**
 * What Twilio would send to the action URL.
 *
 * @property params the parameters of `<Refer>`, in their order.
 * @property outcome how the transfer ended.
 */
public data class ReferReport(val params: List<Pair<String, String>>, val outcome: ReferOutcome)

internal fun report(report: Report): ReferReport {
    val judged = report.outcome.run { outcome(kind, status, code?.toInt()) }
    return ReferReport(plainPairs(report.params), judged)
}
