package dev.twimlrefer.internal

import dev.twimlrefer.DocumentException
import dev.twimlrefer.RequestException
import dev.twimlrefer.RestException
import dev.twimlrefer.SignatureException
import dev.twimlrefer.SipUriException
import dev.twimlrefer.TransferException
import dev.twimlrefer.TwimlReferException

/** The exception for an error of the library, by its group. */
internal fun refusal(
    kind: String,
    message: String,
    offset: Int? = null,
    line: Int? = null,
    column: Int? = null,
    parameter: String? = null,
    number: Int? = null,
    group: String,
): TwimlReferException {
    val place = Place(kind, offset, line, column, parameter, number)
    return when (group) {
        "sip-uri", "header" -> SipUriException(message, place)
        "twiml", "document" -> DocumentException(message, place)
        "rest" -> RestException(message, place)
        "request" -> RequestException(message, place)
        "signature" -> SignatureException(message, place)
        "transfer" -> TransferException(message, place)
        else -> TwimlReferException(message, place)
    }
}

/** What an exception says beside its message. */
internal class Place(
    val kind: String,
    val offset: Int?,
    val line: Int?,
    val column: Int?,
    val parameter: String?,
    val number: Int?,
)
