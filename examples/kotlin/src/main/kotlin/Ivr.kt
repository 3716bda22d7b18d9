// The transfer app without a web framework: the documents, whatever serves them. A caller chooses, is
// transferred, and is offered something else if that fails.

import dev.twimlrefer.ReferCallStatus
import dev.twimlrefer.ReferOutcome
import dev.twimlrefer.SipUri
import dev.twimlrefer.VoiceRequest
import dev.twimlrefer.VoiceResponse
import dev.twimlrefer.voiceResponse

private val SALES = SipUri("sip:sales@example.com")

/** Asks what the caller wants. */
fun welcome(): VoiceResponse = voiceResponse {
    gather { numDigits(1).action("/choice").say("Press 1 to talk to sales.") }
    say("Goodbye.")
}

/** Transfers who pressed 1; anyone else is asked again. */
fun chosen(digits: String?): VoiceResponse = voiceResponse {
    if (digits == "1") {
        say("I will connect you.")
        refer(SALES.withHeader("X-Choice", "sales"), action = "/transferred")
    } else {
        redirect("/voice")
    }
}

/** Goes on with a caller whose transfer failed. */
fun transferred(request: VoiceRequest): VoiceResponse = voiceResponse {
    when (val outcome = request.outcome) {
        ReferOutcome.Transferred, ReferOutcome.Canceled -> hangup()

        is ReferOutcome.TargetFailed -> {
            val reason = if (outcome.status == ReferCallStatus.BUSY) "are busy" else "do not answer"
            gather { numDigits(1).action("/choice").say("They $reason. Press 1 to try again.") }
            say("Goodbye.")
        }

        is ReferOutcome.Rejected -> say("Your phone cannot be transferred. Please call sales yourself.")

        ReferOutcome.Unconfirmed, is ReferOutcome.Unknown, null ->
            say("We do not know whether that worked. Goodbye.")
    }
}
