// That memory stays flat: run alone, because what else runs in the process would be counted, too.

import Foundation
import Testing
import TwimlRefer

/// `TWIML_REFER_CALLS=1000000 tests/run swift` takes some minutes.
@Test(.enabled(if: environment["TWIML_REFER_CALLS"] != nil)) func memoryIsFlat() throws {
    let calls = try #require(Int(environment["TWIML_REFER_CALLS"] ?? ""))
    let validator = try RequestValidator("12345")
    let body = "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486"
    let signature = try validator.sign(url: voiceURL, form: body.utf8)
    func once() throws {
        let uri = try SipUri("sip:a@b", headers: ["X-A": "1"])
        let refer = try Refer(to: uri, action: "/a")
        let response = try VoiceResponse { refer }
        _ = try VoiceResponse(parsing: response.xml).check()
        _ = try validator.verify(.post, url: voiceURL, body: body, signature: signature)
        for wrong in [
            { _ = try SipUri("x") },
            { _ = try validator.verify(.post, url: voiceURL, body: "a=b", signature: "AAAA") },
        ] {
            let error = Result { try wrong() }.failed
            try #require(error != nil)
        }
        let transfer = try Transfer(to: uri)
        _ = try transfer.handle(.start(cseq: 1), atMilliseconds: 0)
        _ = try Transfer(restoring: transfer.save())
    }
    for _ in 0..<1000 { try once() }
    let before = try resident()
    for _ in 0..<calls { try once() }
    let grown = try resident() - before
    print("memory: \(grown) bytes more after \(calls) rounds of ten calls")
    #expect(grown < 1_000_000)
}

/// Bytes of this process in memory.
private func resident() throws -> Int {
    let words = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(Int(words[1])) * sysconf(Int32(_SC_PAGESIZE))
}
