import dev.twimlrefer.RequestValidator
import dev.twimlrefer.VoiceRequest
import io.ktor.server.engine.EmbeddedServer
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import kotlinx.coroutines.runBlocking
import java.io.IOException
import java.net.Socket
import java.util.concurrent.TimeUnit
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

private const val BASE = "https://voice.example.com"

/** The app over real HTTP, with the command `twiml-refer` as Twilio; TWIML_REFER_COMMAND names it. */
class AppTest {
    private val token = "a-token-for-the-tests"
    private val twilio = RequestValidator(token, BASE)
    private val server: EmbeddedServer<*, *> = embeddedServer(Netty, port = 0, host = "127.0.0.1") {
        transferApp(RequestValidator(token, BASE))
    }.start()
    private val port = runBlocking { server.engine.resolvedConnectors().first().port }

    @AfterTest
    fun stop() = server.stop(0, 0)

    @Test
    fun `a call is transferred, and goes on when that fails`() {
        val outcomes = mapOf(
            "answered" to "transferred",
            "busy" to "target-failed",
            "refused" to "rejected",
            "hangup" to "canceled",
            "silent" to "unconfirmed",
        )
        for ((scenario, outcome) in outcomes) {
            val (status, steps) = simulate("--digits", "1", "--scenario", scenario, "--expect", outcome)
            assertEquals(0, status, steps)
            assertTrue("\"follows\":\"action\"" in steps.lines().last { it.isNotEmpty() }, steps)
        }
    }

    @Test
    fun `a caller whose target is busy tries again`() {
        val (_, steps) = simulate("--digits", "1", "--digits", "1", "--scenario", "busy")
        val asked = Regex("\"step\":\"request\".*?\"url\":\"[^\"]*/(\\w+)\"").findAll(steps).map {
            it.groupValues[1]
        }
        assertEquals(listOf("voice", "choice", "transferred", "choice", "transferred"), asked.toList(), steps)
    }

    @Test
    fun `whoever cannot sign gets nothing`() {
        val (status, steps) = simulate("--digits", "1", token = "another")
        assertEquals(1, status, steps)
        assertTrue("\"status\":403" in steps, steps)
        assertEquals(403, ask("POST", "/voice", "CallSid=CA1", signature = null).first)
        assertEquals(403, ask("POST", "/voice", "CallSid=CA1", signature = "").first)
    }

    @Test
    fun `escapes in the request target are those that were signed`() {
        val params = mapOf("CallSid" to "CA1", "From" to "sip:alice@example.com")
        for (target in listOf(
            "/%76oice",
            "/voice?to=%2B1555",
            "/voice?to=sip%3Aalice%40example.com&name=O%27Brien",
            "/%76oice?name=O'Brien&a=%7e+%20",
        )) {
            assertEquals(200, post(target, params).first, target)
        }
        val (status, document) = post("/c%68oice?a=%2f", mapOf("Digits" to "1"))
        assertEquals(200, status)
        assertTrue("<Refer " in document, document)
    }

    @Test
    fun `no other host, no fragment`() {
        val signature = twilio.sign("/choice", mapOf("Digits" to "1"))
        assertEquals(200, ask("POST", "/choice", "Digits=1", signature).first)
        assertEquals(200, ask("POST", "/choice", "Digits=1", signature, host = "evil.example/#").first)
        assertEquals(403, ask("POST", "/choice?a=1#", "Digits=1", signature).first)
        assertFalse(ask("POST", "/choice#&admin=1", "Digits=1", signature).first == 200)
    }

    @Test
    fun `a signed request is not another method's`() {
        // The attacker has one value of a POST, and sends the same bytes as a GET.
        val posted = twilio.sign("/choice?a=1", mapOf("Body" to "2&Digits=1"))
        assertEquals(405, ask("GET", "/choice?a=1Body2&Digits=1", "", posted).first)
        // As a POST without a body it is an empty form: its Digits are nobody's.
        val (_, document) = ask("POST", "/choice?a=1Body2&Digits=1", "", posted)
        assertFalse("<Refer " in document, document)
        // A signed GET whose query becomes the body: no more than what Twilio signs for this very POST.
        val got = twilio.sign("/choice?a=2&Digits=1")
        assertEquals(403, ask("POST", "/choice", "a=2&Digits=1", got).first)
        assertEquals(403, ask("POST", "/choice?a=2&Digits=1", "Digits=1", got).first)
    }

    @Test
    fun `a body without bound is refused and not kept`() {
        val size = 300L * 1024 * 1024
        for (target in listOf("/voice", "/choice", "/transferred")) {
            assertEquals(413, large(target, size))
        }
        // The app lives, and a body at the limit is read.
        assertEquals(200, post("/voice", mapOf("CallSid" to "CA1")).first)
        val most = "x=" + "a".repeat(65_534)
        val signature = twilio.sign("/voice", VoiceRequest.fromForm(most).params)
        assertEquals(200, ask("POST", "/voice", most, signature).first)
        assertEquals(413, ask("POST", "/voice", most + "a", signature).first)
    }

    /** As Twilio asks. */
    private fun post(target: String, params: Map<String, String>): Pair<Int, String> =
        ask("POST", target, VoiceRequest.fromParams(params).toForm(), twilio.sign(target, params))

    /** Asks, with the target as it is. */
    private fun ask(
        method: String,
        target: String,
        body: String,
        signature: String?,
        host: String = "10.0.0.7:8000",
    ): Pair<Int, String> = connected { socket ->
        val signed = if (signature == null) "" else "X-Twilio-Signature: $signature\r\n"
        val head = "$method $target HTTP/1.1\r\nHost: $host\r\n$signed" +
            "Content-Type: application/x-www-form-urlencoded\r\n" +
            "Content-Length: ${body.length}\r\nConnection: close\r\n\r\n"
        socket.getOutputStream().write((head + body).toByteArray())
        val answer = socket.getInputStream().readAllBytes().decodeToString()
        answer.substringAfter(' ').take(3).toInt() to answer.substringAfter("\r\n\r\n")
    }

    /** Sends a body of so many bytes, as long as the app takes it: the status that it answers. */
    private fun large(target: String, size: Long): Int = connected { socket ->
        val sender = Thread {
            val output = socket.getOutputStream()
            val part = ByteArray(1024 * 1024) { 'a'.code.toByte() }
            try {
                output.write(
                    "POST $target HTTP/1.1\r\nHost: h\r\nContent-Length: $size\r\n\r\n".toByteArray(),
                )
                repeat((size / part.size).toInt()) { output.write(part) }
            } catch (closed: IOException) {
                // It had enough.
            }
        }
        sender.start()
        val line = socket.getInputStream().bufferedReader().readLine()
        socket.close()
        sender.join()
        line.split(' ')[1].toInt()
    }

    private fun <T> connected(talk: (Socket) -> T): T = Socket("127.0.0.1", port).use { socket ->
        // An app that has died says nothing.
        socket.soTimeout = 60_000
        talk(socket)
    }

    private fun simulate(vararg options: String, token: String = this.token): Pair<Int, String> {
        val command = System.getenv("TWIML_REFER_COMMAND") ?: "twiml-refer"
        val url = "http://127.0.0.1:$port/voice"
        val process = ProcessBuilder(command, "simulate", url, "--public-base", BASE, "--json", *options)
            .apply { environment()["TWILIO_AUTH_TOKEN"] = token }
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
        val steps = process.inputStream.bufferedReader().readText()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS))
        return process.exitValue() to steps
    }
}
