package dev.twimlrefer.tests

import dev.twimlrefer.Algorithm
import dev.twimlrefer.Comment
import dev.twimlrefer.Element
import dev.twimlrefer.Node
import dev.twimlrefer.ReferCallback
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.Text
import dev.twimlrefer.TwimlReferException
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.internal.bridge.Document
import dev.twimlrefer.internal.bridge.Piece
import dev.twimlrefer.internal.bridge.Secrets
import dev.twimlrefer.internal.bridge.documentRender
import dev.twimlrefer.internal.bridge.requestSign
import dev.twimlrefer.internal.bridge.requestValidate
import dev.twimlrefer.internal.bridge.uriWithHeaders
import dev.twimlrefer.internal.bridgePairs
import dev.twimlrefer.internal.bridged
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import kotlin.random.Random
import kotlin.test.assertEquals
import dev.twimlrefer.internal.bridge.Pair as BridgePair

/** The face takes the lane; where the generated bridge has the same job, it says the same. */
class RoadsTest {
    @TestFactory
    fun documents() = topic("documents") { case ->
        val pieces = case.list("verbs").flatMap { pieces(it.jsonObject) }
        val document = Document(emptyList(), pieces)
        val compact = bridged { documentRender(document, false) }
        assertEquals(case.text("compact"), compact)
        if ("pretty" in case) assertEquals(case.text("pretty"), bridged { documentRender(document, true) })
    }

    @TestFactory
    fun signatures() = topic("signatures") { case ->
        if ("raw_body" in case) return@topic
        val tokens = case.list("secrets").map { it.jsonPrimitive.content }
        val sha256 = case.maybeText("algorithm") == "sha256"
        val secrets = Secrets(tokens, case.maybeText("public_base"), sha256, false, null)
        val (url, signature) = case.text("url") to case.maybeText("signature")
        val params = case.pairs("params")
        val pairs = bridgePairs(params)
        assertEquals(case.flag("valid"), bridged { requestValidate(secrets, url, pairs, signature) })
        val algorithm = if (sha256) Algorithm.SHA256 else Algorithm.SHA1
        val validator = RequestValidator(tokens, case.maybeText("public_base"), algorithm)
        assertEquals(bridged { requestSign(secrets, url, pairs) }, validator.sign(url, params))
    }

    @Test
    fun `both say the same of any text`() {
        val random = Random(7)
        val validator = RequestValidator("12345")
        val secrets = Secrets(listOf("12345"), null, false, false, null)
        val url = "https://example.com/"
        repeat(500) {
            val (name, value) = text(random) to text(random)
            val pairs = listOf(name to value, "a" to text(random))
            val bridgePairs = pairs.map { BridgePair(it.first, it.second) }
            assertEquals(
                told { uriWithHeaders("sip:a@b", listOf(BridgePair(name, value))) },
                told { SipUri("sip:a@b").withHeader(name, value).toString() },
            )
            val open = Piece.Open(name, emptyList())
            assertEquals(rendered(open, Piece.Close), told { written(Element(name)) })
            assertEquals(rendered(Piece.Text(value)), told { written(Text(value)) })
            assertEquals(rendered(Piece.Comment(value)), told { written(Comment(value)) })
            assertEquals(requestSign(secrets, url, bridgePairs), validator.sign(url, pairs))
            val form = ReferCallback.fromParams(pairs).toForm().toByteArray()
            assertEquals(pairs, ReferCallback.fromForm(form).params)
        }
    }

    private fun rendered(vararg pieces: Piece) = Document(emptyList(), pieces.asList())
        .let { told { documentRender(it, false) } }

    private fun written(node: Node) = VoiceResponse(listOf(node)).toXml()

    /** What was done, or what was said against it. */
    private fun told(job: () -> Any?): Any? = try {
        bridged(job)
    } catch (error: TwimlReferException) {
        listOf(error.javaClass, error.kind, error.message, error.offset, error.parameter, error.number)
    }

    private fun text(random: Random): String = buildString {
        repeat(random.nextInt(6)) {
            appendCodePoint(
                when (random.nextInt(5)) {
                    0 -> random.nextInt(0x20)
                    1 -> "-<>&\"'%;:@?".random(random).code
                    2 -> random.nextInt(0xE000, 0x20000)
                    3 -> random.nextInt(0x80, 0xD800)
                    else -> random.nextInt(0x20, 0x7F)
                },
            )
        }
    }

    private fun pieces(json: JsonObject): List<Piece> {
        val refer = json["refer"]?.jsonObject
        if (refer != null) {
            return listOf(
                Piece.Refer(refer.text("sip"), refer.maybeText("action"), refer.maybeText("method")),
            )
        }
        val element = json["element"]?.jsonObject ?: json
        val open = Piece.Open(element.text("name"), bridgePairs(element.pairs("attributes")))
        val text = element.maybeText("text")?.let { listOf(Piece.Text(it)) }.orEmpty()
        val children = element["children"]?.let { element.list("children") }.orEmpty()
        return listOf(open) + text + children.flatMap { pieces(it.jsonObject) } + Piece.Close
    }
}
