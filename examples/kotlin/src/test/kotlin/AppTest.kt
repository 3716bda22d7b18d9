import dev.twimlrefer.RequestValidator
import io.ktor.server.engine.EmbeddedServer
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import kotlinx.coroutines.runBlocking
import java.util.concurrent.TimeUnit
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The app over real HTTP, with the command `twiml-refer` as the platform; TWIML_REFER_COMMAND names it. */
class AppTest {
    private val token = "a-token-for-the-tests"
    private val server: EmbeddedServer<*, *> = embeddedServer(Netty, port = 0, host = "127.0.0.1") {
        transferApp(RequestValidator(token))
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
    }

    private fun simulate(vararg options: String, token: String = this.token): Pair<Int, String> {
        val command = System.getenv("TWIML_REFER_COMMAND") ?: "twiml-refer"
        val process = ProcessBuilder(command, "simulate", "http://127.0.0.1:$port/voice", "--json", *options)
            .apply { environment()["TWILIO_AUTH_TOKEN"] = token }
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
        val steps = process.inputStream.bufferedReader().readText()
        assertTrue(process.waitFor(60, TimeUnit.SECONDS))
        return process.exitValue() to steps
    }
}
