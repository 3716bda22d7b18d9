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
import dev.twimlrefer.internal.outOfRange
import dev.twimlrefer.internal.wellFormed
import dev.twimlrefer.internal.bridge.urlWithBodySha256 as bridgeUrlWithBodySha256

/**
 * Verifies requests by the account's auth token, or by any of several (rotation). Immutable: any number
 * of threads may share one.
 *
 * Behind a proxy say by which `publicBase` the platform reaches the app: it replaces that of the URL that
 * the app sees. That is the cure for most mismatches.
 *
 * ```kotlin
 * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
 * val url = "http://10.0.0.7:8000/handleRefer"
 * val signature = validator.sign(url, listOf("ReferCallStatus" to "in-progress"))
 * val callback = validator.verify(url, "ReferCallStatus=in-progress", signature)
 * check(callback.outcome == ReferOutcome.Transferred)
 * ```
 *
 * @param tokens the secrets; any may match, the first signs.
 * @param publicBase scheme, host and port, as `https://voice.example.com`.
 * @param algorithm pinned here: the header of the request never chooses it.
 * @param maxBodyBytes how large a body may be; 64 KiB if nothing is said.
 * @param acceptEncodedSpellings whether URLs also match whose quotes, colons and at signs were spelled otherwise.
 * @throws TwimlReferException the public base is none.
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
            maxBodyBytes = maxBodyBytes?.also { if (it < 0) throw outOfRange(it) }?.toULong(),
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
        // The library judges the base.
        validate("", emptyList(), null)
    }

    /**
     * The callback that this request brings, if the platform signed it.
     *
     * @param url the one that was asked for, with its query.
     * @param body the form as it was received. Without one it is a GET: the callback is the URL's query.
     * @param signature the header `X-Twilio-Signature`; `null` where it is missing.
     * @throws SignatureMismatchException it is not proved that the platform sent it: answer 403.
     * @throws CallbackException it was signed, but cannot be read: answer 400.
     */
    public fun verify(url: String?, body: ByteArray? = NO_BODY, signature: String?): ReferCallback =
        ReferCallback(verified(url, signature) { put("F").put(body ?: NO_BODY) })

    /** Does so for a body that is text. */
    public fun verify(url: String?, body: String?, signature: String?): ReferCallback =
        ReferCallback(verified(url, signature) { put("F").put(body.orEmpty()) })

    /** Does as [verify], for any request of the platform. */
    public fun verifyRequest(url: String?, body: ByteArray? = NO_BODY, signature: String?): VoiceRequest =
        VoiceRequest(verified(url, signature) { put("F").put(body ?: NO_BODY) })

    /** Does as [verify], for any request of the platform whose body is text. */
    public fun verifyRequest(url: String?, body: String?, signature: String?): VoiceRequest =
        VoiceRequest(verified(url, signature) { put("F").put(body.orEmpty()) })

    /** Does as [verify], where a framework has decoded the form. */
    public fun verifyParams(
        url: String?,
        params: Iterable<Pair<String?, String?>?>?,
        signature: String?,
    ): ReferCallback = ReferCallback(verified(url, signature) { put("P").put(params) })

    /** Whether the platform signed a request with these decoded parameters. */
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
     * requests of the platform.
     *
     * ```kotlin
     * val (url, validator) = "https://voice.example.com/handleRefer" to RequestValidator("12345")
     * val params = listOf("ReferCallStatus" to "busy", "ReferSipResponseCode" to "202")
     * val body = VoiceRequest.fromParams(params).toForm()
     * check(validator.verify(url, body, validator.sign(url, params)).outcome is ReferOutcome.TargetFailed)
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

        /** Adds the hash of a body to the query of a URL, as [signRaw] wants it. */
        @JvmStatic
        public fun urlWithBodySha256(url: String, body: ByteArray): String =
            wellFormed(url).let { bridged { bridgeUrlWithBodySha256(it, body) } }
    }
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
