// The transfer app with Ktor. Behind a proxy say in PUBLIC_BASE by which scheme, host and port the platform
// reaches the app.

import dev.twimlrefer.CallbackException
import dev.twimlrefer.ReferCallback
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SignatureMismatchException
import dev.twimlrefer.VoiceResponse
import io.ktor.http.ContentType
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.install
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.plugins.origin
import io.ktor.server.plugins.statuspages.StatusPages
import io.ktor.server.request.receive
import io.ktor.server.request.uri
import io.ktor.server.response.respond
import io.ktor.server.response.respondText
import io.ktor.server.routing.post
import io.ktor.server.routing.routing

/** The app, for requests that this validator proves to be the platform's. */
fun Application.transferApp(validator: RequestValidator) {
    install(StatusPages) {
        exception<SignatureMismatchException> { call, _ -> call.respond(HttpStatusCode.Forbidden) }
        exception<CallbackException> { call, error -> call.respond(HttpStatusCode.BadRequest, error.message) }
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

/** The platform's request, if it is one. */
private suspend fun ApplicationCall.verified(validator: RequestValidator): ReferCallback {
    val seen = request.origin
    val url = "${seen.scheme}://${seen.serverHost}:${seen.serverPort}${request.uri}"
    return validator.verify(url, receive<ByteArray>(), request.headers["X-Twilio-Signature"])
}

private suspend fun ApplicationCall.answer(response: VoiceResponse) =
    respondText(response.toXml(), ContentType.Text.Xml)

fun main(args: Array<String>) {
    val validator = RequestValidator(System.getenv("TWILIO_AUTH_TOKEN"), System.getenv("PUBLIC_BASE"))
    embeddedServer(Netty, args[0].toInt(), "127.0.0.1") { transferApp(validator) }.start(wait = true)
}
