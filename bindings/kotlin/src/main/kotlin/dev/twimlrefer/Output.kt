package dev.twimlrefer

import dev.twimlrefer.internal.bridge.TransferOutput

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

    /** The endpoint has lost the dialog, or did not answer the REFER: end the dialog without waiting for an answer. */
    public data object EndDialog : Output

    /**
     * The verb has ended; comes once.
     *
     * @property report what Twilio would send to the action URL.
     */
    public data class Completed(val report: ReferReport) : Output

    /**
     * Something unexpected or invalid came from the wire; it was answered or ignored, and there is nothing to do.
     *
     * @property diagnostic what it was.
     */
    public data class Diagnostic(val diagnostic: dev.twimlrefer.Diagnostic) : Output
}

internal fun output(output: TransferOutput): Output = when (output) {
    is TransferOutput.SendRefer -> Output.SendRefer
    is TransferOutput.Reply -> Output.Reply(output.code.toInt())
    is TransferOutput.EndDialog -> Output.EndDialog
    is TransferOutput.Completed -> Output.Completed(ReferReport(output.report))
    is TransferOutput.Diagnostic -> Output.Diagnostic(Diagnostic(output.diagnostic))
}
