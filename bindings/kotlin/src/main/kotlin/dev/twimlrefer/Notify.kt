package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Notify as BridgeNotify

/**
 * A NOTIFY request, for [Transfer.notify]. Immutable.
 *
 * ```kotlin
 * val notify = Notify(cseq = 7, event = "refer;id=1", body = "SIP/2.0 200 OK".toByteArray())
 *     .withSubscriptionState("active")
 * check(Transfer(SipUri("sip:alice@example.com")).notify(notify, nowMs = 0).isNotEmpty())
 * ```
 */
public class Notify private constructor(internal val notify: BridgeNotify) {
    /**
     * Makes a NOTIFY in the dialog of the REFER.
     *
     * @param cseq the number of the header `CSeq`.
     * @param event the header `Event`, as it is on the wire.
     * @param body the body as it is, `message/sipfrag` (RFC 3420).
     */
    @JvmOverloads
    public constructor(cseq: Long, event: String, body: ByteArray = ByteArray(0)) :
        this(BridgeNotify(cseq, event, null, body.clone(), true))

    /** Returns it with the header `Subscription-State`, as it is on the wire. */
    public fun withSubscriptionState(state: String?): Notify = Notify(notify.copy(subscriptionState = state))

    /** Returns it as one in the dialog of the REFER, or in another. */
    public fun withInDialog(inDialog: Boolean): Notify = Notify(notify.copy(inDialog = inDialog))

    /** For people. */
    override fun toString(): String =
        "Notify(cseq=${notify.cseq}, event=${notify.event}, subscriptionState=${notify.subscriptionState})"
}
