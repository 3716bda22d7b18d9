package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Settings
import dev.twimlrefer.internal.bridge.StatusEntry
import dev.twimlrefer.internal.wellFormed
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.toKotlinDuration
import java.time.Duration as JavaDuration

/**
 * What differs from the defaults of a [Transfer]; `null` is the default. Java has a [builder]. What is out
 * of range is refused when the transfer is made.
 *
 * ```kotlin
 * val settings = TransferSettings(hangUpGrace = 1.seconds, statuses = mapOf(480 to ReferCallStatus.NO_ANSWER))
 * Transfer(SipUri("sip:alice@example.com"), settings).close()
 * ```
 *
 * @property responseTimeout how long to wait for an answer to the REFER; 32 s (RFC 3261, timer F).
 * @property notifyTimeout how long to wait for a first NOTIFY after a 2xx; 32 s (RFC 6665, timer N).
 * @property subscription how long a NOTIFY without `expires` holds; 180 s (RFC 3261, timer C).
 * @property maxDuration how long a transfer may last once the REFER was accepted, whatever `expires` says; 10 min.
 * @property hangUpGrace how long a final NOTIFY may still come after the caller hung up; none.
 * @property rejectedStatusOmitted whether a refused REFER is told by its code alone, without a status.
 * @property statuses the status that is reported for a SIP code of the target.
 */
public data class TransferSettings(
    val responseTimeout: Duration? = null,
    val notifyTimeout: Duration? = null,
    val subscription: Duration? = null,
    val maxDuration: Duration? = null,
    val hangUpGrace: Duration? = null,
    val rejectedStatusOmitted: Boolean = false,
    val statuses: Map<Int, ReferCallStatus> = emptyMap(),
) {
    internal fun bridged(): Settings = Settings(
        responseTimeout = milliseconds(responseTimeout),
        notifyTimeout = milliseconds(notifyTimeout),
        subscription = milliseconds(subscription),
        maxDuration = milliseconds(maxDuration),
        hangUpGrace = milliseconds(hangUpGrace),
        rejectedStatusOmitted = rejectedStatusOmitted,
        statuses = statuses.map { (code, status) ->
            StatusEntry(code.toLong(), wellFormed(status.text))
        },
    )

    /** Makes settings from Java; the properties of [TransferSettings] say what each is. */
    public class Builder internal constructor() {
        private var made = TransferSettings()

        /** How long to wait for an answer to the REFER. */
        public fun responseTimeout(time: JavaDuration): Builder =
            with(made.copy(responseTimeout = time.toKotlinDuration()))

        /** How long to wait for a first NOTIFY after a 2xx. */
        public fun notifyTimeout(time: JavaDuration): Builder =
            with(made.copy(notifyTimeout = time.toKotlinDuration()))

        /** How long a NOTIFY without `expires` holds. */
        public fun subscription(time: JavaDuration): Builder =
            with(made.copy(subscription = time.toKotlinDuration()))

        /** How long a transfer may last once the REFER was accepted. */
        public fun maxDuration(time: JavaDuration): Builder =
            with(made.copy(maxDuration = time.toKotlinDuration()))

        /** How long a final NOTIFY may still come after the caller hung up. */
        public fun hangUpGrace(time: JavaDuration): Builder =
            with(made.copy(hangUpGrace = time.toKotlinDuration()))

        /** Whether a refused REFER is told by its code alone. */
        public fun rejectedStatusOmitted(omitted: Boolean): Builder =
            with(made.copy(rejectedStatusOmitted = omitted))

        /** The status that is reported for a SIP code of the target. */
        public fun status(code: Int, status: ReferCallStatus): Builder =
            with(made.copy(statuses = made.statuses + (code to status)))

        /** The settings. */
        public fun build(): TransferSettings = made

        private fun with(settings: TransferSettings): Builder = apply { made = settings }
    }

    /** How Java makes settings. */
    public companion object {
        /** Begins with the defaults. */
        @JvmStatic
        public fun builder(): Builder = Builder()

        /** Rounds away from zero: what is short is not none, and what is negative stays so. */
        private fun milliseconds(time: Duration?): Long? {
            val whole = time?.inWholeMilliseconds ?: return null
            return if (whole.milliseconds == time) whole else whole + (if (time.isNegative()) -1 else 1)
        }
    }
}
