package dev.twimlrefer

import dev.twimlrefer.internal.bridge.referReport
import dev.twimlrefer.internal.bridge.referReportParams
import dev.twimlrefer.internal.entries
import dev.twimlrefer.internal.bridge.ReferReport as BridgeReport

/**
 * What Twilio reports when a `<Refer>` has ended.
 *
 * ```kotlin
 * val report = VoiceRequest.fromForm("ReferCallStatus=failed&ReferSipResponseCode=405").refer
 * check(report?.referSipResponseCode == 405 && report.outcome == ReferOutcome.Rejected(405))
 * ```
 */
public class ReferReport internal constructor(private val parts: BridgeReport) {
    /**
     * Makes the report of these values, where each is known.
     *
     * @throws TransferException a code is not 100 to 699.
     */
    public constructor(
        callStatus: ReferCallStatus?,
        referSipResponseCode: Int?,
        notifySipResponseCode: Int?,
    ) : this(referReport(callStatus?.text, referSipResponseCode?.toLong(), notifySipResponseCode?.toLong()))

    /** `ReferCallStatus`: the status of the call to the target. */
    public val callStatus: ReferCallStatus? get() = parts.callStatus?.let(ReferCallStatus::of)

    /** `ReferSipResponseCode`: the endpoint's response to the REFER, 100 to 699. */
    public val referSipResponseCode: Int? get() = parts.referSipResponseCode?.toInt()

    /** `NotifySipResponseCode`: the last code of the call to the target, 100 to 699. */
    public val notifySipResponseCode: Int? get() = parts.notifySipResponseCode?.toInt()

    /** What the three mean together. */
    public val outcome: ReferOutcome get() = outcome(parts.outcome)

    /** The parameters that Twilio sends, in their order. */
    public val params: List<Map.Entry<String, String>> get() = entries(referReportParams(parts))

    /** Whether the three values are the same. */
    override fun equals(other: Any?): Boolean = other is ReferReport && other.parts == parts

    /** Agrees with [equals]. */
    override fun hashCode(): Int = parts.hashCode()

    /** For people. */
    override fun toString(): String = "ReferReport(callStatus=$callStatus, " +
        "referSipResponseCode=$referSipResponseCode, notifySipResponseCode=$notifySipResponseCode)"
}
