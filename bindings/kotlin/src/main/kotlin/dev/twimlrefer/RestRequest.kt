package dev.twimlrefer

import dev.twimlrefer.internal.bridge.CallSource
import dev.twimlrefer.internal.bridge.callCreate
import dev.twimlrefer.internal.bridge.callUpdate
import dev.twimlrefer.internal.bridge.RestRequest as BridgeRequest

/**
 * A request to Twilio's REST API as plain data: nothing is sent. Make it with any HTTP client and the account's
 * credentials.
 */
public class RestRequest internal constructor(private val request: BridgeRequest) {
    /** The HTTP method. */
    public val method: String get() = request.method

    /** The URL. */
    public val url: String get() = request.url

    /** The form. */
    public val body: String get() = request.body

    /** Whether method, URL and form are the same. */
    override fun equals(other: Any?): Boolean = other is RestRequest && other.request == request

    /** Agrees with [equals]. */
    override fun hashCode(): Int = request.hashCode()

    /** For people. */
    override fun toString(): String = "RestRequest(method=$method, url=$url, body=$body)"
}

/**
 * Gives a live call a new document, or the URL of one.
 *
 * ```kotlin
 * val (account, call) = "AC" + "0".repeat(32) to "CA" + "1".repeat(32)
 * val request = CallUpdate.fromUrl(account, call, "https://example.com/refer")
 * check(request.method == "POST" && request.body == "Url=https%3A%2F%2Fexample.com%2Frefer")
 * ```
 *
 * Each function throws [RestException]: an identifier, the URL or the base is invalid, or the document has more than
 * 4000 characters. The base is the API's, for another region or edge.
 */
public object CallUpdate {
    /** By the URL of a document; [urlMethod] is how Twilio requests it. */
    @JvmStatic
    @JvmOverloads
    public fun fromUrl(
        accountSid: String,
        callSid: String,
        url: String,
        urlMethod: Method? = null,
        base: String? = null,
    ): RestRequest = RestRequest(callUpdate(accountSid, callSid, source(url, urlMethod), base))

    /** By a document. */
    @JvmStatic
    @JvmOverloads
    public fun fromTwiml(
        accountSid: String,
        callSid: String,
        twiml: VoiceResponse,
        base: String? = null,
    ): RestRequest = RestRequest(callUpdate(accountSid, callSid, source(twiml), base))
}

/** Makes a new SIP call that begins with this document. What is said of [CallUpdate] holds here. */
public object CallCreate {
    /** By the URL of a document; [urlMethod] is how Twilio requests it. */
    @JvmStatic
    @JvmOverloads
    public fun fromUrl(
        accountSid: String,
        to: SipUri,
        from: String,
        url: String,
        urlMethod: Method? = null,
        base: String? = null,
    ): RestRequest = RestRequest(callCreate(accountSid, to.toString(), from, source(url, urlMethod), base))

    /** By a document. */
    @JvmStatic
    @JvmOverloads
    public fun fromTwiml(
        accountSid: String,
        to: SipUri,
        from: String,
        twiml: VoiceResponse,
        base: String? = null,
    ): RestRequest = RestRequest(callCreate(accountSid, to.toString(), from, source(twiml), base))
}

private fun source(url: String, method: Method?) = CallSource.Url(url, method?.name)

private fun source(twiml: VoiceResponse) = CallSource.Twiml(twiml.document)
