package dev.twimlrefer

import dev.twimlrefer.internal.Place

/**
 * Something that the library refuses; its message says what to do about it.
 *
 * ```kotlin
 * try {
 *     SipUri("sip:alice@example.com?X-A=a b")
 * } catch (error: TwimlReferException) {
 *     check(error.kind == "uri-white-space" && error.offset == 27)
 *     println(error.message) // invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20
 * }
 * ```
 *
 * @property message what went wrong, where, and what to do about it; at most 240 bytes.
 */
public open class TwimlReferException internal constructor(override val message: String, place: Place) :
    RuntimeException(message) {
    /** The stable name of what went wrong, the same in every language. */
    public val kind: String = place.kind

    /** The byte (of UTF-8, from 0) at which it went wrong. */
    public val offset: Int? = place.offset

    /** The line of a document, from 1. */
    public val line: Int? = place.line

    /** The column of that line, from 1. */
    public val column: Int? = place.column

    /** The parameter, attribute or header at fault. */
    public val parameter: String? = place.parameter

    /** Twilio's own number for it. */
    public val number: Int? = place.number

    /** Whether all that it says is the same, so that what holds one compares as well. */
    override fun equals(other: Any?): Boolean = other is TwimlReferException && other.said == said

    /** Agrees with [equals]. */
    override fun hashCode(): Int = said.hashCode()

    private val said: List<Any?> get() = listOf(kind, message, offset, line, column, parameter, number)
}

/** A SIP URI, one of its headers or a User-to-User value is not valid. */
public class SipUriException internal constructor(message: String, place: Place) :
    TwimlReferException(message, place)

/** A document cannot be read, or something cannot stand in one. */
public class DocumentException internal constructor(message: String, place: Place) :
    TwimlReferException(message, place)

/** A REST request cannot be made of this. */
public class RestException internal constructor(message: String, place: Place) :
    TwimlReferException(message, place)

/** A transfer was used wrongly, a setting is out of range, or saved bytes are not a transfer's. */
public class TransferException internal constructor(message: String, place: Place) :
    TwimlReferException(message, place)

/**
 * It is not proved that Twilio sent this request (`signature-missing`, `signature-mismatch`): answer 403. Or a
 * [RequestValidator] cannot be made of its secret or public base.
 */
public class SignatureException internal constructor(message: String, place: Place) :
    TwimlReferException(message, place)

/**
 * A request cannot be read: it is too large (`request-too-large`, judged before the signature: answer 413), or it is
 * signed but not UTF-8 (`request-not-utf8`: answer 400). Or the limit for it is out of range.
 */
public class RequestException internal constructor(message: String, place: Place) :
    TwimlReferException(message, place)
