// The getters of a request, by the names that the vectors have for them.

import TwimlRefer

nonisolated(unsafe) let getters: [String: KeyPath<VoiceRequest, String?>] = [
    "call_sid": \.callSid,
    "account_sid": \.accountSid,
    "from": \.from,
    "to": \.to,
    "call_status": \.callStatus,
    "api_version": \.apiVersion,
    "direction": \.direction,
    "forwarded_from": \.forwardedFrom,
    "caller_name": \.callerName,
    "parent_call_sid": \.parentCallSid,
    "call_token": \.callToken,
    "stir_verstat": \.stirVerstat,
    "caller": \.caller,
    "called": \.called,
    "from_city": \.fromCity,
    "from_state": \.fromState,
    "from_zip": \.fromZip,
    "from_country": \.fromCountry,
    "to_city": \.toCity,
    "to_state": \.toState,
    "to_zip": \.toZip,
    "to_country": \.toCountry,
    "caller_city": \.callerCity,
    "caller_state": \.callerState,
    "caller_zip": \.callerZip,
    "caller_country": \.callerCountry,
    "called_city": \.calledCity,
    "called_state": \.calledState,
    "called_zip": \.calledZip,
    "called_country": \.calledCountry,
    "sip_domain": \.sipDomain,
    "sip_domain_sid": \.sipDomainSid,
    "sip_username": \.sipUsername,
    "sip_call_id": \.sipCallId,
    "sip_source_ip": \.sipSourceIp,
    "refer_transfer_target": \.referTransferTarget,
    "digits": \.digits,
    "speech_result": \.speechResult,
    "confidence": \.confidence,
]

/// Returns the value of a getter, as JSON has it.
func typed(_ getter: String, of request: VoiceRequest) -> Any {
    switch getter {
    case "refer_call_status": json(request.refer?.callStatus?.rawValue)
    case "refer_sip_response_code": json(request.refer?.referSipResponseCode)
    case "notify_sip_response_code": json(request.refer?.notifySipResponseCode)
    default: getters[getter].map { json(request[keyPath: $0]) } ?? "there is no \(getter)"
    }
}
