package dev.twimlrefer.tests

import dev.twimlrefer.AllowedMethods
import dev.twimlrefer.HttpVerifier
import dev.twimlrefer.Method
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.Scenario
import dev.twimlrefer.SignatureException
import dev.twimlrefer.ktor.TwilioVerification
import dev.twimlrefer.ktor.voiceRequest
import dev.twimlrefer.servlet.TwilioFilter
import dev.twimlrefer.testing.assertTwiml
import dev.twimlrefer.testing.request
import dev.twimlrefer.testing.toHttpRequest
import dev.twimlrefer.testing.toMockMvc
import dev.twimlrefer.voiceResponse
import io.ktor.client.request.get
import io.ktor.client.request.post
import io.ktor.client.statement.bodyAsText
import io.ktor.server.application.install
import io.ktor.server.request.receiveParameters
import io.ktor.server.response.respondText
import io.ktor.server.routing.get
import io.ktor.server.routing.post
import io.ktor.server.routing.route
import io.ktor.server.routing.routing
import io.ktor.server.testing.testApplication
import org.junit.jupiter.api.Test
import org.springframework.boot.SpringApplication
import org.springframework.test.web.servlet.setup.MockMvcBuilders
import org.springframework.test.web.servlet.setup.StandaloneMockMvcBuilder
import java.net.http.HttpClient
import java.net.http.HttpResponse.BodyHandlers
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

/** The test kit, with the test clients that it is made for. */
class KitTest {
    private val validator = RequestValidator("12345", "https://voice.example.com")
    private val scenarios = mapOf(
        Scenario.TRANSFERRED to "transferred in-progress",
        Scenario.REJECTED to "rejected failed",
        Scenario.TARGET_FAILED to "target-failed busy",
        Scenario.CANCELED to "canceled canceled",
        Scenario.UNCONFIRMED to "unconfirmed null",
    )
    private val target = "/transferred?to=sip%3Aa%40b&x=%2B+%27"

    @Test
    fun `each scenario by MockMvc`() {
        val mvc = MockMvcBuilders.standaloneSetup(
            SpringApp(),
        ).addFilters<StandaloneMockMvcBuilder>(
            TwilioFilter(validator),
        ).build()
        for ((scenario, said) in scenarios - Scenario.UNCONFIRMED) {
            val answer = mvc.perform(
                validator.signedRequest(Method.POST, target, scenario).toMockMvc(),
            ).andReturn().response
            assertEquals(200, answer.status)
            assertTwiml("<Response><Say>$said</Say></Response>", answer.contentAsString)
        }
        val other = RequestValidator("other", "https://voice.example.com")
        assertEquals(
            403,
            mvc.perform(other.signedRequest(Method.POST, target).toMockMvc()).andReturn().response.status,
        )
        val got = mvc.perform(validator.signedRequest(Method.GET, target).toMockMvc()).andReturn().response
        assertEquals("405 POST", "${got.status} ${got.getHeader("Allow")}")
    }

    @Test
    fun `each scenario by Ktor's test host`() = testApplication {
        routing {
            install(TwilioVerification) { validator = this@KitTest.validator }
            post("/transferred") {
                val request = call.voiceRequest
                assertEquals(request.param("CallSid"), call.receiveParameters()["CallSid"])
                val status = request.refer?.callStatus?.text
                call.respondText(voiceResponse { say("${request.outcome?.kind} $status") }.toXml())
            }
        }
        for ((scenario, said) in scenarios) {
            val answer = client.request(validator.signedRequest(Method.POST, target, scenario))
            assertTwiml("<Response><Say>$said</Say></Response>", answer.bodyAsText())
        }
        val other = RequestValidator("other", "https://voice.example.com")
        assertEquals(403, client.request(other.signedRequest(Method.POST, target)).status.value)
        assertEquals(403, client.post("/transferred").status.value)
    }

    @Test
    fun `a route for GET by Ktor's test host`() = testApplication {
        routing {
            install(TwilioVerification) {
                verifier = HttpVerifier(this@KitTest.validator).withAllowedMethods(AllowedMethods.GET)
            }
            get("/voice") { call.respondText("${call.voiceRequest.param("Digits")}") }
        }
        val answer = client.request(
            validator.signedRequest(Method.GET, "/voice", params = mapOf("Digits" to "1")),
        )
        assertEquals("1", answer.bodyAsText())
        assertEquals(403, client.get("/voice?Digits=1").status.value)
    }

    @Test
    fun `the handler of a rejected call does not run, installed once or twice`() {
        for (twice in listOf(false, true)) {
            var ran = 0
            testApplication {
                routing {
                    if (twice) install(TwilioVerification) { validator = this@KitTest.validator }
                    route("/twilio") {
                        install(TwilioVerification) { validator = this@KitTest.validator }
                        post("/voice") {
                            ran++
                            call.respondText(call.receiveParameters()["CallSid"].orEmpty())
                        }
                    }
                }
                assertEquals(403, client.post("/twilio/voice").status.value)
                assertEquals(405, client.get("/twilio/voice").status.value)
                assertEquals(0, ran)
                val answer = client.request(validator.signedRequest(Method.POST, "/twilio/voice"))
                assertEquals(200 to 1, answer.status.value to ran)
                assertTrue(answer.bodyAsText().startsWith("CA"))
            }
        }
    }

    @Test
    fun `a plugin without a verifier, or without a base, does not start`() {
        assertFailsWith<IllegalArgumentException> {
            testApplication { application { install(TwilioVerification) } }
        }
        assertEquals(
            "public-base-missing",
            assertFailsWith<SignatureException> { TwilioFilter(RequestValidator("12345")) }.kind,
        )
    }

    @Test
    fun `the app of README by java-net-http`() {
        val app = SpringApplication(com.example.VoiceApp::class.java)
            .run("--server.port=0", "--spring.main.banner-mode=off", "--TWILIO_AUTH_TOKEN=12345")
        app.use {
            val origin = "http://127.0.0.1:${app.environment.getProperty("local.server.port")}"
            val client = HttpClient.newHttpClient()
            val request = validator.signedRequest(Method.POST, "/twilio/transferred", Scenario.REJECTED)
            val answer = client.send(request.toHttpRequest(origin), BodyHandlers.ofString())
            assertTwiml("<Response><Say>rejected</Say></Response>", answer.body())
            val forged = validator.signedRequest(
                Method.POST,
                "/twilio/voice?a=b",
            ).toHttpRequest("$origin/twilio/..")
            assertEquals(403, client.send(forged, BodyHandlers.ofString()).statusCode())
        }
    }

    @Test
    fun `documents that differ`() {
        assertTwiml(
            "<Response><Say voice='a' loop='2'>x</Say></Response>",
            "<Response>\n<Say loop=\"2\" voice=\"a\">x</Say></Response>",
        )
        val error = assertFailsWith<AssertionError> {
            assertTwiml(
                "<Response><Say>a</Say><Play>b</Play><Hangup/></Response>",
                "<Response><Say>a</Say><Play>c</Play><Pause/><Hangup/></Response>",
            )
        }
        assertEquals(
            listOf("- <Play>b</Play>", "+ <Play>c</Play>", "+ <Pause/>"),
            error.message!!.lines().filter {
                it.startsWith("-") || it.startsWith("+")
            }.map { it.replace(Regex(" +"), " ") },
        )
    }
}
