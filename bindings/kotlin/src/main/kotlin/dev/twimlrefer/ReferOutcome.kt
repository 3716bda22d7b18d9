package dev.twimlrefer

import dev.twimlrefer.internal.bridge.outcomeExplanation
import dev.twimlrefer.internal.bridge.ReferOutcome as BridgeOutcome

/**
 * How a transfer ended, told by the three parameters of `<Refer>`.
 *
 * ```kotlin
 * val request = VoiceRequest.fromForm("ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486")
 * val next = when (val outcome = request.outcome) {
 *     ReferOutcome.Transferred -> "done"
 *     is ReferOutcome.TargetFailed -> "${outcome.status}: talk to the caller again"
 *     is ReferOutcome.Rejected -> "the endpoint cannot transfer: ${outcome.code}"
 *     ReferOutcome.Canceled -> "the caller has gone"
 *     ReferOutcome.Unconfirmed -> "nobody knows"
 *     is ReferOutcome.Unknown -> "${outcome.status}?"
 *     null -> "not the action of a Refer"
 * }
 * check(next == "busy: talk to the caller again")
 * ```
 */
public sealed interface ReferOutcome {
    /** The stable name of the outcome, the same in every language. */
    public val kind: String

    /**
     * What happened, as a clause for a person.
     *
     * ```kotlin
     * check(ReferOutcome.Canceled.explanation == "the call ended before the transfer was decided")
     * ```
     */
    public val explanation: String
        get() {
            val (status, code) = when (this) {
                is Rejected -> null to this.code
                is TargetFailed -> this.status.text to this.code
                is Unknown -> this.status.text to null
                Transferred, Canceled, Unconfirmed -> null to null
            }
            return outcomeExplanation(BridgeOutcome(kind, status, code?.toLong()))
        }

    /** The target answered: the caller is no longer with the app. */
    public data object Transferred : ReferOutcome {
        override val kind: String get() = "transferred"
    }

    /**
     * The endpoint rejected the REFER itself.
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

    /** The call ended before the transfer was decided, most often because the caller hung up. */
    public data object Canceled : ReferOutcome {
        override val kind: String get() = "canceled"
    }

    /** The endpoint never reported how it went: it may or may not have transferred the caller. */
    public data object Unconfirmed : ReferOutcome {
        override val kind: String get() = "unconfirmed"
    }

    /**
     * Twilio sent a status that this version does not know.
     *
     * @property status what it sent.
     */
    public data class Unknown(val status: ReferCallStatus) : ReferOutcome {
        override val kind: String get() = "unknown"
    }
}

internal fun outcome(outcome: BridgeOutcome): ReferOutcome {
    val (status, code) = ReferCallStatus.of(outcome.status.orEmpty()) to outcome.code?.toInt()
    return when (outcome.kind) {
        "transferred" -> ReferOutcome.Transferred
        "rejected" -> ReferOutcome.Rejected(code ?: 0)
        "target-failed" -> ReferOutcome.TargetFailed(status, code)
        "canceled" -> ReferOutcome.Canceled
        "unconfirmed" -> ReferOutcome.Unconfirmed
        else -> ReferOutcome.Unknown(status)
    }
}
