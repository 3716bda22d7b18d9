package dev.twimlrefer.internal

import dev.twimlrefer.DocumentException
import dev.twimlrefer.RequestException
import dev.twimlrefer.RestException
import dev.twimlrefer.SignatureException
import dev.twimlrefer.SipUriException
import dev.twimlrefer.TransferException
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.internal.bridge.BridgeException
import dev.twimlrefer.internal.bridge.ErrorDetails

/** The exception for an error of the library, by its group. */
internal fun exception(failure: BridgeException): TwimlReferException = when (failure) {
    is BridgeException.Failed -> exception(failure.details)
}

internal fun exception(details: ErrorDetails): TwimlReferException = when (details.group) {
    "sip-uri", "header" -> SipUriException(details)
    "twiml", "document" -> DocumentException(details)
    "rest" -> RestException(details)
    "request" -> RequestException(details)
    "signature" -> SignatureException(details)
    "transfer" -> TransferException(details)
    else -> TwimlReferException(details)
}
