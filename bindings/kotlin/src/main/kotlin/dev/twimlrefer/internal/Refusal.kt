package dev.twimlrefer.internal

import dev.twimlrefer.CallbackException
import dev.twimlrefer.DocumentException
import dev.twimlrefer.RestException
import dev.twimlrefer.SignatureMismatchException
import dev.twimlrefer.SipUriException
import dev.twimlrefer.TransferException
import dev.twimlrefer.TwimlReferException

/** The exception of a kind. */
internal fun refusal(
    kind: String,
    message: String,
    offset: Int? = null,
    line: Int? = null,
    column: Int? = null,
    parameter: String? = null,
    number: Int? = null,
): TwimlReferException {
    val place = Place(kind, offset, line, column, parameter, number)
    return when (kind.substringBefore('-')) {
        "uri", "header", "uui" -> SipUriException(message, place)
        "signature" -> SignatureMismatchException(message, place)
        "callback" -> CallbackException(message, place)
        "rest", "sid" -> RestException(message, place)
        "transfer", "refer", "status", "setting", "state" -> TransferException(message, place)
        "public", "text" -> TwimlReferException(message, place)
        else -> DocumentException(message, place)
    }
}

/** For numbers that have another size in the library: it never sees this one. */
internal fun outOfRange(number: Any): TwimlReferException =
    refusal("setting-invalid", "a number is out of range: $number")

/** What an exception says beside its message. */
internal class Place(
    val kind: String,
    val offset: Int?,
    val line: Int?,
    val column: Int?,
    val parameter: String?,
    val number: Int?,
)
