package dev.twimlrefer

import dev.twimlrefer.internal.bridge.Piece
import dev.twimlrefer.internal.bridge.referNew
import dev.twimlrefer.internal.bridge.resolveAction
import dev.twimlrefer.internal.bridge.uriRedacted
import dev.twimlrefer.internal.nodes
import java.util.Collections

/**
 * The verb that transfers a SIP call, with exactly one target: a view of the [Element] `<Refer>`.
 *
 * ```kotlin
 * val refer = Refer(SipUri("sip:alice@example.com"), action = "/handleRefer")
 * check(refer.resolveAction("https://example.com/voice?x=1") == "https://example.com/handleRefer")
 * check(VoiceResponse(listOf(refer.toElement())).firstRefer == refer)
 * ```
 *
 * @property action the URL, absolute or relative, that Twilio requests when the transfer has ended; without one the
 * next verb runs.
 * @property method how the action is requested; Twilio's default is POST.
 */
public class Refer private constructor(
    private val uri: String,
    public val action: String?,
    public val method: Method?,
    private val pieces: List<Piece>,
) {
    /**
     * Makes the verb.
     *
     * @param target who the caller is transferred to.
     * @throws DocumentException the action is not an http(s) URL.
     */
    @JvmOverloads
    public constructor(target: SipUri, action: String? = null, method: Method? = null) :
        this(target.toString(), action, method, pieces(target, action, method))

    internal constructor(uri: String, action: String?, method: Method?) :
        this(uri, action, method, referNew(uri, action, method?.name))

    /** Who the caller is transferred to. */
    public val target: SipUri get() = SipUri.checked(uri)

    /** The element, for a document. */
    public fun toElement(): Element = nodes(pieces).single() as Element

    /**
     * Returns the URL of the action in a document that this URL served; `null` without an action.
     *
     * @throws DocumentException the base is not an http(s) URL.
     */
    public fun resolveAction(baseUrl: String): String? = action?.let { resolveAction(it, baseUrl) }

    /** Whether target, action and method are the same. */
    override fun equals(other: Any?): Boolean = other is Refer && other.pieces == pieces

    /** Agrees with [equals]. */
    override fun hashCode(): Int = pieces.hashCode()

    /** For people; without the target's password. */
    override fun toString(): String = "Refer(target=${uriRedacted(uri)}, action=$action, method=$method)"

    private companion object {
        /** The pieces for a target that was checked before, which need not cross again. */
        fun pieces(target: SipUri, action: String?, method: Method?): List<Piece> {
            val verb = referNew(null, action, method?.name).single() as Piece.Element
            val noun = Piece.Element("Sip", Collections.emptyList(), target.toString(), 0)
            return listOf(verb.copy(nodes = 1), noun)
        }
    }
}
