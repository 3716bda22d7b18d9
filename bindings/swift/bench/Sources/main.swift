// The main jobs in Swift, those of `bindings/c/bench/jobs.rs` and some more, and the document by Foundation's
// XMLDocument: each with its nanoseconds.

import Foundation
import TwimlRefer

#if canImport(FoundationXML)
    import FoundationXML
#endif

let url = "https://voice.example.com/handleRefer?x=1"
let body = Array(
    "CallSid=CA00000000000000000000000000000000&AccountSid=AC00000000000000000000000000000000&From=sip%3Acaller%40example.com&To=sip%3Aapp%40example.com&CallStatus=in-progress&ApiVersion=2010-04-01&Direction=inbound&ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486&P0=value+0&P1=value+1&P2=value+2&P3=value+3&P4=value+4&P5=value+5&P6=value+6&P7=value+7&P8=value+8&P9=value+9"
        .utf8)
let target = "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing-question"
let validator = try RequestValidator("12345")
let signature = try validator.sign(url: url, form: body)

func document() throws -> Int {
    let refer = try Refer(to: SipUri(target), action: "/handleRefer", method: .post)
    return try VoiceResponse { refer }.xml.utf8.count
}

func documentWithUserToUser() throws -> Int {
    let value = try UserToUser(bytes: "order 7".utf8)
    let refer = try Refer(to: SipUri(target, userToUser: value), action: "/handleRefer", method: .post)
    return try VoiceResponse { refer }.xml.utf8.count
}

func xmlDocument() throws -> Int {
    let sip = XMLElement(name: "Sip", stringValue: target)
    let refer = XMLElement(name: "Refer")
    for (name, value) in [("action", "/handleRefer"), ("method", "POST")] {
        let attribute = XMLNode(kind: .attribute)
        attribute.name = name
        attribute.stringValue = value
        refer.addAttribute(attribute)
    }
    refer.addChild(sip)
    let response = XMLElement(name: "Response")
    response.addChild(refer)
    let document = XMLDocument(rootElement: response)
    document.version = "1.0"
    document.characterEncoding = "UTF-8"
    return document.xmlString.utf8.count
}

func verify() throws -> Int {
    let request = try validator.verify(.post, url: url, body: body, signature: signature)
    guard case .targetFailed(.busy, let code?)? = request.outcome, request.callSid != nil,
        request.from != nil, request["P9"] != nil
    else { return 0 }
    return code
}

func transfer() throws -> Int {
    let transfer = try Transfer(to: try SipUri("sip:alice@example.com"))
    func notify(_ cseq: Int, _ state: String, _ body: String) -> Transfer.Event {
        .notify(.init(cseq: cseq, subscriptionState: state, body: body.utf8))
    }
    let ringing = notify(3, "active;expires=60", "SIP/2.0 180 Ringing\r\n")
    let answered = notify(4, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n")
    var outputs = try transfer.handle(.start(cseq: 1), atMilliseconds: 0).count
    outputs += try transfer.handle(.response(202), atMilliseconds: 50).count
    let trying = notify(2, "active;expires=60", "SIP/2.0 100 Trying\r\n")
    outputs += try transfer.handle(trying, atMilliseconds: 60).count
    outputs += try transfer.handle(ringing, atMilliseconds: 70).count
    return outputs + (try transfer.handle(answered, atMilliseconds: 900).count)
}

/// Measures the time on the processor, so that other work of the machine does not count.
func measure(_ name: String, _ expected: Int, _ job: () throws -> Int) throws {
    let calls = 20_000
    let start = clock()
    for _ in 0..<calls {
        let value = try job()
        guard value == expected else { fatalError("\(name) is \(value), not \(expected)") }
    }
    print(name, Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e9 / Double(calls))
}

let only = CommandLine.arguments.dropFirst().first
for (name, expected, job) in [
    ("document", 202, document), ("user-to-user", 251, documentWithUserToUser),
    ("XMLDocument", try xmlDocument(), xmlDocument), ("verify", 486, verify), ("transfer", 5, transfer),
] where only == nil || only == name {
    try measure(name, expected, job)
}
