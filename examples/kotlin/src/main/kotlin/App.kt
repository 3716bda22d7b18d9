// The transfer app with Ktor. PUBLIC_BASE says how Twilio reaches it: scheme, host, port, and the path prefix that a
// gateway strips.

import dev.twimlrefer.RequestValidator
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.ktor.TwilioVerification
import dev.twimlrefer.ktor.voiceRequest
import io.ktor.http.ContentType
import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationCall
import io.ktor.server.application.install
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.response.respondText
import io.ktor.server.routing.post
import io.ktor.server.routing.routing

/** The app, for requests that are proved to be from Twilio by this validator. */
fun Application.transferApp(validator: RequestValidator) {
    install(TwilioVerification) { this.validator = validator }
    routing {
        post("/voice") { call.answer(welcome()) }
        post("/choice") { call.answer(chosen(call.voiceRequest.param("Digits"))) }
        post("/transferred") { call.answer(transferred(call.voiceRequest)) }
    }
}

private suspend fun ApplicationCall.answer(response: VoiceResponse) =
    respondText(response.toXml(), ContentType.Text.Xml)

fun main(args: Array<String>) {
    val token = System.getenv("TWILIO_AUTH_TOKEN").orEmpty()
    val validator = RequestValidator(token, System.getenv("PUBLIC_BASE").orEmpty())
    embeddedServer(Netty, args[0].toInt(), "127.0.0.1") { transferApp(validator) }.start(wait = true)
}
