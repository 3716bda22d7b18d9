package dev.twimlrefer

import dev.twimlrefer.internal.BodyLimit
import dev.twimlrefer.internal.bridge.HttpBody
import dev.twimlrefer.internal.bridge.Secrets
import dev.twimlrefer.internal.bridge.secretsCheck
import dev.twimlrefer.internal.entries
import dev.twimlrefer.internal.formPairs
import dev.twimlrefer.internal.pairs
import java.util.Collections
import dev.twimlrefer.internal.bridge.Hint as BridgeHint
import dev.twimlrefer.internal.bridge.Pair as BridgePair
import dev.twimlrefer.internal.bridge.Scenario as BridgeScenario
import dev.twimlrefer.internal.bridge.SignedRequest as BridgeSignedRequest
import dev.twimlrefer.internal.bridge.UrlCandidate as BridgeCandidate
import dev.twimlrefer.internal.bridge.claimedAccountSid as bridgeClaimedAccountSid
import dev.twimlrefer.internal.bridge.diagnose as bridgeDiagnose
import dev.twimlrefer.internal.bridge.explain as bridgeExplain
import dev.twimlrefer.internal.bridge.sign as bridgeSign
import dev.twimlrefer.internal.bridge.signRaw as bridgeSignRaw
import dev.twimlrefer.internal.bridge.signedRequest as bridgeSignedRequest
import dev.twimlrefer.internal.bridge.urlWithBodySha256 as bridgeUrlWithBodySha256
import dev.twimlrefer.internal.bridge.validate as bridgeValidate
import dev.twimlrefer.internal.bridge.validateRaw as bridgeValidateRaw
import dev.twimlrefer.internal.bridge.verify as bridgeVerify
import dev.twimlrefer.internal.bridge.verifyParams as bridgeVerifyParams
import dev.twimlrefer.internal.bridge.verifyServletParams as bridgeVerifyServletParams

/**
 * Verifies requests by the account's auth token, or by any of several (rotation). Immutable: any number of threads
 * may share one.
 *
 * Give it the `publicBase` by which Twilio reaches the app, and pass the request target, as it came on the wire, as
 * the URL. Then neither a proxy, nor a Host header, nor what a framework decodes of the path can cause a mismatch.
 *
 * ```kotlin
 * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
 * val target = "/handleRefer"
 * val signature = validator.sign(target, mapOf("ReferCallStatus" to "in-progress"))
 * val request = validator.verify(Method.POST, target, "ReferCallStatus=in-progress", signature)
 * check(request.outcome == ReferOutcome.Transferred)
 * ```
 */
