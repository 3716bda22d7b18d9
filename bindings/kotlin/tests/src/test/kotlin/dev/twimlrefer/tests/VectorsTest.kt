package dev.twimlrefer.tests

import dev.twimlrefer.Algorithm
import dev.twimlrefer.CallCreate
import dev.twimlrefer.CallUpdate
import dev.twimlrefer.Diagnostic
import dev.twimlrefer.Element
import dev.twimlrefer.Method
import dev.twimlrefer.Node
import dev.twimlrefer.Refer
import dev.twimlrefer.ReferCallback
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.ReferTarget
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SignatureException
import dev.twimlrefer.SipUri
import dev.twimlrefer.Text
import dev.twimlrefer.Transfer
import dev.twimlrefer.UserToUser
import dev.twimlrefer.VoiceResponse
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.TestFactory
import java.net.URLDecoder
import java.net.URLEncoder
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** Every case of `tests/vectors` but the transfers, through the face. */
class VectorsTest {
    @TestFactory
    fun documents() = topic("documents") { case ->
        val response = VoiceResponse(case.list("verbs").map { node(it.jsonObject) })
        assertEquals(case.text("compact"), response.toString())
        if ("follows" in case) assertEquals(case.maybeText("follows"), response.follows?.toString())
        if ("pretty" in case) assertEquals(case.text("pretty"), response.toXml(pretty = true))
    }

    @TestFactory
    fun reading() = topic("reading") { case ->
        val response = VoiceResponse.parse(case.given("xml"))
        case.maybeText("compact")?.let { assertEquals(it, response.toString()) }
    }

    @TestFactory
    fun diagnostics() = topic("diagnostics") { case ->
        val found = VoiceResponse.check(case.given("xml")).map(::found)
        assertEquals(case.getValue("found").plain(), found)
    }

    @TestFactory
    fun sipUris() = topic("sip-uris") { case ->
        if ("refer_to" in case) {
            val target = ReferTarget.parse(case.text("refer_to"))
            val kind = when (target) {
                is ReferTarget.Sip -> "sip"
                is ReferTarget.Tel -> "tel"
                is ReferTarget.Other -> "other"
            }
            assertEquals(case.getValue("target").plain(), listOf(kind, target.toString()))
            return@topic
        }
        if ("build" in case) {
            val made = built(case.member("build"))
            assertEquals(case.text("uri"), made.toString())
            return@topic
        }
        val uri = SipUri(String(case.given("uri")))
        assertEquals(String(case.given("uri")), uri.toString())
        if ("parts" in case) {
            val parts = mapOf(
                "scheme" to uri.scheme,
                "user" to uri.user,
                "password" to uri.password,
                "host" to uri.host,
                "port" to uri.port,
                "params" to uri.params.map { it.toList() },
                "headers" to uri.headers.map { it.toList() },
            )
            assertEquals(case.getValue("parts").plain(), parts)
        }
        if ("equivalent" in case) {
            assertEquals(case.flag("equivalent"), uri.equivalent(SipUri(case.text("other"))))
        }
        if ("header" in case) {
            val (name, value) = case.list("header").map { it.jsonPrimitive.content }
            val longer = uri.withHeader(name, value)
            assertEquals(case.text("with_header"), longer.toString())
        }
    }

    @TestFactory
    fun userToUser() = topic("user-to-user") { case ->
        if ("bytes_hex" in case) {
            val value = UserToUser.fromBytes(case.given("bytes"))
            assertEquals(case.text("value"), value.toString())
            assertContentEquals(case.given("bytes"), value.toBytes())
            return@topic
        }
        if ("list" in case) {
            val uri = SipUri("sip:a@b").withHeader("User-to-User", case.text("list"))
            val values = uri.userToUsers.map { it.toString() }
            assertEquals(case.list("values").map { it.jsonPrimitive.content }, values)
            assertEquals(values.first(), uri.userToUser.toString())
            return@topic
        }
        val value = UserToUser.parse(case.text("value"))
        assertEquals(case.text("value"), value.toString())
        val parts = listOf(value.data, value.encoding, value.purpose, value.content)
        assertEquals(listOf("data", "encoding", "purpose", "content").map(case::maybeText), parts)
    }

    @TestFactory
    fun callbacks() = topic("callbacks") { case ->
        val callback = ReferCallback.fromForm(case.given("form"))
        val expected = case.member("outcome")
        assertEquals(
            expected.plain(),
            outcome(
                callback.outcome,
                callback.mayResume.takeIf {
                    "may_resume" in
                        expected
                },
            ),
        )
        if ("leg" in case) assertEquals(case.text("leg"), callback.leg.toString())
        if ("params" in case) assertEquals(case.pairs("params"), callback.params)
        if ("sip_headers" in case) assertEquals(case.pairs("sip_headers"), callback.sipHeaders)
        for ((getter, value) in case["typed"]?.jsonObject.orEmpty()) {
            assertEquals(value.jsonPrimitive.content, read(callback, getter).toString(), getter)
        }
        assertEquals(case.pairs("problems"), callback.problems.map { it.parameter to it.message })
    }

