package dev.twimlrefer

import dev.twimlrefer.internal.bridge.RestCall
import dev.twimlrefer.internal.bridge.RestSource
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.wellFormed
import dev.twimlrefer.internal.bridge.callCreate as bridgeCreate
import dev.twimlrefer.internal.bridge.callUpdate as bridgeUpdate

/**
 * A request to Twilio's REST API as plain data: nothing is sent. Make it with any HTTP client and
 * the account's credentials.
 *
 * @property method the HTTP method.
 * @property url where it goes.
 * @property body the form.
 */
public data class RestRequest(val method: String, val url: String, val body: String)

/**
 * Gives a live call a new document, or the URL of one.
 *
 * ```kotlin
 * val (account, call) = "AC" + "0".repeat(32) to "CA" + "1".repeat(32)
 * val request = CallUpdate.withUrl(account, call, "https://example.com/refer")
 * check(request.method == "POST" && request.body == "Url=https%3A%2F%2Fexample.com%2Frefer")
 * ```
 *
 * Each function throws [RestException]: an identifier, the URL or the base is none, or the document has
 * more than 4000 characters. The base is the API's, for another region or edge.
 */
public object CallUpdate {
    /** By the URL of a document; [method] is how Twilio asks for it. */
    @JvmStatic
    @JvmOverloads
    public fun withUrl(
        accountSid: String,
        callSid: String,
        url: String,
        method: String? = null,
        base: String? = null,
    ): RestRequest = update(accountSid, callSid, source(url, method), base)

    /** By a document. */
    @JvmStatic
    @JvmOverloads
    public fun withTwiml(
        accountSid: String,
        callSid: String,
        twiml: VoiceResponse,
        base: String? = null,
    ): RestRequest = update(accountSid, callSid, RestSource.Twiml(twiml.toXml()), base)

    private fun update(accountSid: String, callSid: String, source: RestSource, base: String?): RestRequest {
        val (account, call) = wellFormed(accountSid) to wellFormed(callSid)
        val checked = base?.let(::wellFormed)
        return plain(bridged { bridgeUpdate(account, call, source, checked) })
    }
}

/** Makes a new SIP call that begins with this document. What is said of [CallUpdate] holds here. */
public object CallCreate {
    /** By the URL of a document; [method] is how Twilio asks for it. */
    @JvmStatic
    @JvmOverloads
    public fun withUrl(
        accountSid: String,
        to: SipUri,
        from: String,
        url: String,
        method: String? = null,
        base: String? = null,
    ): RestRequest = create(accountSid, to, from, source(url, method), base)

    /** By a document. */
    @JvmStatic
    @JvmOverloads
    public fun withTwiml(
        accountSid: String,
        to: SipUri,
        from: String,
        twiml: VoiceResponse,
        base: String? = null,
    ): RestRequest = create(accountSid, to, from, RestSource.Twiml(twiml.toXml()), base)

    private fun create(
        accountSid: String,
        to: SipUri,
        from: String,
        source: RestSource,
        base: String?,
    ): RestRequest {
        val (account, caller) = wellFormed(accountSid) to wellFormed(from)
        val checked = base?.let(::wellFormed)
        return plain(bridged { bridgeCreate(account, to.toString(), caller, source, checked) })
    }
}

private fun source(url: String, method: String?) = RestSource.Url(wellFormed(url), method?.let(::wellFormed))

private fun plain(call: RestCall) = RestRequest(call.method, call.url, call.body)
