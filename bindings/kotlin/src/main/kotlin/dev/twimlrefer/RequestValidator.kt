package dev.twimlrefer

import dev.twimlrefer.internal.Answer
import dev.twimlrefer.internal.Frame
import dev.twimlrefer.internal.Lane
import dev.twimlrefer.internal.NOT_TEXT
import dev.twimlrefer.internal.bridge.Secrets
import dev.twimlrefer.internal.bridge.requestExplain
import dev.twimlrefer.internal.bridge.requestSignRaw
import dev.twimlrefer.internal.bridge.requestValidateRaw
import dev.twimlrefer.internal.bridged
import dev.twimlrefer.internal.encoded
import dev.twimlrefer.internal.wellFormed
import dev.twimlrefer.internal.bridge.urlWithBodySha256 as bridgeUrlWithBodySha256

/**
 * Verifies requests by the account's auth token, or by any of several (rotation). Immutable: any number
 * of threads may share one.
 *
 * Say by which `publicBase` Twilio reaches the app, and pass the request target, as it came on the wire, as the URL.
 * Then neither a proxy, nor a Host header, nor what a framework decodes of the path can cause a mismatch.
 *
 * ```kotlin
 * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
 * val target = "/handleRefer"
 * val signature = validator.sign(target, listOf("ReferCallStatus" to "in-progress"))
 * val callback = validator.verify(Method.POST, target, "ReferCallStatus=in-progress", signature)
 * check(callback.outcome == ReferOutcome.Transferred)
 * ```
 *
 * @param tokens the secrets, none of them empty; any may match, the first signs.
 * @param publicBase scheme, host and port, as `https://voice.example.com`, and the path prefix that a gateway strips.
 * @param algorithm pinned here: the header of the request never chooses it.
 * @param maxBodyBytes how large a body may be; 64 KiB if nothing is said.
 * @param acceptEncodedSpellings whether URLs also match whose quotes, colons and at signs were spelled otherwise.
 * @throws SignatureException there is no secret, an empty one (`secret-empty`), or the public base is not valid.
 * @throws RequestException the limit is out of range.
 */