    @TestFactory
    fun signatures() = topic("signatures") { case ->
        val validator = RequestValidator(
            case.list("secrets").map { it.jsonPrimitive.content },
            case.maybeText("public_base"),
            if (case.maybeText("algorithm") == "sha256") Algorithm.SHA256 else Algorithm.SHA1,
        )
        val (url, signature, valid) = Triple(
            case.text("url"),
            case.maybeText("signature"),
            case.flag("valid"),
        )
        if ("raw_body" in case) {
            val body = case.text("raw_body").toByteArray()
            assertEquals(valid, validator.validateRaw(url, body, signature))
            return@topic
        }
        val params = case.pairs("params")
        assertEquals(valid, validator.validate(url, params, signature))
        val form = params.joinToString("&") { (name, value) -> encode(name) + "=" + encode(value) }
        for (verify in listOf(
            { validator.verify(Method.POST, url, form, signature) },
            { validator.verify(Method.POST, url, form.toByteArray(), signature) },
            { validator.verifyParams(url, params, signature) },
        )) {
            if (valid) verify() else assertFailsWith<SignatureException> { verify() }
        }
        if (case["signs"]?.plain() == true) assertEquals(signature, validator.sign(url, params))
    }

    @TestFactory
    fun requests() = topic("requests") { case ->
        val validator = RequestValidator(
            case.list("secrets").map { it.jsonPrimitive.content },
            case.maybeText("public_base"),
            maxBodyBytes = case["max_body_bytes"]?.jsonPrimitive?.int,
        )
        val (url, signature) = case.text("url") to case.maybeText("signature")
        val method = Method.valueOf(case.text("method"))
        val request = validator.verifyRequest(method, url, case.given("body"), signature)
        assertEquals(case.pairs("params"), request.params)
        assertEquals(request.params, validator.verify(method, url, case.given("body"), signature).params)
    }

    @TestFactory
    fun rawBodies() = topic("raw-bodies") { case ->
        val validator = RequestValidator(case.list("secrets").map { it.jsonPrimitive.content })
        val body = case.given("raw_body")
        val url = RequestValidator.urlWithBodySha256(case.text("url"), body)
        assertEquals(case.text("url_with_hash"), url)
        val signature = validator.signRaw(url, body)
        assertEquals(case.text("signature"), signature)
        assertTrue(validator.validateRaw(url, body, signature))
        assertFalse(validator.validateRaw(url, body + 0, signature))
    }

    @TestFactory
    fun rest() = topic("rest") { case ->
        val account = case.text("account")
        val base = case.maybeText("base")
        val twiml = case.maybeText("twiml")?.let(VoiceResponse::parse)
        val url = case.maybeText("url").orEmpty()
        val method = case.maybeText("url_method")
        val call = case.maybeText("call")
        val request = if (call != null) {
            if (twiml != null) {
                CallUpdate.withTwiml(account, call, twiml, base)
            } else {
                CallUpdate.withUrl(account, call, url, method, base)
            }
        } else {
            val (to, from) = SipUri(case.text("to")) to case.text("from")
            if (twiml != null) {
                CallCreate.withTwiml(account, to, from, twiml, base)
            } else {
                CallCreate.withUrl(account, to, from, url, method, base)
            }
        }
        assertEquals(case.text("method") to case.text("request_url"), request.method to request.url)
        val body = request.body.split('&').map { pair ->
            val (name, value) = pair.split('=').map { URLDecoder.decode(it, Charsets.UTF_8) }
            name to value
        }
        assertEquals(case.pairs("body"), body)
    }

    @TestFactory
    fun savedTransfers() = topic("saved-transfers") { case ->
        Transfer.restore(case.given("saved")).use {
            assertEquals(case.text("state"), it.state.toString())
            assertEquals(case.maybeText("deadline"), it.deadline?.toString())
            assertEquals(case.text("refer_to"), it.referTo)
            assertContentEquals(case.given("saved"), it.save())
        }
    }
}

fun node(json: JsonObject): Node {
    val refer = json["refer"]?.jsonObject
    if (refer != null) {
        return Refer(SipUri(refer.text("sip")), refer.maybeText("action"), refer.maybeText("method"))
    }
    val element = json["element"]?.jsonObject ?: json
    val text = element.maybeText("text")?.let { listOf(Text(it)) }.orEmpty()
    val children = element["children"]?.let { element.list("children") }.orEmpty().map { node(it.jsonObject) }
    return Element(element.text("name"), element.pairs("attributes").toMap(), text + children)
}

/** A diagnostic as the vectors write it. */
fun found(diagnostic: Diagnostic): Map<String, Any?> = mapOf(
    "code" to diagnostic.code,
    "severity" to "${diagnostic.severity}",
    "number" to diagnostic.number,
    "path" to diagnostic.path,
    "message" to diagnostic.message,
)

/** An outcome as the vectors write it. */
fun outcome(outcome: ReferOutcome, mayResume: Boolean?): Map<String, Any?> {
    val (status, code) = when (outcome) {
        is ReferOutcome.Rejected -> null to outcome.code
        is ReferOutcome.TargetFailed -> outcome.status.text to outcome.code
        is ReferOutcome.Unknown -> outcome.status.text to null
        ReferOutcome.Transferred, ReferOutcome.Canceled, ReferOutcome.Unconfirmed -> null to null
    }
    val plain = mapOf("kind" to outcome.kind, "status" to status, "code" to code)
    return if (mayResume == null) plain else plain + ("may_resume" to mayResume)
}

/** What the getter of this name in snake case says. */
fun read(callback: ReferCallback, getter: String): Any? {
    val name = "get" + getter.split('_').joinToString("") { part -> part.replaceFirstChar { it.uppercase() } }
    return ReferCallback::class.java.getMethod(name).invoke(callback)
}

private fun encode(text: String) = URLEncoder.encode(text, Charsets.UTF_8)
