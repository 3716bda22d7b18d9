package dev.twimlrefer

import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane
import dev.twimlrefer.internal.announced
import dev.twimlrefer.internal.bridge.resolveAction
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.putAnnounced
import dev.twimlrefer.internal.wellFormed

/**
 * The verb that transfers a SIP call, with exactly one target.
 *
 * ```kotlin
 * val refer = Refer(SipUri("sip:alice@example.com"), action = "/handleRefer")
 * check(refer.resolveAction("https://example.com/voice?x=1") == "https://example.com/handleRefer")
 * ```
 *
 * @property target who the caller is transferred to.
 * @property action the URL, absolute or relative, that learns how the transfer ended; without one the next
 * verb runs.
 * @property method `GET` or `POST`, how the action is asked; Twilio's default is `POST`.
 * @throws DocumentException the action is no http(s) URL, or the method is another one.
 */
public data class Refer
@JvmOverloads
constructor(
    val target: SipUri,
    val action: String? = null,
    val method: String? = null,
) : Node {
    init {
        if (action != null || method != null) {
            // The target again, for who has left it to this: that costs less than to cross once more.
            val input = Frame().put("u" + announced(action, method)).put(target.toString())
            Lane.judge(Lane.REFER, input.putAnnounced(action, method))
        }
    }

    /**
     * Which URL the action is, in a document that this URL served; `null` without an action.
     *
     * @throws DocumentException the base is no http(s) URL.
     */
    public fun resolveAction(baseUrl: String): String? =
        action?.let { bridged { resolveAction(it, wellFormed(baseUrl)) } }

    /** For people; without the target's password. */
    override fun toString(): String =
        "Refer(target=${target.withoutPassword}, action=$action, method=$method)"
}
