import dev.twimlrefer.Method
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.Scenario
import dev.twimlrefer.testing.assertTwiml
import dev.twimlrefer.testing.request
import io.ktor.client.HttpClient
import io.ktor.client.request.post
import io.ktor.client.statement.bodyAsText
import io.ktor.server.testing.testApplication
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The app's answers; `tests/run kotlin` calls it over real HTTP as well. */
class AppTest {
    private val twilio = RequestValidator("a-token-for-the-tests", "https://voice.example.com")

    private fun app(test: suspend HttpClient.() -> Unit) = testApplication {
        application { transferApp(twilio) }
        client.test()
    }

    private suspend fun HttpClient.answer(target: String, scenario: Scenario? = null, digits: String = "") =
        request(twilio.signedRequest(Method.POST, target, scenario, mapOf("Digits" to digits))).bodyAsText()

    @Test
    fun `who presses 1 is transferred`() = app {
        assertTwiml(
            """
            <Response>
              <Say>I will connect you.</Say>
              <Refer action="/transferred"><Sip>sip:sales@example.com?X-Choice=sales</Sip></Refer>
            </Response>
            """.trim(),
            answer("/choice", digits = "1"),
        )
        assertTwiml("<Response><Redirect>/voice</Redirect></Response>", answer("/choice", digits = "2"))
    }

    @Test
    fun `each outcome has its answer`() = app {
        val expected = mapOf(
            Scenario.TRANSFERRED to "<Hangup/>",
            Scenario.CANCELED to "<Hangup/>",
            Scenario.TARGET_FAILED to "They are busy. Press 1 to try again.",
            Scenario.REJECTED to "Your phone cannot be transferred.",
            Scenario.UNCONFIRMED to "We do not know whether that worked.",
        )
        for ((scenario, part) in expected) {
            val document = answer("/transferred", scenario)
            assertTrue(part in document, document)
        }
    }

    @Test
    fun `who cannot sign gets nothing`() = app {
        assertEquals(403, post("/voice").status.value)
        val other = RequestValidator("another", "https://voice.example.com")
        assertEquals(403, request(other.signedRequest(Method.POST, "/voice")).status.value)
    }
}
