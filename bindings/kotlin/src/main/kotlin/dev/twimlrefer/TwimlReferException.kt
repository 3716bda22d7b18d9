package dev.twimlrefer

import dev.twimlrefer.internal.bridge.ErrorDetails

/**
 * Something that the library refuses; the message says what is wrong and what to do.
 *
 * ```kotlin
 * try {
 *     SipUri("sip:alice@example.com?X-A=a b")
 * } catch (error: TwimlReferException) {
 *     check(error.kind == "uri-white-space" && error.offset == 27)
 *     println(error.message) // invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20
 * }
 * ```
 */
public open class TwimlReferException internal constructor(details: ErrorDetails) :
    RuntimeException(details.message) {
    /** What is wrong, where, and what to do about it; at most 240 bytes. */
    override val message: String = details.message

    /** The stable name of the error, the same in every language. */
    public val kind: String = details.kind

    /** The group of the kind, for example `sip-uri`. The group decides the class of the exception. */
    public val group: String = details.group

    /** The offset in bytes (of UTF-8, from 0). */
    public val offset: Int? = details.offset?.toInt()

    /** The line of a document, from 1. */
    public val line: Int? = details.line?.toInt()

    /** The column of that line, from 1. */
    public val column: Int? = details.column?.toInt()

    /** The parameter, attribute or header that is wrong. */
    public val parameter: String? = details.parameter

    /** Twilio's number for the error. */
    public val number: Int? = details.number?.toInt()

    /** Compares everything but the stack, so that what holds an exception compares as well. */
    override fun equals(other: Any?): Boolean = other is TwimlReferException && other.parts == parts

    /** Agrees with [equals]. */
    override fun hashCode(): Int = parts.hashCode()

    private val parts: List<Any?> get() = listOf(kind, message, offset, line, column, parameter, number)
}

/** An invalid SIP URI, header or User-to-User value. */
public class SipUriException internal constructor(details: ErrorDetails) : TwimlReferException(details)

/** A document that cannot be read, or something that cannot be written in one. */
public class DocumentException internal constructor(details: ErrorDetails) : TwimlReferException(details)

/** A REST request that cannot be made. */
public class RestException internal constructor(details: ErrorDetails) : TwimlReferException(details)

/** Misuse of a transfer, a setting out of range, or saved bytes that are not a transfer's. */
public class TransferException internal constructor(details: ErrorDetails) : TwimlReferException(details)

/**
 * A request that is not proved to be from Twilio (`signature-missing`, `signature-mismatch`): answer 403. Or an auth
 * token or public base of which no [RequestValidator] can be made.
 */
public class SignatureException internal constructor(details: ErrorDetails) : TwimlReferException(details)

/**
 * A request that cannot be read: too large (`request-too-large`, checked before the signature: answer 413), or signed
 * but not UTF-8 (`request-not-utf8`: answer 400). Or a limit out of range.
 */
public class RequestException internal constructor(details: ErrorDetails) : TwimlReferException(details)
