package dev.twimlrefer.bench

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import dev.twimlrefer.Method
import dev.twimlrefer.Notify
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.RequestValidator
import dev.twimlrefer.SipUri
import dev.twimlrefer.Transfer
import dev.twimlrefer.TransferState
import dev.twimlrefer.UserToUser
import dev.twimlrefer.voiceResponse

private val json = ObjectMapper()
private val headers = mapOf("X-AcctNumber" to "123456", "X-ReasonForCalling" to "billing-question")
private val events = listOf("100 Trying" to "active", "180 Ringing" to "active", "200 OK" to "terminated")
private val notifies = events.mapIndexed { index, (line, state) ->
    Notify(index + 1L, "refer", "SIP/2.0 $line".toByteArray()).withSubscriptionState(state)
}

@Volatile
private var sink: Any? = null

/** Answers what `tests/peers/bench.py` asks. */
fun main(arguments: Array<String>) {
    if (arguments.isNotEmpty()) {
        println(document(SipUri(arguments[0])))
        return
    }
    for (line in generateSequence(::readLine)) {
        val request = json.readTree(line)
        val job = job(request["time"].textValue(), request["input"])
        val calls = request["calls"].intValue()
        val started = System.nanoTime()
        if (job != null) repeat(calls) { sink = job() }
        println(if (job == null) "null" else (System.nanoTime() - started).toDouble() / calls)
    }
}

private fun job(name: String, input: JsonNode): (() -> Any)? = when (name) {
    "document" -> {
        val target = input["refer"]["sip"].textValue();
        { document(SipUri(target)) }
    }

    "user_to_user" -> {
        { document(SipUri("sip:alice@example.com", headers, userToUser = UserToUser.fromBytes("order 7".toByteArray()))) }
    }

    "parse" -> parse(input)

    "transfer" -> ::transfer

    else -> null
}

private fun document(target: SipUri): String = voiceResponse {
    refer(target, action = "/handleRefer", method = Method.POST)
}.toXml()

/** Verifies, and reads the outcome and three parameters. */
private fun parse(input: JsonNode): () -> Any {
    val validator = RequestValidator(input["token"].textValue())
    val (url, signature) = listOf("url", "signature").map { input[it].textValue() }
    val body = input["body"].textValue().toByteArray()
    return {
        val request = validator.verify(Method.POST, url, body, signature)
        check(request.outcome is ReferOutcome.TargetFailed)
        listOf(request.callSid, request.from, request.param("SipUsername"))
    }
}

/** A transfer of five events. */
private fun transfer(): Any {
    val transfer = Transfer(SipUri("sip:alice@example.com"))
    transfer.start(cseq = 1, nowMs = 0)
    transfer.response(202, nowMs = 1)
    for (notify in notifies) transfer.notify(notify, nowMs = 2)
    check(transfer.state == TransferState.COMPLETED)
    return transfer
}