public class RequestValidator private constructor(
    // Transient: what writes the fields of any object, as Gson does, must not write these.
    @Transient private val secrets: Secrets,
) {
    /**
     * Makes a validator of several auth tokens.
     *
     * @param tokens the auth tokens, none of them empty; any may match, the first signs.
     * @param publicBase scheme, host and port, as `https://voice.example.com`, and the path prefix that a gateway
     * strips.
     * @throws SignatureException there is no auth token, an empty one (`auth-token-empty`), or the public base is
     * invalid.
     */
    @JvmOverloads
    public constructor(tokens: List<String>, publicBase: String? = null) :
        this(Secrets(ArrayList(tokens), publicBase, false, false, null))

    /** Makes a validator of one auth token. Like the other constructor. */
    @JvmOverloads
    public constructor(token: String, publicBase: String? = null) :
        this(Collections.singletonList(token), publicBase)

    init {
        secretsCheck(secrets)
    }

    /** Returns a validator for this algorithm; the header of a request never chooses it. The default is SHA-1. */
    public fun withAlgorithm(algorithm: Algorithm): RequestValidator =
        RequestValidator(secrets.copy(sha256 = algorithm == Algorithm.SHA256))

    /**
     * Returns a validator that takes bodies of this size; 64 KiB by default.
     *
     * @throws RequestException the limit is out of range.
     */
    public fun withMaxBodyBytes(maxBytes: Int): RequestValidator =
        RequestValidator(secrets.copy(maxBodyBytes = maxBytes.toLong()))

    /** Returns a validator for URLs whose quotes, colons and at signs may be spelled otherwise, too. */
    public fun withEncodedSpellings(accepted: Boolean): RequestValidator =
        RequestValidator(secrets.copy(encodedSpellings = accepted))

    /**
     * Verifies the signature of a request and returns the request parsed.
     *
     * @param method that of the *route*: the one that the TwiML or the phone number says. Do not copy the request's,
     * unless the route accepts only one, as the signature does not cover the method: a signed POST could be replayed
     * as a GET.
     * @param url the request target as it came on the wire (`/handleRefer?x=1`), where there is a public base; else
     * the absolute URL that Twilio requested.
     * @param body the form as it was received. A POST's body holds the parameters, and an empty one is an empty
     * form. The parameters of a GET are the URL's query; a body makes it a mismatch.
     * @param signature the header `X-Twilio-Signature`; `null` where it is missing.
     * @throws RequestException it is too large (`request-too-large`: answer 413), or signed but not UTF-8
     * (`request-not-utf8`: answer 400).
     * @throws SignatureException it is not proved that Twilio sent it: answer 403.
     */
    @JvmOverloads
    public fun verify(
        method: Method,
        url: String?,
        body: ByteArray? = NO_BODY,
        signature: String?,
    ): VoiceRequest = verified(method, url, BodyLimit.cut(body ?: NO_BODY, limit), signature)

    /** Like the other [verify], for a body that is text. */
    public fun verify(method: Method, url: String?, body: String?, signature: String?): VoiceRequest =
        verified(method, url, BodyLimit.cut(body.orEmpty(), limit), signature)

    /**
     * Like [verify], for a POST whose form a framework has decoded: `Map<String, String>`, or with several values in
     * a list or an array. Parameters of the URL's query must not be among them; `bodySHA256` is not checked, as there
     * is no raw body.
     */
    public fun verifyParams(url: String?, params: Map<String, *>?, signature: String?): VoiceRequest =
        verified(url, formPairs(params), signature)

    /** Like the other [verifyParams], for entries. */
    public fun verifyParams(
        url: String?,
        params: Iterable<Map.Entry<String?, String?>?>?,
        signature: String?,
    ): VoiceRequest = verified(url, pairs(params), signature)

    /**
     * Like [verifyParams], for a servlet's `getParameterMap()`, which holds the parameters of the URL's query as well:
     * one occurrence of each is removed, the rest is verified and returned.
     *
     * ```kotlin
     * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
     * val signature = validator.sign("/refer?id=7", mapOf("CallSid" to "CA1", "id" to "7"))
     * val map = mapOf("id" to arrayOf("7", "7"), "CallSid" to arrayOf("CA1"))
     * val request = validator.verifyServletParams("/refer?id=7", map, signature)
     * check(request.params.map { it.key } == listOf("id", "CallSid"))
     * ```
     */
    public fun verifyServletParams(url: String?, params: Map<String, *>?, signature: String?): VoiceRequest =
        VoiceRequest(bridgeVerifyServletParams(secrets, url.orEmpty(), formPairs(params), signature))

    /**
     * Checks whether Twilio signed a request with these decoded parameters; without any, only the URL. This is the
     * official library's `validate`: it pins neither the method nor what the app then reads. Prefer [verify].
     */
    public fun validate(url: String?, params: Map<String, *>?, signature: String?): Boolean =
        bridgeValidate(secrets, url.orEmpty(), formPairs(params), signature)

    /** Checks whether Twilio signed a request whose body is not a form, by `bodySHA256` in the URL. */
    public fun validateRaw(url: String?, body: ByteArray?, signature: String?): Boolean =
        bridgeValidateRaw(secrets, url.orEmpty(), body ?: NO_BODY, signature)

    /**
     * Returns the signature of a request with these parameters; without any, of a GET.
     *
     * ```kotlin
     * val (url, validator) = "https://voice.example.com/handleRefer" to RequestValidator("12345")
     * val params = mapOf("ReferCallStatus" to "busy", "ReferSipResponseCode" to "202")
     * val body = VoiceRequest.fromParams(params).toForm()
     * check(validator.verify(Method.POST, url, body, validator.sign(url, params)).outcome is ReferOutcome.TargetFailed)
     * ```
     */
    @JvmOverloads
    public fun sign(url: String, params: Map<String, *> = Collections.emptyMap<String, String>()): String =
        bridgeSign(secrets, url, formPairs(params))

    /** Returns the signature of a request with these parameters, as [VoiceRequest.params] has them. */
    public fun sign(url: String, params: Iterable<Map.Entry<String, String>>): String =
        bridgeSign(secrets, url, pairs(params))

    /** Returns the signature of a request whose body is not a form; `bodySHA256` must be in the URL. */
    public fun signRaw(url: String, body: ByteArray): String = bridgeSignRaw(secrets, url, body)

    /**
     * Makes the request to the action of a `<Refer>` that ended so, signed: for the tests of an app.
     *
     * ```kotlin
     * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
     * val request = validator.signedRequest(Method.POST, "/handleRefer", Scenario.TARGET_FAILED)
     * val read = validator.verify(Method.POST, request.url, request.body, request.headers["X-Twilio-Signature"])
     * check(read.outcome == ReferOutcome.TargetFailed(ReferCallStatus.BUSY, 486))
     * ```
     *
     * @param scenario without one, it is any other request of a call.
     * @param params are added, or replace the usual parameters.
     */
    @JvmOverloads
    public fun signedRequest(
        method: Method,
        url: String,
        scenario: Scenario? = null,
        params: Map<String, *> = Collections.emptyMap<String, String>(),
    ): SignedRequest {
        val plain = scenario?.let { BridgeScenario.valueOf(it.name) }
        return SignedRequest(bridgeSignedRequest(secrets, method.name, url, plain, formPairs(params)))
    }

    /**
     * Finds out why [verify] rejects a request; empty if it accepts it. For the log of an app, never for its answer.
     *
     * ```kotlin
     * val validator = RequestValidator("12345")
     * val signature = validator.sign("http://voice.example.com/a")
     * val hints = validator.diagnose(Method.GET, "https://voice.example.com/a", signature = signature)
     * check(hints.isNotEmpty() && hints.first().message.isNotEmpty())
     * ```
     */
    @JvmOverloads
    public fun diagnose(
        method: Method,
        url: String?,
        body: ByteArray? = NO_BODY,
        signature: String?,
    ): List<Hint> {
        val cut = BodyLimit.cut(body ?: NO_BODY, limit)
        return bridgeDiagnose(secrets, method.name, url.orEmpty(), cut, signature).map(::Hint)
    }

    /** Lists what is tried for a request, to debug a mismatch; contains no signature and no secret. */
    @JvmOverloads
    public fun explain(url: String, body: ByteArray = NO_BODY): List<UrlCandidate> =
        bridgeExplain(secrets, url, body).map(::UrlCandidate)

    /** For people; without secrets. */
    override fun toString(): String =
        "RequestValidator(${secrets.authTokens.size} auth tokens, publicBase=${secrets.publicBase})"

    internal fun bridgeSecrets(): Secrets = secrets

    private val limit: Int? get() = secrets.maxBodyBytes?.toInt()

    private fun verified(method: Method, url: String?, body: ByteArray, signature: String?): VoiceRequest =
        VoiceRequest(bridgeVerify(secrets, method.name, url.orEmpty(), body, signature))

    private fun verified(url: String?, params: List<BridgePair>, signature: String?): VoiceRequest =
        VoiceRequest(bridgeVerifyParams(secrets, url.orEmpty(), params, signature))

    /** What needs no auth token. */
    public companion object {
        private val NO_BODY = ByteArray(0)

        /**
         * Returns the AccountSid that a request claims: for choosing the auth token of a subaccount, and to be trusted
         * for nothing else.
         */
        @JvmStatic
        public fun claimedAccountSid(method: Method, url: String, body: ByteArray): String? =
            bridgeClaimedAccountSid(method.name, url, HttpBody.Received(body))

        /** Adds the hash of a body to the query of a URL, as [signRaw] needs it. */
        @JvmStatic
        public fun urlWithBodySha256(url: String, body: ByteArray): String =
            bridgeUrlWithBodySha256(url, body)
    }
}

