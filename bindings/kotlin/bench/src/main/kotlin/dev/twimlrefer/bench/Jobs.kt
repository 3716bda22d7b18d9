package dev.twimlrefer.bench

import com.twilio.http.HttpMethod
import com.twilio.twiml.voice.ReferSip
import dev.twimlrefer.Method
import dev.twimlrefer.Notify
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferState
import dev.twimlrefer.UserToUser
import dev.twimlrefer.voiceResponse
import java.net.URLDecoder
import java.net.URLEncoder
import com.twilio.security.RequestValidator as TheirValidator
import com.twilio.twiml.VoiceResponse as TheirResponse
import com.twilio.twiml.voice.Refer as TheirRefer

/** The same document by both packages. */
object Documents {
    private const val TARGET = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"

    private val headers = mapOf("X-AcctNumber" to "123456", "X-ReasonForCalling" to "billing-question")

    fun ourDocument(): String = voiceResponse {
        refer(SipUri("sip:alice@example.com", headers), action = "/handleRefer", method = Method.POST)
    }.toXml()

    /** With bytes in a User-to-User header, which the other package gets as text of the URI. */
    fun ourUserToUser(): String = voiceResponse {
        val target = SipUri("sip:alice@example.com", userToUser = UserToUser.fromBytes(bytes))
        refer(target, action = "/handleRefer", method = Method.POST)
    }.toXml()

    fun theirUserToUser(): String {
        val hex = StringBuilder()
        for (byte in bytes) hex.append("%02X".format(byte))
        return theirs("sip:alice@example.com?User-to-User=$hex%3Bencoding%3Dhex")
    }

    private val bytes = "order 7".toByteArray()

    fun theirDocument(): String = theirs(TARGET)

    private fun theirs(target: String): String = TheirResponse.Builder()
        .refer(
            TheirRefer.Builder().action("/handleRefer").method(HttpMethod.POST)
                .sip(ReferSip.Builder(target).build()).build(),
        ).build().toXml()
}

/** The same request by both packages. */
object Requests {
    private const val URL = "https://voice.example.com/handleRefer?x=1"
    private val params: Map<String, String> = (0 until 14).associate { "Parameter$it" to "value $it" } + mapOf(
        "CallSid" to "CA" + "0".repeat(32),
        "AccountSid" to "AC" + "0".repeat(32),
        "From" to "sip:caller@example.com",
        "ReferCallStatus" to "busy",
        "ReferSipResponseCode" to "202",
        "NotifySipResponseCode" to "486",
    )
    private val form = params.entries.joinToString("&") { (name, value) -> "$name=${URLEncoder.encode(value, Charsets.UTF_8)}" }
    private val body = form.toByteArray()
    private val ours by lazy { RequestValidator("12345") }
    private val theirs by lazy { TheirValidator("12345") }
    private val signature by lazy { ours.sign(URL, params) }

    /** Verifies, and reads the outcome and three parameters. */
    fun ourVerify(): Int {
        val request = ours.verify(Method.POST, URL, body, signature)
        check(request.outcome is ReferOutcome.TargetFailed)
        return length(request.callSid, request.from, request.param("Parameter7"))
    }

    /** Parses, validates and reads three parameters; nothing is typed. */
    fun theirVerify(): Int {
        val params = HashMap<String, String>()
        for (pair in String(body).split('&')) {
            val at = pair.indexOf('=')
            params[decode(pair.substring(0, at))] = decode(pair.substring(at + 1))
        }
        check(theirs.validate(URL, params, signature))
        return length(params["CallSid"], params["From"], params["Parameter7"])
    }

    private fun length(vararg texts: String?) = texts.sumOf { it!!.length }

    private fun decode(text: String) = URLDecoder.decode(text, Charsets.UTF_8)
}

/** What the other package has not. */
object Transfers {
    private val events = listOf("100 Trying" to "active", "180 Ringing" to "active", "200 OK" to "terminated")
    private val notifies = events.mapIndexed { index, (line, state) ->
        Notify(index + 1L, "refer", "SIP/2.0 $line".toByteArray()).withSubscriptionState(state)
    }

    /** A transfer of five events. */
    fun ourTransfer(): TransferState {
        val transfer = Transfer(SipUri("sip:alice@example.com"))
        transfer.start(cseq = 1, nowMs = 0)
        transfer.response(202, nowMs = 1)
        for (notify in notifies) transfer.notify(notify, nowMs = 2)
        check(transfer.state == TransferState.COMPLETED)
        return transfer.state
    }
}
