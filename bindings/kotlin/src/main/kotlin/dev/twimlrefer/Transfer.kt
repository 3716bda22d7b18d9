package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Action
import dev.twimlrefer.internal.bridge.Occurrence
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.spelled
import dev.twimlrefer.internal.wellFormed
import dev.twimlrefer.internal.bridge.Transfer as BridgeTransfer

/**
 * One `<Refer>` at work: REFER and NOTIFY (RFC 3515) as a state machine without I/O, for SIP stacks that
 * are driven from the JVM.
 *
 * Feed what the stack hears, each with the time in milliseconds on one clock (Unix time), and do what
 * comes back; call [time] when the [deadline] has come. Calls from several threads come one after the
 * other. [close] it in the end; afterwards every call throws [IllegalStateException].
 *
 * ```kotlin
 * Transfer(SipUri("sip:alice@example.com")).use { transfer ->
 *     check(transfer.start(cseq = 1, now = 0) == listOf(Output.SendRefer))
 *     check(transfer.referTo == "<sip:alice@example.com>")
 *     transfer.response(202, now = 50)
 *     check(transfer.deadline == 32_050L)
 *     val body = "SIP/2.0 200 OK".toByteArray()
 *     val outputs = transfer.notify("refer;id=1", 1, now = 9_500, subscriptionState = "terminated", body = body)
 *     check(outputs.first() == Output.Reply(200))
 *     check(transfer.report?.outcome == ReferOutcome.Transferred)
 * }
 * ```
 *
 * What comes from the wire is never an exception: what cannot come now is answered or ignored, and an
 * [Output.Diagnostic] says so. [TransferException] is misuse: a second start, a CSeq out of range, a retry without
 * 401 or 407. The transfer is then as it was, but for the time.
 */
public class Transfer private constructor(private val inner: BridgeTransfer) : AutoCloseable {
    /**
     * A transfer that is not started.
     *
     * @param target who the caller is transferred to.
     * @throws TransferException a setting is out of range.
     */
    @JvmOverloads
    public constructor(
        target: SipUri,
        settings: TransferSettings = TransferSettings(),
    ) : this(settings.bridged().let { bridged { BridgeTransfer(target.toString(), it) } })

    /**
     * Begins; `cseq` is that of the REFER.
     *
     * @throws TransferException the leg is no SIP leg (Twilio's error 13801), or it has begun.
     */
    @JvmOverloads
    public fun start(
        cseq: Long,
        now: Long,
        leg: Leg = Leg.SIP,
        firstInDialog: Boolean = true,
    ): List<Output> = feed(Occurrence.Start(leg.toString(), cseq, firstInDialog), now)

    /**
     * Takes a response to the REFER.
     *
     * @param code 100 to 699; any other is ignored.
     * @param referSub false if the response has `Refer-Sub: false` (RFC 4488).
     * @param retry after 401 or 407, the CSeq of the REFER that was sent again with credentials.
     */
    @JvmOverloads
    public fun response(code: Int, now: Long, referSub: Boolean = true, retry: Long? = null): List<Output> =
        feed(Occurrence.Response(code.toLong(), referSub, retry), now)

    /**
     * Takes a NOTIFY.
     *
     * @param event the header `Event`, as it stands on the wire.
     * @param subscriptionState the header `Subscription-State`; `null` where it is missing.
     * @param body the body as it is, `message/sipfrag` (RFC 3420).
     * @param inDialog whether it came in the dialog of the REFER.
     */
    @JvmOverloads
    public fun notify(
        event: String,
        cseq: Long,
        now: Long,
        subscriptionState: String? = null,
        body: ByteArray = ByteArray(0),
        inDialog: Boolean = true,
    ): List<Output> {
        val state = subscriptionState?.let(::wellFormed)
        return feed(Occurrence.Notify(wellFormed(event), cseq, state, body, inDialog), now)
    }

    /** Tells that either side ended the call. */
    public fun hangUp(now: Long): List<Output> = feed(Occurrence.HangUp, now)

    /** Tells that the REFER could not be sent, or its connection broke. */
    public fun transportError(now: Long): List<Output> = feed(Occurrence.TransportError, now)

    /** Tells that nothing happened but time. */
    public fun time(now: Long): List<Output> = feed(Occurrence.Time, now)

    /** What still waits: after [restore], or after a refused event. */
    public fun poll(): List<Output> = open { poll() }.map(::output)

    /** When to call [time] at the latest, in milliseconds; `null`: never. */
    public val deadline: Long? get() = open {
        deadline()
    }?.let { minOf(it, Long.MAX_VALUE.toULong()).toLong() }

    /** Where it stands. */
    public val state: TransferState get() = named<TransferState>(open { state() }) ?: TransferState.COMPLETED

    /** The parameters for the action URL, once completed. */
    public val report: ReferReport? get() = open { report() }?.let(::report)

    /** The value for the header Refer-To. */
    public val referTo: String get() = open { referTo() }

    /** The target. */
    public val target: SipUri get() = SipUri(open { target() })

    /** It whole, waiting outputs and settings included, for a store that others restore from. */
    public fun save(): ByteArray = open { save() }

    /** Frees it; a second time does nothing. */
    override fun close(): Unit = inner.close()

    /** For people. */
    override fun toString(): String = if (inner.uniffiIsDestroyed) "Transfer(closed)" else "Transfer($state)"

    private fun feed(occurrence: Occurrence, now: Long): List<Output> =
        open { handle(occurrence, now) }.map(::output)

    private fun <T> open(job: BridgeTransfer.() -> T): T = try {
        bridged { inner.job() }
    } catch (error: IllegalStateException) {
        throw if (inner.uniffiIsDestroyed) IllegalStateException("the transfer is closed") else error
    }

    /** How transfers are restored. */
    public companion object {
        /**
         * Takes back what [save] returned, by this or any older version.
         *
         * @throws TransferException the bytes are none.
         */
        @JvmStatic
        public fun restore(bytes: ByteArray): Transfer = Transfer(bridged { BridgeTransfer.restore(bytes) })

        private fun output(action: Action): Output = when (action) {
            is Action.SendRefer -> Output.SendRefer
            is Action.Reply -> Output.Reply(action.code.toInt())
            is Action.EndDialog -> Output.EndDialog
            is Action.Completed -> Output.Completed(report(action.report))
            is Action.Diagnostic -> Output.Diagnostic(diagnostics(listOf(action.finding)).single())
        }
    }
}

/** Where a transfer stands. */
public enum class TransferState {
    /** It has not begun. */
    IDLE,

    /** The REFER is on its way, or waits for its answer. */
    REFERRING,

    /** The endpoint reports by NOTIFY. */
    SUBSCRIBED,

    /** It has ended; late NOTIFYs are still answered. */
    COMPLETED,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}
