// The transfer app with Ktor. PUBLIC_BASE says how Twilio reaches it: scheme, host, port, and the path prefix that a
// gateway strips.

import dev.twimlrefer.Method
import dev.twimlrefer.RequestException
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SignatureException
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.VoiceResponse
import io.ktor.http.ContentType
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.install
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.plugins.statuspages.StatusPages
import io.ktor.server.request.receiveChannel
import io.ktor.server.request.uri
import io.ktor.server.response.respond
import io.ktor.server.response.respondText
import io.ktor.server.routing.post
import io.ktor.server.routing.routing
import io.ktor.utils.io.readRemaining
import kotlinx.io.readByteArray
import java.io.IOException

/** The largest body that the validator takes; of a larger one, one byte more is read. */
private const val MAX_BODY_BYTES = 64 * 1024

/** The app, for requests that are proved to be from Twilio by this validator. */
fun Application.transferApp(validator: RequestValidator) {
    install(StatusPages) {
        exception<SignatureException> { call, _ -> call.respond(HttpStatusCode.Forbidden) }
        exception<RequestException> { call, error ->
            val tooLarge = error.kind == "request-too-large"
            call.respond(if (tooLarge) HttpStatusCode.PayloadTooLarge else HttpStatusCode.BadRequest)
        }
        // A body that breaks off, or whose chunks are malformed.
        exception<IOException> { call, _ -> call.respond(HttpStatusCode.BadRequest) }
    }
    routing {
        post("/voice") {
            call.verified(validator)
            call.answer(welcome())
        }
        post("/choice") { call.answer(chosen(call.verified(validator).param("Digits"))) }
        post("/transferred") { call.answer(transferred(call.verified(validator))) }
    }
}

/** The request, if Twilio signed it. Each route is a POST; the URI is the request target as it came on the wire. */
private suspend fun ApplicationCall.verified(validator: RequestValidator): VoiceRequest {
    val body = receiveChannel().readRemaining(MAX_BODY_BYTES + 1L).readByteArray()
    return validator.verify(Method.POST, request.uri, body, request.headers["X-Twilio-Signature"])
}

private suspend fun ApplicationCall.answer(response: VoiceResponse) =
    respondText(response.toXml(), ContentType.Text.Xml)

fun main(args: Array<String>) {
    val port = args[0].toInt()
    val publicBase = System.getenv("PUBLIC_BASE") ?: "http://127.0.0.1:$port"
    val validator = RequestValidator(System.getenv("TWILIO_AUTH_TOKEN").orEmpty(), publicBase)
    embeddedServer(Netty, port, "127.0.0.1") { transferApp(validator) }.start(wait = true)
}
