package dev.twimlrefer

import dev.twimlrefer.internal.BodyLimit
import dev.twimlrefer.internal.LogRate
import dev.twimlrefer.internal.bridge.HttpBody
import dev.twimlrefer.internal.bridge.HttpOptions
import dev.twimlrefer.internal.bridge.Secrets
import dev.twimlrefer.internal.bridge.claimedAccountSid
import dev.twimlrefer.internal.bridge.httpCheckHead
import dev.twimlrefer.internal.bridge.httpCheckOptions
import dev.twimlrefer.internal.bridge.httpDiagnose
import dev.twimlrefer.internal.bridge.httpVerify
import dev.twimlrefer.internal.formPairs
import java.util.function.Function
import java.util.function.Supplier
import dev.twimlrefer.internal.bridge.AllowedMethods as BridgeAllowedMethods
import dev.twimlrefer.internal.bridge.HttpAnswer as BridgeAnswer
import dev.twimlrefer.internal.bridge.Origin as BridgeOrigin

/**
 * Verifies requests as an HTTP server receives them: method, size and signature, in this order, and says what to
 * answer. The servlet filter and the Ktor plugin are made of it; use it for another framework. Immutable but for the
 * rate of [logLine]: any number of threads may share one.
 *
 * ```kotlin
 * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
 * val verifier = HttpVerifier(validator)
 *
 * // What the server received: method, raw target, headers; then the body.
 * val signature = validator.sign("/refer?x=%2B1", mapOf("CallSid" to "CA1"))
 * val headers = mapOf("X-Twilio-Signature" to listOf(signature))
 * check(verifier.checkHead("POST", headers).status == 200)
 * val body = "CallSid=CA1".toByteArray()
 * check(verifier.verify("POST", "/refer?x=%2B1", headers, body).request?.callSid == "CA1")
 * check(verifier.verify("POST", "/refer?x=%2B2", headers, body).status == 403)
 * check(verifier.checkHead("GET", headers).run { status == 405 && allow == "POST" })
 * ```
 *
 * In each function, `target` is the request target as it came on the wire, path and query, never decoded; the names of
 * `headers` are compared without case. A POST is read as a form, whatever its `Content-Type`.
 */
