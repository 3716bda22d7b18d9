package dev.twimlrefer

import dev.twimlrefer.internal.bridge.UserToUserSource
import dev.twimlrefer.internal.bridge.userToUserFromBytes
import dev.twimlrefer.internal.bridge.userToUserNew
import dev.twimlrefer.internal.bridge.userToUserParse
import dev.twimlrefer.internal.bridge.UserToUser as BridgeValue

/**
 * A User-to-User value (RFC 7433). Bytes are sent hex-encoded, and are then always valid.
 *
 * ```kotlin
 * check(UserToUser.fromBytes("order 7".toByteArray()).toString() == "6F726465722037;encoding=hex")
 * check(UserToUser.parse("123456789;encoding=hex").data == "123456789")
 * ```
 */
public class UserToUser private constructor(
    private val given: BridgeValue?,
    /** Bytes that a URI encodes, so that they cross once. */
    private val bytes: ByteArray?,
) {
    internal constructor(value: BridgeValue) : this(value, null)

    /**
     * Makes a value of its parts.
     *
     * @throws SipUriException a part is not allowed in such a value.
     */
    @JvmOverloads
    public constructor(
        data: String,
        encoding: String? = null,
        purpose: String? = null,
        content: String? = null,
    ) : this(userToUserNew(data, encoding, purpose, content))

    private val value: BridgeValue by lazy(LazyThreadSafetyMode.PUBLICATION) {
        given ?: userToUserFromBytes(bytes ?: ByteArray(0), null, null)
    }

    /** The data, without quotes. */
    public val data: String get() = value.data

    /** The parameter `encoding`; null if absent. */
    public val encoding: String? get() = value.encoding

    /** The package that it belongs to. */
    public val purpose: String? get() = value.purpose

    /** What the data is. */
    public val content: String? get() = value.content

    /** Returns the bytes of hexadecimal data; `null` if the data is not hexadecimal. */
    public fun toBytes(): ByteArray? = value.bytes?.clone()

    internal val source: UserToUserSource
        get() = bytes?.let { UserToUserSource.Bytes(it) } ?: UserToUserSource.Text(value.text)

    /** Whether the text is the same. */
    override fun equals(other: Any?): Boolean = other is UserToUser && other.value.text == value.text

    /** Agrees with [equals]. */
    override fun hashCode(): Int = value.text.hashCode()

    /** The decoded value of the header. */
    override fun toString(): String = value.text

    /** Reads and encodes values. */
    public companion object {
        /**
         * Reads the decoded value of a User-to-User header.
         *
         * @throws SipUriException the text is not such a value; it says at which byte.
         */
        @JvmStatic
        public fun parse(text: String): UserToUser = UserToUser(userToUserParse(text))

        /**
         * Encodes bytes as hexadecimal digits.
         *
         * @throws SipUriException there are no bytes, or another part is not allowed.
         */
        @JvmStatic
        @JvmOverloads
        public fun fromBytes(bytes: ByteArray, purpose: String? = null, content: String? = null): UserToUser {
            val isPlain = bytes.isNotEmpty() && purpose == null && content == null
            return if (isPlain) {
                UserToUser(
                    null,
                    bytes.clone(),
                )
            } else {
                UserToUser(userToUserFromBytes(bytes, purpose, content))
            }
        }
    }
}
