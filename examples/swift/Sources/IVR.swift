// The transfer app, without a server: its documents. A caller chooses, is transferred, and is offered something
// else if that fails.

import TwimlRefer

enum IVR {
    /// Asks what the caller wants.
    static func welcome() throws -> VoiceResponse {
        try VoiceResponse {
            Gather(action: "/choice", numDigits: 1) {
                Say("Press 1 to talk to sales.")
            }
            Say("Goodbye.")
        }
    }

    /// Transfers who pressed 1; anyone else is asked again.
    static func chosen(_ digits: String?) throws -> VoiceResponse {
        guard digits == "1" else {
            return try VoiceResponse { Redirect("/voice") }
        }
        let sales = try SipUri("sip:sales@example.com", headers: ["X-Choice": "sales"])
        return try VoiceResponse {
            Say("I will connect you.")
            try Refer(to: sales, action: "/transferred")
        }
    }

    /// Goes on with a caller whose transfer failed.
    static func transferred(_ outcome: ReferOutcome?) throws -> VoiceResponse {
        try VoiceResponse {
            switch outcome {
            case .transferred, .canceled:
                Hangup()
            case .targetFailed(let status, _):
                Gather(action: "/choice", numDigits: 1) {
                    Say("They \(status == .busy ? "are busy" : "do not answer"). Press 1 to try again.")
                }
                Say("Goodbye.")
            case .rejected:
                Say("Your phone cannot be transferred. Please call sales yourself.")
            case .unconfirmed, .unknown, nil:
                Say("We do not know whether that worked. Goodbye.")
            }
        }
    }
}
