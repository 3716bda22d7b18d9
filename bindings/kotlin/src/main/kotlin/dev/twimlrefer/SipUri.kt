package dev.twimlrefer

import dev.twimlrefer.internal.bridge.SipUriParts
import dev.twimlrefer.internal.bridge.UriParameter
import dev.twimlrefer.internal.bridge.uriBuild
import dev.twimlrefer.internal.bridge.uriCheck
import dev.twimlrefer.internal.bridge.uriEquivalent
import dev.twimlrefer.internal.bridge.uriHeader
import dev.twimlrefer.internal.bridge.uriNew
import dev.twimlrefer.internal.bridge.uriParts
import dev.twimlrefer.internal.bridge.uriUserToUser
import dev.twimlrefer.internal.bridge.uriUserToUsers
import dev.twimlrefer.internal.diagnostics
import dev.twimlrefer.internal.entries
import dev.twimlrefer.internal.ordered
import dev.twimlrefer.internal.pairs
import java.util.Collections

/**
 * A valid `sip:` or `sips:` URI (RFC 3261 section 19.1), in its own spelling. Immutable.
 *
 * `==` compares the spelling, [equivalent] as SIP does.
 *
 * ```kotlin
 * val uri = SipUri("sip:alice@example.com", mapOf("X-Reason" to "billing question"))
 * check(uri.toString() == "sip:alice@example.com?X-Reason=billing%20question")
 * check(uri.header("x-reason") == "billing question")
 * ```
 */
public class SipUri private constructor(private val text: String, @Suppress("unused") checked: Unit) {
    /**
     * Makes a URI.
     *
     * @param uri the URI; nothing around it is trimmed.
     * @param headers decoded names and values to escape and add, in the order that [Element] says; a name that is
     * repeated is added by [withHeader].
     * @param userToUser the header `User-to-User` to add.
     * @throws SipUriException the text is not a SIP URI; it says at which byte.
     */
    @JvmOverloads
    public constructor(
        uri: String,
        headers: Map<String, String> = Collections.emptyMap(),
        userToUser: UserToUser? = null,
    ) : this(uriNew(uri, pairs(ordered(headers)), userToUser?.source), Unit)

    @Volatile
    private var read: SipUriParts? = null

    private val parts: SipUriParts get() = read ?: uriParts(text).also { read = it }

    /** `sip` or `sips`, as spelled. */
    public val scheme: String get() = parts.scheme

    /** The user as spelled. */
    public val user: String? get() = parts.user

    /** The user, decoded. */
    public val userDecoded: String? get() = parts.userDecoded

    /** The password as spelled. */
    public val password: String? get() = parts.password

    /** The host as spelled; IPv6 with its brackets. */
    public val host: String get() = parts.host

    /** The port, 1 to 65535. */
    public val port: Int? get() = parts.port?.toInt()

    /** The parameters as spelled, in their order; a flag has no value. */
    public val params: Map<String, String?>
        get() = Collections.unmodifiableMap(parts.params.associate { it.name to it.value })

    /** The headers, decoded, in their order. */
    public val headers: List<Map.Entry<String, String>> get() = entries(parts.headers)

    /** Returns the first header of this name, without regard to case; decoded. */
    public fun header(name: String): String? = uriHeader(text, name)

    /**
     * The first User-to-User value.
     *
     * @throws SipUriException there is one, but it is not valid (RFC 7433).
     */
    public val userToUser: UserToUser? get() = uriUserToUser(text)?.let(::UserToUser)

    /**
     * Every User-to-User value, in order: those of several headers, and those of one header with commas between.
     *
     * @throws SipUriException one of them is not valid (RFC 7433).
     */
    public val userToUsers: List<UserToUser> get() = uriUserToUsers(text).map(::UserToUser)

    /** The value of a Refer-To header (RFC 3515), in angle brackets. */
    public val referTo: String get() = parts.referTo

    /**
     * Returns the URI with a header added, given as decoded text.
     *
     * @throws SipUriException the name is not a token, or the value has CR, LF or NUL.
     */
    public fun withHeader(name: String, value: String): SipUri =
        SipUri(text, Collections.singletonMap(name, value))

    /** Checks what will be dropped or misread on the wire. */
    public fun check(): List<Diagnostic> = diagnostics(uriCheck(text))

    /** Compares as RFC 3261 section 19.1.4 does. */
    public fun equivalent(other: SipUri): Boolean = uriEquivalent(text, other.text)

    /** The URI as it was spelled. */
    override fun toString(): String = text

    /** Whether the spelling is the same; [equivalent] compares as SIP does. */
    override fun equals(other: Any?): Boolean = other is SipUri && other.text == text

    /** Agrees with [equals]. */
    override fun hashCode(): Int = text.hashCode()

    /** Makes URIs of parts. */
    public companion object {
        internal fun checked(uri: String): SipUri = SipUri(uri, Unit)

        /**
         * Makes a URI of decoded parts, each escaped for its place.
         *
         * ```kotlin
         * val uri = SipUri.build("example.com", user = "a b", port = 5060, params = mapOf("lr" to null))
         * check(uri.toString() == "sip:a%20b@example.com:5060;lr")
         * ```
         *
         * @param secure whether the scheme is `sips`.
         * @param params names and values; a flag has no value.
         * @throws SipUriException a part is not allowed in a URI.
         */
        @JvmStatic
        @JvmOverloads
        public fun build(
            host: String,
            user: String? = null,
            password: String? = null,
            port: Int? = null,
            secure: Boolean = false,
            params: Map<String, String?> = Collections.emptyMap(),
            headers: Map<String, String> = Collections.emptyMap(),
        ): SipUri {
            val flags = params.map { (name, value) -> UriParameter(name, value) }
            val added = pairs(ordered(headers))
            return checked(uriBuild(host, user, password, port?.toLong(), secure, flags, added, null))
        }
    }
}
