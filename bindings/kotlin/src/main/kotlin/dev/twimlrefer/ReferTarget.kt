package dev.twimlrefer

import dev.twimlrefer.internal.bridge.referTarget

/**
 * What a Refer-To value names (RFC 3515), or Twilio's `ReferTransferTarget`.
 *
 * ```kotlin
 * check(ReferTarget.parse("\"Bob\" <sip:bob@example.com>;x=1") == ReferTarget.Sip(SipUri("sip:bob@example.com")))
 * ```
 */
public sealed interface ReferTarget {
    /**
     * A SIP URI.
     *
     * @property uri the URI, without what was around it.
     */
    public data class Sip(val uri: SipUri) : ReferTarget {
        /** The URI. */
        override fun toString(): String = uri.toString()
    }

    /**
     * A telephone number.
     *
     * @property text the `tel:` URI.
     */
    public data class Tel(val text: String) : ReferTarget {
        /** The text. */
        override fun toString(): String = text
    }

    /**
     * Something else.
     *
     * @property text the value.
     */
    public data class Other(val text: String) : ReferTarget {
        /** The text. */
        override fun toString(): String = text
    }

    /** Reads targets. */
    public companion object {
        /** Reads a Refer-To value; whatever is neither a SIP URI nor `tel:` becomes [Other]. */
        @JvmStatic
        public fun parse(text: String): ReferTarget {
            val target = referTarget(text)
            return when (target.kind) {
                "sip" -> Sip(SipUri.checked(target.text))
                "tel" -> Tel(target.text)
                else -> Other(target.text)
            }
        }
    }
}
