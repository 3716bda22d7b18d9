package dev.twimlrefer

/**
 * How a transfer ended: one answer to the three parameters of the callback.
 *
 * ```kotlin
 * val callback = ReferCallback.fromForm("ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
 * val next = when (val outcome = callback.outcome) {
 *     ReferOutcome.Transferred -> "done"
 *     is ReferOutcome.TargetFailed -> "${outcome.status}: talk to the caller again"
 *     is ReferOutcome.Rejected -> "the endpoint cannot transfer: ${outcome.code}"
 *     ReferOutcome.Canceled -> "the caller has gone"
 *     ReferOutcome.Unconfirmed -> "nobody knows"
 *     is ReferOutcome.Unknown -> "${outcome.status}?"
 * }
 * check(next == "busy: talk to the caller again")
 * ```
 */
public sealed interface ReferOutcome {
    /** The stable name of the outcome, the same in every language. */
    public val kind: String

    /** The target answered: the caller is no longer with the app. */
    public data object Transferred : ReferOutcome {
        override val kind: String get() = "transferred"
    }

    /**
     * The endpoint refused the REFER itself.
     *
     * @property code the SIP code, 300 to 699.
     */
    public data class Rejected(val code: Int) : ReferOutcome {
        override val kind: String get() = "rejected"
    }

    /**
     * The endpoint called the target, and that call failed.
     *
     * @property status busy, no answer or failed.
     * @property code the last SIP code, where one was reported.
     */
    public data class TargetFailed(val status: ReferCallStatus, val code: Int?) : ReferOutcome {
        override val kind: String get() = "target-failed"
    }

    /** The caller hung up before it was decided. */
    public data object Canceled : ReferOutcome {
        override val kind: String get() = "canceled"
    }

    /** The endpoint never told how it went: it may or may not have transferred the caller. */
    public data object Unconfirmed : ReferOutcome {
        override val kind: String get() = "unconfirmed"
    }

    /**
     * The platform sent a status that this version does not know.
     *
     * @property status what it sent.
     */
    public data class Unknown(val status: ReferCallStatus) : ReferOutcome {
        override val kind: String get() = "unknown"
    }

    /** Nothing that is public. */
    public companion object {
        internal fun of(kind: String, status: String?, code: Int?): ReferOutcome = when (kind) {
            "transferred" -> Transferred
            "rejected" -> Rejected(code ?: 0)
            "target-failed" -> TargetFailed(ReferCallStatus.of(status.orEmpty()), code)
            "canceled" -> Canceled
            "unconfirmed" -> Unconfirmed
            else -> Unknown(ReferCallStatus.of(status.orEmpty()))
        }
    }
}
