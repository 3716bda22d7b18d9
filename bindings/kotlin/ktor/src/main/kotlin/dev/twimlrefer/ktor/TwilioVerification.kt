package dev.twimlrefer.ktor

import dev.twimlrefer.HttpAnswer
import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.VoiceRequest
import io.ktor.http.HttpHeaders
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.ApplicationCallPipeline
import io.ktor.server.application.Hook
import io.ktor.server.application.PipelineCall
import io.ktor.server.application.RouteScopedPlugin
import io.ktor.server.application.createRouteScopedPlugin
import io.ktor.server.application.log
import io.ktor.server.request.ApplicationReceivePipeline
import io.ktor.server.response.header
import io.ktor.server.response.respond
import io.ktor.util.AttributeKey
import io.ktor.utils.io.ByteReadChannel
import io.ktor.utils.io.readRemaining
import kotlinx.io.IOException
import kotlinx.io.readByteArray

/** The settings of [TwilioVerification]. */
public class TwilioVerificationConfig internal constructor() {
    /** Verifies requests; needed, unless [validator] is set. */
    public var verifier: HttpVerifier? = null

    /** Sets a [verifier] for POST, of this validator, which must have a public base. */
    public var validator: RequestValidator? = null
        set(value) {
            field = value
            verifier = value?.let(::HttpVerifier)
        }
}

/**
 * Lets only calls pass that Twilio signed; answers the others 400, 403, 405 or 413, without a body. Install it in the
 * app, or in the routes that Twilio requests:
 *
 *     route("/twilio") {
 *         install(TwilioVerification) { validator = RequestValidator(token, publicBase) }
 *         post("/voice") { call.respondText(answer(call.voiceRequest).toXml(), ContentType.Text.Xml) }
 *     }
 *
 * The route finds the request by [voiceRequest], and can still receive the body, more than once. It accepts only POST;
 * in a route for GET install it with [HttpVerifier.withAllowedMethods]. Why calls are rejected is in the log of the
 * app, at most one line per second. To install it without a verifier is an [IllegalArgumentException].
 */
public val TwilioVerification: RouteScopedPlugin<TwilioVerificationConfig> =
    createRouteScopedPlugin("TwilioVerification", ::TwilioVerificationConfig) {
        val verifier = requireNotNull(pluginConfig.verifier) {
            "TwilioVerification needs a validator or a verifier: install(TwilioVerification) { validator = … }"
        }
        onCall { call ->
            val received = Received(call)
            val head = verifier.checkHead(received.method, received.headers)
            if (head.status != HttpStatusCode.OK.value) {
                return@onCall call.reject(verifier, received, head, ByteArray(0))
            }
            val body = try {
                // The plugin may be installed in the app and in the route.
                call.attributes.getOrNull(BODY)
                    ?: call.request.receiveChannel().readRemaining(verifier.maxBodyBytes + 1L).readByteArray()
                        // Where the connection ends, CIO ends the body, too.
                        .takeIf { it.size >= received.contentLength.coerceAtMost(verifier.maxBodyBytes + 1L) }
            } catch (_: IOException) {
                // It breaks off, or its chunks are malformed.
                null
            }
            val answer = verifier.verify(received.method, received.target, received.headers, body)
            val request = answer.request ?: return@onCall call.reject(verifier, received, answer, body)
            call.attributes.put(REQUEST, request)
            if (body != null) call.attributes.put(BODY, body)
        }
        on(Receiving) { call -> call.attributes.getOrNull(BODY) }
    }

/**
 * The request that [TwilioVerification] verified.
 *
 * @throws IllegalStateException the plugin is not installed in this route.
 */
public val ApplicationCall.voiceRequest: VoiceRequest
    get() = checkNotNull(attributes.getOrNull(REQUEST)) {
        "TwilioVerification has not verified this call: install it in this route"
    }

private val REQUEST = AttributeKey<VoiceRequest>("dev.twimlrefer.VoiceRequest")
private val BODY = AttributeKey<ByteArray>("dev.twimlrefer.body")

/** The call as the engine received it: other plugins may change its origin. */
private class Received(call: PipelineCall) {
    val method = call.request.local.method.value
    val target = call.request.local.uri

    // Not toMap(): of a header that is repeated CIO's has only the last value.
    val headers = call.request.headers.run { names().associateWith { getAll(it).orEmpty() } }
    val contentLength = call.request.headers[HttpHeaders.ContentLength]?.toLongOrNull() ?: 0
}

private suspend fun ApplicationCall.reject(
    verifier: HttpVerifier,
    received: Received,
    answer: HttpAnswer,
    body: ByteArray?,
) {
    val line = verifier.logLine {
        verifier.diagnose(received.method, received.target, received.headers, body)
    }
    line?.let(application.log::warn)
    answer.allow?.let { response.header(HttpHeaders.Allow, it) }
    respond(HttpStatusCode.fromValue(answer.status))
}

/** Gives a body that was read to each receive of a call. */
private object Receiving : Hook<(PipelineCall) -> ByteArray?> {
    override fun install(pipeline: ApplicationCallPipeline, handler: (PipelineCall) -> ByteArray?) {
        pipeline.receivePipeline.intercept(ApplicationReceivePipeline.Before) {
            handler(context)?.let { proceedWith(ByteReadChannel(it)) }
        }
    }
}
