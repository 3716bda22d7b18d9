@file:JvmName("TransferDurations")

package dev.twimlrefer

import dev.twimlrefer.internal.bridge.StatusMapping
import dev.twimlrefer.internal.bridge.transferSettings
import java.time.Duration
import java.util.Collections
import kotlin.time.toJavaDuration
import dev.twimlrefer.internal.bridge.TransferSettings as BridgeSettings
import kotlin.time.Duration as KotlinDuration

/**
 * The settings of a [Transfer]. Immutable: each function returns other settings.
 *
 * ```kotlin
 * val settings = TransferSettings().withHangUpGrace(1.seconds).withStatus(480, ReferCallStatus.NO_ANSWER)
 * check(Transfer(SipUri("sip:alice@example.com"), settings).state == TransferState.IDLE)
 * ```
 *
 * Each throws [TransferException] for what is out of range.
 */
public class TransferSettings private constructor(given: BridgeSettings) {
    internal val settings: BridgeSettings = transferSettings(given)

    /** Makes settings of the defaults. */
    public constructor() : this(BridgeSettings(null, null, null, null, null, false, Collections.emptyList()))

    /** How long to wait for a response to the REFER; 32 s (RFC 3261, timer F). */
    public val responseTimeout: Duration get() = time(settings.responseTimeoutNs)

    /** How long to wait for a first NOTIFY after a 2xx; 32 s (RFC 6665, timer N). */
    public val notifyTimeout: Duration get() = time(settings.notifyTimeoutNs)

    /** How long a NOTIFY without `expires` holds; 180 s (RFC 3261, timer C). */
    public val subscription: Duration get() = time(settings.subscriptionNs)

    /** How long a transfer may last once the REFER was accepted, whatever `expires` says; 10 min. */
    public val maxDuration: Duration get() = time(settings.maxDurationNs)

    /** How long a final NOTIFY may still come after the caller hung up; 0. */
    public val hangUpGrace: Duration get() = time(settings.hangUpGraceNs)

    /** Whether a rejected REFER is reported only by its code, without a status. */
    public val rejectedStatusOmitted: Boolean get() = settings.rejectedStatusOmitted

    /** The statuses that are reported for SIP codes of the target, where they differ from Twilio's. */
    public val statuses: Map<Int, ReferCallStatus>
        get() = settings.statuses.associate { it.code.toInt() to ReferCallStatus.of(it.status) }

    /** Sets [responseTimeout]. */
    public fun withResponseTimeout(time: Duration): TransferSettings =
        set(time) { copy(responseTimeoutNs = it) }

    /** Sets [notifyTimeout]. */
    public fun withNotifyTimeout(time: Duration): TransferSettings = set(time) { copy(notifyTimeoutNs = it) }

    /** Sets [subscription]. */
    public fun withSubscription(time: Duration): TransferSettings = set(time) { copy(subscriptionNs = it) }

    /** Sets [maxDuration]. */
    public fun withMaxDuration(time: Duration): TransferSettings = set(time) { copy(maxDurationNs = it) }

    /** Sets [hangUpGrace]. */
    public fun withHangUpGrace(time: Duration): TransferSettings = set(time) { copy(hangUpGraceNs = it) }

    private inline fun set(time: Duration, change: BridgeSettings.(Long) -> BridgeSettings) =
        TransferSettings(settings.change(nanoseconds(time)))

    /** Sets [rejectedStatusOmitted]. */
    public fun withRejectedStatusOmitted(omitted: Boolean): TransferSettings =
        TransferSettings(settings.copy(rejectedStatusOmitted = omitted))

    /** Sets the status that is reported for a SIP code of the target. */
    public fun withStatus(code: Int, status: ReferCallStatus): TransferSettings {
        val others = settings.statuses.filter { it.code != code.toLong() }
        return TransferSettings(settings.copy(statuses = others + StatusMapping(code.toLong(), status.text)))
    }

    /** Whether all settings are the same. */
    override fun equals(other: Any?): Boolean = other is TransferSettings && other.settings == settings

    /** Agrees with [equals]. */
    override fun hashCode(): Int = settings.hashCode()

    /** For people. */
    override fun toString(): String = "TransferSettings(responseTimeout=$responseTimeout, " +
        "notifyTimeout=$notifyTimeout, subscription=$subscription, maxDuration=$maxDuration, " +
        "hangUpGrace=$hangUpGrace, rejectedStatusOmitted=$rejectedStatusOmitted, statuses=$statuses)"
}

/** Sets [TransferSettings.responseTimeout]. */
@JvmSynthetic
public fun TransferSettings.withResponseTimeout(time: KotlinDuration): TransferSettings =
    withResponseTimeout(time.toJavaDuration())

/** Sets [TransferSettings.notifyTimeout]. */
@JvmSynthetic
public fun TransferSettings.withNotifyTimeout(time: KotlinDuration): TransferSettings =
    withNotifyTimeout(time.toJavaDuration())

/** Sets [TransferSettings.subscription]. */
@JvmSynthetic
public fun TransferSettings.withSubscription(time: KotlinDuration): TransferSettings =
    withSubscription(time.toJavaDuration())

/** Sets [TransferSettings.maxDuration]. */
@JvmSynthetic
public fun TransferSettings.withMaxDuration(time: KotlinDuration): TransferSettings =
    withMaxDuration(time.toJavaDuration())

/** Sets [TransferSettings.hangUpGrace]. */
@JvmSynthetic
public fun TransferSettings.withHangUpGrace(time: KotlinDuration): TransferSettings =
    withHangUpGrace(time.toJavaDuration())

private fun time(nanoseconds: Long?): Duration = Duration.ofNanos(nanoseconds ?: 0)

/** The library refuses what does not fit, and rounds. */
private fun nanoseconds(time: Duration): Long = try {
    time.toNanos()
} catch (_: ArithmeticException) {
    if (time.isNegative) Long.MIN_VALUE else Long.MAX_VALUE
}
