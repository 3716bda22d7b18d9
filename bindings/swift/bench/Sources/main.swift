// The main jobs of core/benches/jobs.rs in Swift, and the document by Foundation's XMLDocument: a line of JSON names a
// job and how often it runs, and is answered with nanoseconds per call.

import Foundation
import TwimlRefer

#if canImport(FoundationXML)
    import FoundationXML
#endif

let url = "https://voice.example.com/handleRefer?x=1"
let body = """
    AccountSid=AC0123456789abcdef0123456789abcdef&CallSid=CA0123456789abcdef0123456789abcdef\
    &CallStatus=in-progress&Direction=inbound&From=sip%3Abob%40example.com&NotifySipResponseCode=200\
    &ReferCallStatus=in-progress&ReferSipResponseCode=202&SipHeader_X-Id008=8&SipHeader_X-Id009=9\
    &SipHeader_X-Id010=10&SipHeader_X-Id011=11&SipHeader_X-Id012=12&SipHeader_X-Id013=13\
    &SipHeader_X-Id014=14&SipHeader_X-Id015=15&SipHeader_X-Id016=16&SipHeader_X-Id017=17\
    &SipHeader_X-Id018=18&SipHeader_X-Id019=19
    """.utf8.map { $0 }
let target = "sip:alice@example.com?X-Reason00=billing-12&X-Reason01=billing-12"
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
    guard case .transferred? = request.outcome, request.callSid != nil, request.from != nil,
        request["SipHeader_X-Id019"] != nil
    else { return 0 }
    return 200
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

let jobs: [String: (expected: Int, run: () throws -> Int)] = [
    "document": (try document(), document),
    "user_to_user": (try documentWithUserToUser(), documentWithUserToUser),
    "xml_document": (try xmlDocument(), xmlDocument), "verify": (200, verify), "transfer": (5, transfer),
]
while let line = readLine() {
    let request = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard let name = request?["time"] as? String, let calls = request?["calls"] as? Int, let job = jobs[name]
    else {
        print("null")
        continue
    }
    let started = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<calls {
        let value = try job.run()
        guard value == job.expected else { fatalError("\(name) is \(value), not \(job.expected)") }
    }
    print(Double(DispatchTime.now().uptimeNanoseconds - started) / Double(calls))
    fflush(nil)
}