/** The method of an HTTP request. */
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

/** How an endpoint behaves, for the tests of an app; each is named for its [ReferOutcome]. */
public enum class Scenario {
    /** The target answers. */
    TRANSFERRED,

    /** The endpoint rejects the REFER. */
    REJECTED,

    /** The target is busy. */
    TARGET_FAILED,

    /** The caller hangs up. */
    CANCELED,

    /** The endpoint accepts the REFER and never sends a NOTIFY. */
    UNCONFIRMED,
}

/** A signed request to make to an app. */
public class SignedRequest internal constructor(private val request: BridgeSignedRequest) {
    /** The HTTP method. */
    public val method: Method get() = Method.valueOf(request.method)

    /** The URL, as it was given, with the parameters of a GET. */
    public val url: String get() = request.url

    /** The form; empty for a GET. */
    public val body: String get() = request.body

    /** The headers to send: the signature, and the type of a body. */
    public val headers: Map<String, String>
        get() = Collections.unmodifiableMap(entries(request.headers).associate { it.key to it.value })
}

/** Why a request is rejected. */
public class Hint internal constructor(private val hint: BridgeHint) {
    /** The stable name of the reason, the same in every language. */
    public val kind: String get() = hint.kind

    /** What is wrong, and what to change. */
    public val message: String get() = hint.message

    /** Whether reason and message are the same. */
    override fun equals(other: Any?): Boolean = other is Hint && other.hint == hint

    /** Agrees with [equals]. */
    override fun hashCode(): Int = hint.hashCode()

    /** The message. */
    override fun toString(): String = message
}

/** A URL that was tried. */
public class UrlCandidate internal constructor(private val candidate: BridgeCandidate) {
    /** The URL. */
    public val url: String get() = candidate.url

    /** The text that was hashed for it. */
    public val hashed: String get() = candidate.hashed

    /** Whether URL and text are the same. */
    override fun equals(other: Any?): Boolean = other is UrlCandidate && other.candidate == candidate

    /** Agrees with [equals]. */
    override fun hashCode(): Int = candidate.hashCode()

    /** For people. */
    override fun toString(): String = "UrlCandidate(url=$url, hashed=$hashed)"
}
