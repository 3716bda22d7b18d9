package dev.twimlrefer

import dev.twimlrefer.internal.bridge.TransferDetails
import dev.twimlrefer.internal.bridge.TransferInput
import dev.twimlrefer.internal.bridge.TransferOutput
import dev.twimlrefer.internal.bridge.TransferStep
import dev.twimlrefer.internal.bridge.transferDetails
import dev.twimlrefer.internal.bridge.transferNew
import dev.twimlrefer.internal.bridge.transferRestore
import dev.twimlrefer.internal.bridge.transferStep
import dev.twimlrefer.internal.named
import dev.twimlrefer.internal.spelled
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock

/**
 * One `<Refer>` in progress: REFER and NOTIFY (RFC 3515) as a state machine without I/O, for SIP stacks that are
 * driven from the JVM.
 *
 * Feed what the stack receives, each with the time in milliseconds on one clock (Unix time), and do what comes back;
 * call [handleTimeout] at [deadlineMs]. Calls from several threads come one after the other. There is nothing to
 * close.
 *
 * ```kotlin
 * val transfer = Transfer(SipUri("sip:alice@example.com"))
 * check(transfer.start(cseq = 1, nowMs = 0) == listOf(Output.SendRefer))
 * check(transfer.referTo == "<sip:alice@example.com>")
 * transfer.response(202, nowMs = 50)
 * check(transfer.deadlineMs == 32_050L)
 * val notify = Notify(1, "refer;id=1", "SIP/2.0 200 OK".toByteArray()).withSubscriptionState("terminated")
 * val outputs = transfer.notify(notify, nowMs = 9_500)
 * check(outputs.first() == Output.Reply(200))
 * check(transfer.report?.outcome == ReferOutcome.Transferred)
 * ```
 *
 * What comes from the wire is never an exception: what cannot come now is answered or ignored, and an
 * [Output.Diagnostic] says so. [TransferException] is misuse: a second start, a CSeq out of range, a retry without
 * 401 or 407. The transfer is then as it was.
 */
public class Transfer private constructor(private var step: TransferStep, private var saved: ByteArray) {
    private val lock = ReentrantLock()

    /** Outputs of an older library that nobody has taken. */
    private var waiting: List<TransferOutput> = step.outputs

    private constructor(step: TransferStep) : this(step, step.saved)

    /**
     * Makes a transfer that is not started.
     *
     * @param target who the caller is transferred to.
     */
    @JvmOverloads
    public constructor(target: SipUri, settings: TransferSettings = TransferSettings()) :
        this(transferNew(target.toString(), settings.settings))

    /**
     * Begins.
     *
     * @param cseq the number of the header `CSeq` of the REFER.
     * @param firstInDialog whether no other REFER was sent in this dialog.
     * @throws TransferException the leg is not a SIP leg (Twilio's error 13801), or it has begun.
     */
    @JvmOverloads
    public fun start(
        cseq: Long,
        nowMs: Long,
        leg: Leg = Leg.SIP,
        firstInDialog: Boolean = true,
    ): List<Output> = feed(TransferInput.Start(leg.toString(), cseq, firstInDialog), nowMs)

    /** Begins with a stack that chooses the CSeq itself: [cseq] takes it. Throws as [start]. */
    @JvmOverloads
    public fun startWithoutCseq(
        nowMs: Long,
        leg: Leg = Leg.SIP,
        firstInDialog: Boolean = true,
    ): List<Output> = feed(TransferInput.Start(leg.toString(), null, firstInDialog), nowMs)

    /** Takes the CSeq with which the stack has sent the REFER, or has sent it again with credentials. */
    public fun cseq(cseq: Long, nowMs: Long): List<Output> = feed(TransferInput.Cseq(cseq), nowMs)

    /**
     * Takes a response to the REFER.
     *
     * @param code 100 to 699; any other is ignored.
     * @param referSub false if the response has `Refer-Sub: false` (RFC 4488).
     * @param retryCseq after 401 or 407, the CSeq of the REFER that was sent again with credentials.
     */
    @JvmOverloads
    public fun response(
        code: Int,
        nowMs: Long,
        referSub: Boolean = true,
        retryCseq: Long? = null,
    ): List<Output> = feed(TransferInput.Response(code.toLong(), referSub, retryCseq), nowMs)

    /** Takes a NOTIFY. */
    public fun notify(notify: Notify, nowMs: Long): List<Output> =
        feed(TransferInput.Notify(notify.notify), nowMs)

    /** Takes a code from a stack that reads NOTIFYs itself, and whether it is the last. */
    public fun status(code: Int, isFinal: Boolean, nowMs: Long): List<Output> =
        feed(TransferInput.Status(code.toLong(), isFinal), nowMs)

    /** Reports that either side ended the call. */
    public fun hangUp(nowMs: Long): List<Output> = feed(TransferInput.HangUp, nowMs)

    /** Reports that the REFER could not be sent, or that its connection broke. */
    public fun transportError(nowMs: Long): List<Output> = feed(TransferInput.TransportError, nowMs)

    /** Fires the deadlines that have expired. */
    public fun handleTimeout(nowMs: Long): List<Output> = feed(TransferInput.Time, nowMs)

    /** Returns what waits after [restore]; every other function returns it, too. */
    public fun poll(): List<Output> = lock.withLock { taken(step) }

    /** When to call [handleTimeout] at the latest, in milliseconds; `null`: never. */
    public val deadlineMs: Long? get() = lock.withLock { step }.deadlineMs

    /** The state. */
    public val state: TransferState
        get() = named<TransferState>(lock.withLock { step }.state) ?: TransferState.COMPLETED

    /** How it ended, once completed. */
    public val report: ReferReport? get() = lock.withLock { step }.report?.let(::ReferReport)

    /** The value for the header Refer-To. */
    public val referTo: String get() = details.referTo

    /** The target. */
    public val target: SipUri get() = SipUri.checked(details.target)

    /** Returns the whole transfer, settings included, for a store that others restore from. */
    public fun save(): ByteArray = lock.withLock { saved }.clone()

    /** For people. */
    override fun toString(): String = "Transfer($state)"

    private val details: TransferDetails by lazy { transferDetails(step.saved) }

    private fun feed(input: TransferInput, nowMs: Long): List<Output> = lock.withLock {
        val next = transferStep(step.saved, input, nowMs)
        taken(next)
    }

    /** Goes on to this step; its outputs, after those that wait. */
    private fun taken(next: TransferStep): List<Output> {
        val outputs = if (next === step) waiting else waiting + next.outputs
        step = next
        saved = next.saved
        waiting = emptyList()
        return outputs.map(::output)
    }

    /** Restores transfers. */
    public companion object {
        /**
         * Takes back what [save] returned, by this or any older version.
         *
         * @throws TransferException the bytes are not a transfer's.
         */
        @JvmStatic
        public fun restore(bytes: ByteArray): Transfer {
            val step = transferRestore(bytes)
            return if (step.outputs.isEmpty()) Transfer(step) else Transfer(step, bytes.clone())
        }
    }
}

/** The state of a [Transfer]. */
public enum class TransferState {
    /** It has not begun. */
    IDLE,

    /** The REFER is on its way, or waits for its response. */
    REFERRING,

    /** The endpoint reports by NOTIFY. */
    SUBSCRIBED,

    /** It has ended; late NOTIFYs are still answered. */
    COMPLETED,

    ;

    /** The name that is the same in every language. */
    override fun toString(): String = spelled(this)
}