public class HttpVerifier private constructor(
    // Transient: what writes the fields of any object, as Gson does, must not write these.
    @Transient private val secrets: Secrets,
    @Transient private val options: HttpOptions,
    @Transient private val authTokens: Function<String, List<String>?>?,
) {
    /**
     * Makes a verifier that accepts only POST.
     *
     * @throws SignatureException `public-base-missing`: the validator has no public base, and [origin] needs it.
     */
    @JvmOverloads
    public constructor(validator: RequestValidator, origin: Origin = Origin.PUBLIC_BASE) :
        this(
            validator.bridgeSecrets(),
            HttpOptions(BridgeOrigin.valueOf(origin.name), BridgeAllowedMethods.POST, false),
            null,
        )

    @Transient
    private val rate = LogRate()

    init {
        httpCheckOptions(secrets, options)
    }

    /**
     * Returns a verifier that accepts these methods: those of the route.
     *
     * ```kotlin
     * val validator = RequestValidator("12345", publicBase = "https://voice.example.com")
     * val verifier = HttpVerifier(validator).withAllowedMethods(AllowedMethods.GET)
     * check(verifier.checkHead("POST", emptyMap()).run { status == 405 && allow == "GET" })
     * ```
     */
    public fun withAllowedMethods(methods: AllowedMethods): HttpVerifier = HttpVerifier(
        secrets,
        options.copy(allowedMethods = BridgeAllowedMethods.valueOf(methods.name)),
        authTokens,
    )

    /**
     * Returns a verifier that also tries `/t?` where the server says `/t`: for servers that cannot tell one from the
     * other.
     */
    public fun withLostQuestionMark(accepted: Boolean): HttpVerifier =
        HttpVerifier(secrets, options.copy(lostQuestionMark = accepted), authTokens)

    /**
     * Returns a verifier that asks for the auth tokens of an account, by the AccountSid that a request claims: each
     * subaccount has its own. The validator's are used if there is none (`null` or an empty list), or if the request
     * claims no account. Trust the AccountSid for nothing else. The function runs on the thread of the request.
     */
    public fun withAuthTokens(tokens: Function<String, List<String>?>): HttpVerifier =
        HttpVerifier(secrets, options, tokens)

    /** The limit of a body: read at most one byte more. */
    public val maxBodyBytes: Int get() = BodyLimit.of(secrets.maxBodyBytes?.toInt())

    /** Checks the method and `Content-Length`, before the body is read. */
    public fun checkHead(method: String, headers: Map<String, Iterable<String>>): HttpAnswer =
        HttpAnswer(httpCheckHead(secrets, options, method, formPairs(headers)))

    /**
     * Verifies a request. Its body may be cut one byte after [maxBodyBytes]; `null` if it could not be read to its end.
     */
    public fun verify(
        method: String,
        target: String,
        headers: Map<String, Iterable<String>>,
        body: ByteArray?,
    ): HttpAnswer = verify(method, target, headers, received(body))

    /**
     * Verifies a POST whose form a servlet container has parsed, where no body is left to read: `params` holds the
     * parameters of the URL's query as well.
     */
    public fun verifyServletParams(
        target: String,
        headers: Map<String, Iterable<String>>,
        params: Map<String, *>,
    ): HttpAnswer = verify("POST", target, headers, HttpBody.ServletParams(formPairs(params)))

    /**
     * Returns a line for the log about a request that is rejected: the status, the path, and what would match; without
     * secrets. It may cost a thousand times as much as [verify]: [logLine] bounds the rate.
     */
    public fun diagnose(
        method: String,
        target: String,
        headers: Map<String, Iterable<String>>,
        body: ByteArray?,
    ): String = diagnose(method, target, headers, received(body))

    /** Like [diagnose], for a request that [verifyServletParams] rejects. */
    public fun diagnoseServletParams(
        target: String,
        headers: Map<String, Iterable<String>>,
        params: Map<String, *>,
    ): String = diagnose("POST", target, headers, HttpBody.ServletParams(formPairs(params)))

    /**
     * Returns the line that [diagnose] makes, with the number of those left out before it: at most one line per
     * second, else `null`.
     */
    public fun logLine(diagnose: Supplier<String>): String? = rate.line(diagnose::get)

    /** For people; without secrets. */
    override fun toString(): String =
        "HttpVerifier(origin=${options.origin}, publicBase=${secrets.publicBase}, " +
            "allowedMethods=${options.allowedMethods}, maxBodyBytes=$maxBodyBytes)"

    private fun verify(
        method: String,
        target: String,
        headers: Map<String, Iterable<String>>,
        body: HttpBody,
    ) = HttpAnswer(
        httpVerify(secretsFor(method, target, body), options, method, target, formPairs(headers), body),
    )

    private fun diagnose(
        method: String,
        target: String,
        headers: Map<String, Iterable<String>>,
        body: HttpBody,
    ) = httpDiagnose(secretsFor(method, target, body), options, method, target, formPairs(headers), body)

    private fun received(body: ByteArray?) =
        body?.let { HttpBody.Received(BodyLimit.cut(it, maxBodyBytes)) } ?: HttpBody.Incomplete

    private fun secretsFor(method: String, target: String, body: HttpBody): Secrets {
        val account = authTokens?.let { claimedAccountSid(method, target, body) } ?: return secrets
        val tokens = authTokens.apply(account).orEmpty().filter { it.isNotEmpty() }
        return if (tokens.isEmpty()) secrets else secrets.copy(authTokens = tokens)
    }
}

/** What to answer to a request. */
public class HttpAnswer internal constructor(private val answer: BridgeAnswer) {
    /** The HTTP status: 200 if the app may answer, else 400, 403, 405 or 413. */
    public val status: Int get() = answer.status.toInt()

    /** The header `Allow` of an answer 405; `null` for others. */
    public val allow: String? get() = answer.allow

    /** The request, if it was verified. */
    public val request: VoiceRequest? get() = answer.request?.let(::VoiceRequest)

    /** For people. */
    override fun toString(): String = "HttpAnswer(status=$status, allow=$allow)"
}

/** Where scheme and host of the URL that Twilio requested come from; path and query are the request target. */
public enum class Origin {
    /** The public base of the validator. No header is trusted. */
    PUBLIC_BASE,

    /**
     * `X-Forwarded-Proto` (`https` without it) and `X-Forwarded-Host` (`Host` without it). Only behind a proxy
     * that sets these headers itself.
     */
    FORWARDED,

    /** `https` and the header `Host`. Only where the app is reached directly. */
    HOST_HTTPS,

    /** `http` and the header `Host`. Only where the app is reached directly. */
    HOST_HTTP,
}

/** The methods that a route accepts. Any other is answered 405, with these in the header `Allow`. */
public enum class AllowedMethods {
    /** Only POST: a signature covers no method, so that what was signed as a POST could be sent again as a GET. */
    POST,

    /** Only GET: its query holds the parameters, and it must have no body. */
    GET,

    /** Both. Only for routes that read nothing but the parameters of the verified request. */
    GET_AND_POST,
}