public class RequestValidator
@JvmOverloads
constructor(
    tokens: List<String>,
    publicBase: String? = null,
    algorithm: Algorithm = Algorithm.SHA1,
    maxBodyBytes: Int? = null,
    acceptEncodedSpellings: Boolean = false,
) {
    /** With one token. Parameters and exceptions as those of the other constructor. */
    @JvmOverloads
    public constructor(
        token: String,
        publicBase: String? = null,
        algorithm: Algorithm = Algorithm.SHA1,
        maxBodyBytes: Int? = null,
        acceptEncodedSpellings: Boolean = false,
    ) : this(listOf(token), publicBase, algorithm, maxBodyBytes, acceptEncodedSpellings)

    // Transient: what writes the fields of any object, as Gson does, must not write these.
    @Transient
    private val typed: Secrets =
        Secrets(
            secrets = tokens.map(::wellFormed),
            publicBase = publicBase?.let(::wellFormed),
            sha256 = algorithm == Algorithm.SHA256,
            encodedSpellings = acceptEncodedSpellings,
            maxBodyBytes = maxBodyBytes?.toLong(),
        )

    /** What every frame begins with. */
    @Transient
    private val secrets: Frame = Frame().apply {
        put(
            (if (publicBase == null) "" else "b") + (if (typed.sha256) "s" else "") +
                if (acceptEncodedSpellings) "e" else "",
        )
        if (publicBase != null) put(publicBase)
        put(maxBodyBytes).put(tokens.size)
        for (token in tokens) put(token)
    }

    init {
        // The library judges the secrets, the base and the limit.
        validate("", emptyList(), null)
    }

    /**
     * Verifies the signature of the request to the action of a `<Refer>`, and returns the request parsed.
     *
     * @param method that of the *route*: the one that the TwiML or the phone number says. Do not copy the request's,
     * unless the route accepts only one: a signature covers no method, so that a signed POST could be sent again as
     * a GET of the same bytes.
     * @param url the request target as it came on the wire (`/handleRefer?x=1`), where there is a public base; else
     * the absolute URL that Twilio asked for.
     * @param body the form as it was received. A POST's body holds the parameters, and an empty one is an empty
     * form. The parameters of a GET are the URL's query; a body makes it a mismatch.
     * @param signature the header `X-Twilio-Signature`; `null` where it is missing.
     * @throws RequestException it is too large (`request-too-large`: answer 413), or signed but not UTF-8
     * (`request-not-utf8`: answer 400).
     * @throws SignatureException it is not proved that Twilio sent it: answer 403.
     */
    public fun verify(
        method: Method,
        url: String?,
        body: ByteArray? = NO_BODY,
        signature: String?,
    ): ReferCallback = ReferCallback(verified(url, signature) { put(letter(method)).put(body ?: NO_BODY) })

    /** Does so for a body that is text. */
    public fun verify(method: Method, url: String?, body: String?, signature: String?): ReferCallback =
        ReferCallback(verified(url, signature) { put(letter(method)).put(body.orEmpty()) })

    /** Like [verify], for any request from Twilio. */
    public fun verifyRequest(
        method: Method,
        url: String?,
        body: ByteArray? = NO_BODY,
        signature: String?,
    ): VoiceRequest = VoiceRequest(verified(url, signature) { put(letter(method)).put(body ?: NO_BODY) })

    /** Like [verify], for any request from Twilio whose body is text. */
    public fun verifyRequest(method: Method, url: String?, body: String?, signature: String?): VoiceRequest =
        VoiceRequest(verified(url, signature) { put(letter(method)).put(body.orEmpty()) })

    /**
     * Like [verify], for a POST whose form a framework has decoded. The URL's query must not be among the pairs;
     * `bodySHA256` is not checked, as there is no raw body.
     */
    public fun verifyParams(
        url: String?,
        params: Iterable<Pair<String?, String?>?>?,
        signature: String?,
    ): ReferCallback = ReferCallback(verified(url, signature) { put("P").put(params) })

    /**
     * Checks whether Twilio signed a request with these decoded parameters; without any, the URL alone. This is the
     * official library's `validate`: it pins neither the method nor what the app then reads. Prefer [verify].
     */
    public fun validate(
        url: String?,
        params: Iterable<Pair<String?, String?>?>?,
        signature: String?,
    ): Boolean {
        val input = secrets.continued().put(url ?: NOT_TEXT).put(signature.orEmpty()).put(params)
        return try {
            Lane.call(Lane.VALIDATE, input).maybe() != null
        } catch (error: TwimlReferException) {
            if (error.kind != NO_TEXT) throw error
            false
        }
    }

    /** Whether it signed a request whose body is no form, by `bodySHA256` in the URL. */
    public fun validateRaw(url: String?, body: ByteArray?, signature: String?): Boolean = try {
        val texts = wellFormed(url ?: NOT_TEXT) to signature?.let(::wellFormed)
        bridged { requestValidateRaw(typed, texts.first, body ?: NO_BODY, texts.second) }
    } catch (error: TwimlReferException) {
        if (error.kind != NO_TEXT) throw error
        false
    }

    /**
     * The signature of a request with these parameters; without any, of a GET. By it the tests of an app make
     * requests of Twilio.
     *
     * ```kotlin
     * val (url, validator) = "https://voice.example.com/handleRefer" to RequestValidator("12345")
     * val params = listOf("ReferCallStatus" to "busy", "ReferSipResponseCode" to "202")
     * val body = VoiceRequest.fromParams(params).toForm()
     * check(validator.verify(Method.POST, url, body, validator.sign(url, params)).outcome is ReferOutcome.TargetFailed)
     * ```
     */
    @JvmOverloads
    public fun sign(url: String, params: Iterable<Pair<String, String>> = emptyList()): String =
        Lane.call(Lane.SIGN, secrets.continued().put(url).put(params)).text()

    /** The signature of a request whose body is no form; `bodySHA256` must stand in the URL. */
    public fun signRaw(url: String, body: ByteArray): String =
        wellFormed(url).let { bridged { requestSignRaw(typed, it, body) } }

    /** What was tried, for the person who hunts a mismatch; no signature, no secret. */
    @JvmOverloads
    public fun explain(url: String, body: ByteArray = NO_BODY): List<Spelling> = wellFormed(url).let {
        bridged { requestExplain(typed, it, body) }
    }.map { Spelling(it.url, it.hashed) }

    private inline fun verified(url: String?, signature: String?, body: Frame.() -> Frame): Answer {
        val input = secrets.continued().put(url ?: NOT_TEXT).put(signature.orEmpty()).body()
        return try {
            Answer(Lane.call(Lane.VERIFY, input))
        } catch (error: TwimlReferException) {
            if (error.kind != NO_TEXT) throw error
            // Twilio signs no lone surrogate: whatever the signature is, it does not match.
            val none = if (signature.isNullOrEmpty()) "" else "-"
            Answer(Lane.call(Lane.VERIFY, secrets.continued().put("").put(none).put("F").put(NO_BODY)))
        }
    }

    /** For people; without secrets. */
    override fun toString(): String =
        "RequestValidator(${typed.secrets.size} tokens, publicBase=${typed.publicBase})"

    /** What needs no secret. */
    public companion object {
        private const val NO_TEXT = "text-not-utf8"
        private val NO_BODY = ByteArray(0)

        private fun letter(method: Method) = if (method == Method.GET) "G" else "F"

        /** Adds the hash of a body to the query of a URL, as [signRaw] wants it. */
        @JvmStatic
        public fun urlWithBodySha256(url: String, body: ByteArray): String =
            wellFormed(url).let { bridged { bridgeUrlWithBodySha256(it, body) } }
    }
}

/** The method of an HTTP request from Twilio. */
public enum class Method {
    /** The URL's query holds the parameters. */
    GET,

    /** The body holds them, as a form. */
    POST,
}

/** How requests are signed. */
public enum class Algorithm {
    /** HMAC-SHA1, by the auth token. */
    SHA1,

    /** HMAC-SHA256, by a shared key. */
    SHA256,
}

/**
 * A spelling of the URL that was tried.
 *
 * @property url the spelling.
 * @property hashed the text that was hashed for it.
 */
public data class Spelling(val url: String, val hashed: String)
