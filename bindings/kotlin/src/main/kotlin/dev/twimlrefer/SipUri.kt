package dev.twimlrefer

import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane
import dev.twimlrefer.internal.bridge.Param
import dev.twimlrefer.internal.bridge.UriParts
import dev.twimlrefer.internal.bridge.uriBuild
import dev.twimlrefer.internal.bridge.uriCheck
import dev.twimlrefer.internal.bridge.uriEquivalent
import dev.twimlrefer.internal.bridge.uriParts
import dev.twimlrefer.internal.bridge.uriReferTo
import dev.twimlrefer.internal.bridge.uriUserToUser
import dev.twimlrefer.internal.bridge.uriUserToUsers
import dev.twimlrefer.internal.bridgePairs
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.plainPairs
import dev.twimlrefer.internal.wellFormed
import java.util.Collections

/**
 * A valid `sip:` or `sips:` URI (RFC 3261 section 19.1), in its own spelling. Immutable.
 *
 * `==` compares the spelling, [equivalent] as SIP does.
 *
 * ```kotlin
 * val uri = SipUri("sip:alice@example.com", headers = listOf("X-Reason" to "billing question"))
 * check(uri.toString() == "sip:alice@example.com?X-Reason=billing%20question")
 * check(uri.header("x-reason") == "billing question")
 * ```
 *
 * @param uri the URI; nothing around it is trimmed.
 * @param headers decoded names and values, which are escaped and added behind those of the URI.
 * @param userToUser added as the header `User-to-User`.
 * @throws SipUriException with the byte at which the text stops being a SIP URI.
 */
public class SipUri private constructor(private val text: String, @Suppress("unused") judged: Unit) {
    @JvmOverloads
    public constructor(
        uri: String,
        headers: List<Pair<String, String>> = Collections.emptyList(),
        userToUser: UserToUser? = null,
    ) : this(judged(uri, headers, userToUser), Unit)

    @Volatile
    private var taken: UriParts? = null

    private val parts: UriParts
        get() = taken ?: bridged { uriParts(text) }.also { taken = it }

    /** `sip` or `sips`, as spelled. */
    public val scheme: String get() = parts.scheme

    /** The user as spelled. */
    public val user: String? get() = parts.user

    /** The password as spelled. */
    public val password: String? get() = parts.password

    /** The host as spelled; IPv6 with its brackets. */
    public val host: String get() = parts.host

    /** The port, 1 to 65535. */
    public val port: Int? get() = parts.port?.toInt()

    /** The parameters as spelled; a flag has no value. */
    public val params: List<Pair<String, String?>> get() = parts.params.map { it.name to it.value }

    /** The headers, decoded, in their order. */
    public val headers: List<Pair<String, String>> get() = plainPairs(parts.headers)

    /** The first header of this name, without regard to case; decoded. */
    public fun header(name: String): String? =
        headers.firstOrNull { it.first.equals(name, ignoreCase = true) }?.second

    /**
     * The first User-to-User value.
     *
     * @throws SipUriException there is one, but it is not valid (RFC 7433).
     */
    public val userToUser: UserToUser? get() = bridged { uriUserToUser(text) }?.let(UserToUser::of)

    /**
     * Every User-to-User value, in order: those of several headers, and those of one header with commas between.
     *
     * @throws SipUriException one of them is not valid (RFC 7433).
     */
    public val userToUsers: List<UserToUser> get() = bridged { uriUserToUsers(text) }.map(UserToUser::of)

    /** The value of a Refer-To header (RFC 3515), in angle brackets. */
    public val referTo: String get() = bridged { uriReferTo(text) }

    /**
     * The URI with a header added, given as decoded text.
     *
     * @throws SipUriException the name is no token, or the value holds CR, LF or NUL.
     */
    public fun withHeader(name: String, value: String): SipUri = SipUri(text, listOf(name to value))

    /** What will be dropped or misread on the wire. */
    public fun check(): List<Diagnostic> = diagnostics(bridged { uriCheck(text) })

    /** Whether both name the same, as RFC 3261 section 19.1.4 compares. */
    public fun equivalent(other: SipUri): Boolean = bridged { uriEquivalent(text, other.text) }

    /** The URI as it was spelled. */
    override fun toString(): String = text

    /** Whether the spelling is the same; [equivalent] compares as SIP does. */
    override fun equals(other: Any?): Boolean = other is SipUri && other.text == text

    /** Agrees with [equals]. */
    override fun hashCode(): Int = text.hashCode()

    /** For texts that may stand in logs. */
    internal val withoutPassword: String
        get() = if ('@' in text) password?.let { text.replaceFirst(":$it@", ":***@") } ?: text else text

    /** How URIs are made of parts. */
    public companion object {
        /** A URI for [Refer], which judges it together with the rest. */
        internal fun judgedLater(uri: String): SipUri = SipUri(uri, Unit)

        private fun judged(
            uri: String,
            headers: List<Pair<String, String>>,
            userToUser: UserToUser?,
        ): String {
            if (headers.isEmpty() && userToUser == null) {
                Lane.checkUri(uri)
                return uri
            }
            val input = Frame().put(uri).put(headers)
            if (userToUser != null) input.put("User-to-User").put(userToUser.toString())
            return Lane.call(Lane.URI, input).text()
        }

        /**
         * A URI of decoded parts, each escaped for its place.
         *
         * ```kotlin
         * val uri = SipUri.build("example.com", user = "a b", port = 5060, params = listOf("lr" to null))
         * check(uri.toString() == "sip:a%20b@example.com:5060;lr")
         * ```
         *
         * @param secure whether the scheme is `sips`.
         * @param params names and values; a flag has no value.
         * @throws SipUriException a part cannot stand in a URI.
         */
        @JvmStatic
        @JvmOverloads
        public fun build(
            host: String,
            user: String? = null,
            password: String? = null,
            port: Int? = null,
            secure: Boolean = false,
            params: List<Pair<String, String?>> = Collections.emptyList(),
            headers: List<Pair<String, String>> = Collections.emptyList(),
        ): SipUri {
            val parts =
                UriParts(
                    scheme = if (secure) "sips" else "sip",
                    user = user?.let(::wellFormed),
                    password = password?.let(::wellFormed),
                    host = wellFormed(host),
                    port = port?.toLong(),
                    params = params.map { (name, value) ->
                        Param(wellFormed(name), value?.let(::wellFormed))
                    },
                    headers = bridgePairs(headers),
                )
            return SipUri(bridged { uriBuild(parts) })
        }
    }
}
