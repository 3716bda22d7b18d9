package dev.twimlrefer

import dev.twimlrefer.internal.bridge.UserToUserParts
import dev.twimlrefer.internal.bridge.userToUserBuild
import dev.twimlrefer.internal.bridge.userToUserBytes
import dev.twimlrefer.internal.bridge.userToUserFromBytes
import dev.twimlrefer.internal.bridge.userToUserParse
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.wellFormed

/**
 * A User-to-User value (RFC 7433). Bytes are sent hex-encoded, and are then always valid.
 *
 * ```kotlin
 * check(UserToUser.fromBytes("order 7".toByteArray()).toString() == "6F726465722037;encoding=hex")
 * check(UserToUser.parse("123456789;encoding=hex").data == "123456789")
 * ```
 *
 * @property data the data, without quotes.
 * @property encoding how the data is encoded; `hex` where nothing else is said.
 * @property purpose the package that it belongs to.
 * @property content what the data is.
 * @throws SipUriException a part cannot stand in such a value.
 */
public data class UserToUser
@JvmOverloads
constructor(
    val data: String,
    val encoding: String? = null,
    val purpose: String? = null,
    val content: String? = null,
) {
    private val text: String =
        UserToUserParts(
            wellFormed(data),
            encoding?.let(::wellFormed),
            purpose?.let(::wellFormed),
            content?.let(::wellFormed),
        ).let { bridged { userToUserBuild(it) } }

    /** The bytes of hexadecimal data; `null` if it is none. */
    public fun toBytes(): ByteArray? = bridged { userToUserBytes(text) }

    /** The value as it stands in a header, decoded. */
    override fun toString(): String = text

    /** How values are read. */
    public companion object {
        /**
         * Reads the decoded value of a User-to-User header.
         *
         * @throws SipUriException with the byte at which it stops being one.
         */
        @JvmStatic
        public fun parse(text: String): UserToUser =
            of(wellFormed(text).let { bridged { userToUserParse(it) } })

        /**
         * Encodes bytes as hexadecimal digits.
         *
         * @throws SipUriException there are none.
         */
        @JvmStatic
        public fun fromBytes(bytes: ByteArray): UserToUser = of(bridged { userToUserFromBytes(bytes) })

        internal fun of(parts: UserToUserParts) =
            UserToUser(parts.data, parts.encoding, parts.purpose, parts.content)
    }
}
