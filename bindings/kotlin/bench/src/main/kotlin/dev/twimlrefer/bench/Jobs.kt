package dev.twimlrefer.bench

import com.twilio.http.HttpMethod
import com.twilio.twiml.voice.ReferSip
import dev.twimlrefer.Method
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.voiceResponse
import java.net.URLDecoder
import java.net.URLEncoder
import com.twilio.security.RequestValidator as TheirValidator
import com.twilio.twiml.VoiceResponse as TheirResponse
import com.twilio.twiml.voice.Refer as TheirRefer

/** The same document by both packages. */
object Documents {
    private const val TARGET = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"

    fun ourDocument(): String =
        voiceResponse { refer(TARGET, action = "/handleRefer", method = "POST") }.toXml()

    fun theirDocument(): String = TheirResponse.Builder()
        .refer(
            TheirRefer.Builder().action("/handleRefer").method(HttpMethod.POST)
                .sip(ReferSip.Builder(TARGET).build()).build(),
        ).build().toXml()
}

/** The same callback by both packages. */
object Callbacks {
    private const val URL = "https://voice.example.com/handleRefer?x=1"
    private val params = (0 until 14).associate { "Parameter$it" to "value $it" } + mapOf(
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
    private val signature by lazy { ours.sign(URL, params.toList()) }

    /** Verifies and reads the outcome and one parameter. */
    fun ourVerify(): String? {
        val callback = ours.verify(Method.POST, URL, body, signature)
        check(callback.outcome is ReferOutcome.TargetFailed)
        return callback.callSid
    }

    /** Does so, and reads the outcome alone. */
    fun ourOutcome(): ReferOutcome = ours.verify(Method.POST, URL, body, signature).outcome

    /** Parses and validates; nothing is typed. */
    fun theirVerify(): String? {
        val params = HashMap<String, String>()
        for (pair in String(body).split('&')) {
            val at = pair.indexOf('=')
            params[decode(pair.substring(0, at))] = decode(pair.substring(at + 1))
        }
        check(theirs.validate(URL, params, signature))
        return params["CallSid"]
    }

    private fun decode(text: String) = URLDecoder.decode(text, Charsets.UTF_8)
}
