// What must never happen: a trap, whatever is passed in, from however many threads.

import Foundation
import Testing
import TwimlRefer

/// As many as a request may be let have.
private let mostBytes = Int(Int32.max)

@Suite struct MisuseTests {
    private let validator: RequestValidator

    init() throws {
        validator = try RequestValidator("12345")
    }

    @Test func whatIsTooLargeForTheBridgeIsAnswered413() throws {
        let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
        let lines = Lines()
        let verifier = try HttpVerifier(validator) { lines.add($0) }
        let header = (name: "X-A", value: String(repeating: "a", count: 1 << 20))
        let headers = repeatElement(header, count: 2048)
        let verified = Result { try verifier.verify(method: "POST", target: "/a", headers: headers) }
        #expect(verified.rejected?.status == 413)
        #expect(lines.all.map { $0.hasPrefix("413: ") } == [true])
    }

    @Test func wrongValuesAreOurErrors() throws {
        let long = String(repeating: "x", count: 10_000_000)
        let illFormed: [UInt8] = [0x3c, 0x52, 0xed, 0xa0, 0x80, 0xff]
        let uri = try SipUri("sip:a@b")
        let transfer = try Transfer(to: uri)
        func set(_ settings: Transfer.Settings) throws { _ = try Transfer(to: uri, settings: settings) }
        let wrong: [(kind: TwimlReferError.Kind, job: () throws -> Void)] = [
            (.uriOverLimit, { _ = try SipUri("sip:\(long)") }),
            (.uriCharacter, { _ = try SipUri("sip:a\u{fffd}@b") }),
            (.uriOverLimit, { _ = try uri.with(header: "X-A", long) }),
            (.headerValueInvalid, { _ = try uri.with(header: "X-A", "a\r\nb") }),
            (.headerNameInvalid, { _ = try uri.with(header: "a b", "a") }),
            (.uriPortInvalid, { _ = try SipUri(host: "b", port: 0) }),
            (.uriPortInvalid, { _ = try SipUri(host: "b", port: 70_000) }),
            (.uriPortInvalid, { _ = try SipUri(host: "b", port: -1) }),
            (.uriPortInvalid, { _ = try SipUri(host: "b", port: .min) }),
            (.uriPortInvalid, { _ = try SipUri(host: "b", port: .max) }),
            (.uuiDataEmpty, { _ = try UserToUser(bytes: []) }),
            (.xmlCharacterForbidden, { _ = try VoiceResponse { Say("\u{0}") } }),
            (.xmlNameInvalid, { _ = try VoiceResponse { TwimlElement("a b") } }),
            (.attributeRepeated, { _ = try VoiceResponse { TwimlElement("a", ["b": "", "b": ""]) } }),
            (.commentInvalid, { _ = try VoiceResponse { TwimlNode.comment("--") } }),
            (.methodInvalid, { _ = try Refer(to: uri, method: .init(rawValue: "get")) }),
            (.referMismatch, { _ = try Refer(TwimlElement("Refer")) }),
            (.sipStatusInvalid, { _ = try ReferReport(callStatus: .busy, notifySipResponseCode: .max) }),
            (.sipStatusInvalid, { _ = try ReferReport(callStatus: nil, referSipResponseCode: 99) }),
            (.actionInvalid, { _ = try Refer(to: uri, action: "ftp://a.example") }),
            (.documentTooLarge, { _ = try VoiceResponse(parsing: long) }),
            (.documentNotUtf8, { _ = try VoiceResponse(parsing: illFormed) }),
            (.documentNotUtf8, { _ = try VoiceResponse.check(xml: illFormed) }),
            (.requestTooLarge, { _ = try VoiceRequest(form: long) }),
            (.requestTooLarge, { _ = try VoiceRequest(parameters: ["a": long]) }),
            (.requestTooLarge, { _ = try VoiceRequest(form: "a=b", maxBytes: 2) }),
            (.requestLimitInvalid, { _ = try VoiceRequest(form: "a=b", maxBytes: -1) }),
            (.requestLimitInvalid, { _ = try VoiceRequest(form: "a=b", maxBytes: .max) }),
            (.requestLimitInvalid, { _ = try VoiceRequest(parameters: [:], maxBytes: -1) }),
            (.requestLimitInvalid, { _ = try VoiceRequest(parameters: [:], maxBytes: .min) }),
            (.requestNotUtf8, { _ = try VoiceRequest(form: illFormed) }),
            (.publicBaseInvalid, { _ = try RequestValidator("1", publicBase: "nonsense") }),
            (.publicBaseInvalid, { _ = try RequestValidator("1", publicBase: "https://u:secret@h") }),
            (.authTokenEmpty, { _ = try RequestValidator("") }),
            (.authTokenEmpty, { _ = try RequestValidator(tokens: []) }),
            (.authTokenEmpty, { _ = try RequestValidator(tokens: ["1", ""]) }),
            (.requestLimitInvalid, { _ = try RequestValidator("1", maxBodyBytes: -1) }),
            (.requestLimitInvalid, { _ = try RequestValidator("1", maxBodyBytes: .max) }),
            (.methodInvalid, { _ = try validator.verify(.init(rawValue: "get"), url: "/", signature: "") }),
            (.stateTruncated, { _ = try Transfer(restoring: []) }),
            (.stateAltered, { _ = try Transfer(restoring: illFormed + Array("x".utf8)) }),
            (.settingInvalid, { try set(.init(hangUpGrace: .seconds(-1))) }),
            (.settingInvalid, { try set(.init(hangUpGrace: .nanoseconds(-1))) }),
            (.settingInvalid, { try set(.init(subscription: .seconds(Int64.max))) }),
            (.settingInvalid, { try set(.init(subscription: .seconds(Int64.min))) }),
            (.settingInvalid, { try set(.init(maxDuration: .seconds(1_000_000))) }),
            (.settingInvalid, { try set(.init(statuses: [-1: .busy])) }),
            (.settingInvalid, { try set(.init(statuses: [.max: .busy])) }),
            (.settingInvalid, { try set(.init(statuses: [99: .busy])) }),
            (.cseqInvalid, { _ = try transfer.handle(.start(cseq: -1), atMilliseconds: 0) }),
            (.cseqInvalid, { _ = try transfer.handle(.start(cseq: .max), atMilliseconds: 0) }),
            (.cseqInvalid, { _ = try transfer.handle(.cseq(.min), atMilliseconds: 0) }),
            (.cseqInvalid, { _ = try transfer.handle(.response(401, retry: -1), atMilliseconds: 0) }),
            (.referNotSupported, { _ = try transfer.handle(.start(cseq: 1, leg: .pstn), atMilliseconds: 0) }),
        ]
        for (number, (kind, job)) in wrong.enumerated() {
            let error = Result { try job() }.failed
            #expect(error?.kind == kind, "\(number): \(error.map { "\($0)" } ?? "it is taken")")
            #expect((1...240).contains(error?.message.utf8.count ?? 0), "\(number)")
            #expect(error?.message.contains("secret@") != true)
        }
    }

    @Test func anErrorIsOfTheGroupOfItsPart() throws {
        let groups = [
            Result { _ = try SipUri(host: "b", port: 70_000) }.failed?.group,
            Result { _ = try SipUri("sip:a@b").with(header: "a b", "c") }.failed?.group,
            Result { _ = try RequestValidator("1", maxBodyBytes: -1) }.failed?.group,
            Result { _ = try VoiceRequest(form: "a=b", maxBytes: 1) }.failed?.group,
            Result { _ = try RequestValidator("") }.failed?.group,
            Result { _ = try VoiceResponse { TwimlElement("") } }.failed?.group,
            Result { _ = try VoiceResponse(parsing: "") }.failed?.group,
            Result { _ = try Transfer(restoring: []) }.failed?.group,
        ]
        #expect("\(groups[0]!)" == "sip-uri")
        #expect(
            groups == [
                .sipUri, .header, .request, .request, .signature, .twiml, .document, .transfer,
            ])
    }

    @Test func whateverTheWireBringsIsAnswered() throws {
        let transfer = try Transfer(to: try SipUri("sip:a@b"))
        func handle(_ event: Transfer.Event, at now: Int = 0) throws -> [String] {
            try transfer.handle(event, atMilliseconds: now).map { output in
                if case .diagnostic(let found) = output { found.code.rawValue } else { "\(output)" }
            }
        }
        #expect(try handle(.response(200)) == ["event-unexpected"])
        #expect(try handle(.notify(.init(cseq: 1))) == ["event-unexpected", "reply(481)"])
        #expect(try handle(.start(cseq: 1), at: .min) == ["sendRefer"])
        #expect(try handle(.notify(.init(cseq: .min))) == ["reply(400)"])
        for code in [0, 99, 700, 70_000, -1, .min, .max] {
            #expect(try handle(.response(code)) == ["response-code-invalid"])
        }
        #expect(try handle(.time, at: .max).first == "endDialog")
    }

    /// The generated code counts in 32 bits, and traps beyond.
    @Test func whatIsTooLongForTheBridgeIsAnError() throws {
        let huge = String(decoding: [UInt8](repeating: 0x78, count: 1 << 31), as: UTF8.self)
        let kinds = [
            Result { _ = try SipUri(huge) }.failed?.kind,
            Result { _ = try VoiceResponse(parsing: huge) }.failed?.kind,
            Result { _ = try VoiceResponse { Say(huge) } }.failed?.kind,
            Result { _ = try VoiceRequest(form: huge, maxBytes: mostBytes) }.failed?.kind,
            Result { _ = try validator.verify(.post, url: huge, signature: "") }.failed?.kind,
            Result { _ = try validator.sign(url: "", parameters: [huge: ""]) }.failed?.kind,
            Result { _ = try Transfer(restoring: huge.utf8) }.failed?.kind,
        ]
        #expect(kinds == Array(repeating: .textOverLimit, count: kinds.count))
        #expect(!validator.validate(url: huge, signature: ""))
        #expect(ReferTarget(huge) == .other(huge))
    }

    /// What no buffer of usual size holds is asked for once more.
    @Test func longAnswersComeWhole() throws {
        let pairs = NameValuePairs(
            (0..<1000).map { NameValuePair("Parameter\($0)", "value \($0) \u{1f4de}") })
        let request = try VoiceRequest(parameters: pairs, maxBytes: mostBytes)
        #expect(request.parameters == pairs)
        let form = try request.form()
        #expect(try VoiceRequest(form: form, maxBytes: mostBytes).parameters == pairs)
    }

    @Test func aValueBecomesNoOtherNameValuePair() throws {
        for value in ["\u{0}", "a\u{0}b\u{0}", "", "\u{1f4de}", "&a=b", "\n"] {
            let pairs = NameValuePairs([NameValuePair("a", value), NameValuePair(value, "b")])
            let signature = try validator.sign(url: voiceURL, parameters: pairs)
            let request = try validator.verify(
                url: voiceURL, parameters: pairs, signature: signature)
            #expect(request.parameters == pairs)
            let form = try request.form()
            #expect(
                try validator.verify(.post, url: voiceURL, body: form, signature: signature).parameters
                    == pairs)
        }
    }

    /// Neither is a tree walked by recursion, nor a part of it as often as it occurs.
    @Test func treesOfAnySizeAreNoTrap() throws {
        func deep() -> TwimlElement {
            (0..<100_000).reduce(TwimlElement("a")) { inner, _ in TwimlElement("a", children: [inner.node]) }
        }
        let response = try VoiceResponse { deep() }
        #expect(response.check().contains { $0.code == .documentTooDeep })
        #expect(deep() == deep() && Set([deep(), deep()]).count == 1 && deep() != TwimlElement("a"))
        #expect("\(deep())" == "<a> with 1 nodes")
        var wide = TwimlElement("a")
        for _ in 0..<70 {
            wide = TwimlElement("b") {
                wide
                wide
            }
        }
        #expect(Result { try VoiceResponse { wide } }.failed?.kind == .textOverLimit)
        let flat = TwimlElement("a", children: Array(repeating: .element(TwimlElement("b")), count: 200_000))
        #expect(try VoiceResponse { flat }.check().contains { $0.code == .documentTooManyElements })
        // Of a part that is used elsewhere, nothing is released.
        let inner = TwimlElement("b") { TwimlElement("c") { "text" } }
        do { _ = TwimlElement("a") { inner } }
        #expect(inner.children == [.element(TwimlElement("c", text: "text"))])
    }

    @Test func theWaysInWhichVerifyingFailsAreToldApart() throws {
        func failure(_ body: [UInt8], _ signature: String?, _ url: String = voiceURL)
            -> TwimlReferError.Kind?
        {
            Result { try validator.verify(.post, url: url, body: body, signature: signature) }.failed?.kind
        }
        let unreadable: [UInt8] = Array("a=%ff".utf8)
        let signed = try validator.sign(url: voiceURL, form: unreadable)
        #expect(failure(unreadable, signed) == .requestNotUtf8)
        let long = [UInt8](repeating: 0x61, count: 65_537)
        for signature in [nil, "", "AAAA", try validator.sign(url: voiceURL, form: long)] {
            #expect(failure(long, signature) == .requestTooLarge)
        }
        for url in [voiceURL, "", "https://[::1", "\u{0}", "*", "//a.example/"] {
            for missing in [nil, ""] {
                #expect(failure([], missing, url) == .signatureMissing)
            }
            for wrong in ["AAAA", "no base64 \u{2603}", "\u{0}", " ", signed] {
                #expect(failure([], wrong, url) == .signatureMismatch)
            }
        }
        let none = Result { try validator.verify(url: voiceURL, parameters: [:], signature: nil) }
        #expect(none.failed?.kind == .signatureMissing)
    }

    /// A signature covers no method, and has no delimiters: the method of the route does.
    @Test func aRecastRequestIsRefused() throws {
        let validator = try RequestValidator("12345", publicBase: "https://voice.example.com/tw")
        // Of a POST, the caller chose the name that is displayed.
        let chosen = "&Digits=9&"
        let posted = try validator.sign(url: "/choice?a=1", parameters: ["CallerName": chosen])
        let asGet = "/choice?a=1CallerName\(chosen)"
        #expect(
            try validator.verify(.get, url: asGet, signature: posted).digits == "9")
        #expect(try validator.verify(.post, url: asGet, signature: posted).parameters.isEmpty)
        // Of a GET, what is behind the path is a name.
        let got = try validator.sign(url: "/choice?A=1")
        let asPost = try VoiceRequest(parameters: ["?A=": "1"]).form()
        #expect(throws: Never.self) { try validator.verify(.get, url: "/choice?A=1", signature: got) }
        for (url, body) in [("/choice", asPost), ("/choice?A=1", "A=1"), ("/choice?A=1", "x")] {
            let recast = Result { try validator.verify(.get, url: url, body: body, signature: got) }
            #expect(recast.failed?.kind == .signatureMismatch, "\(url) \(body)")
        }
        // No request has a fragment: it is a stranger's.
        let fragment = Result {
            try validator.verify(.get, url: "/choice?A=1#&B=2", signature: got)
        }
        #expect(fragment.failed?.kind == .signatureMismatch)
    }

    @Test func aTargetIsVerifiedAsItCame() throws {
        let outside = try RequestValidator("12345")
        let inside = try RequestValidator("12345", publicBase: "https://a.example/tw/")
        for target in [
            "/t/%2B1555", "/t/sip%3Aalice%40example.com", "/O%27Brien", "/%7Ea?", "/a//b/../c?x=%41&y=+",
        ] {
            let signature = try outside.sign(url: "https://a.example/tw\(target)", parameters: ["a": "b"])
            let verified = Result {
                try inside.verify(.post, url: target, body: "a=b", signature: signature)
            }
            #expect(verified.failed == nil, "\(target)")
        }
    }

    /// What comes from Foundation need not be well-formed.
    @Test func loneSurrogatesAreNoTrap() throws {
        let units: [unichar] = [0x61, 0xd800, 0x62, 0xdc00]
        let text = NSString(characters: units, length: units.count) as String
        let pairs: NameValuePairs = ["CallToken": text, text: text]
        #expect(Result { try SipUri(text) }.failed?.kind == .uriSchemeMissing)
        #expect(Result { try SipUri(host: text, user: text) }.failed?.kind == .uriHostInvalid)
        #expect(try SipUri("sip:a@b", headers: ["X-A": text]).header(named: "X-A") != nil)
        let transfer = try Transfer(to: SipUri("sip:a@b"))
        #expect(throws: Never.self) {
            try transfer.handle(.notify(.init(cseq: 1, event: text)), atMilliseconds: 0)
        }
        let validator = try RequestValidator(text)
        let signature = try validator.sign(url: text, parameters: pairs)
        #expect(validator.validate(url: text, parameters: pairs, signature: signature))
        let forged = Result { try validator.verify(.post, url: text, body: text, signature: text) }
        #expect(forged.failed?.kind == .signatureMismatch)
        #expect(ReferOutcome.unknown(status: .init(rawValue: text)).explanation.isEmpty == false)
        #expect("\(try VoiceRequest(parameters: pairs))".contains("CallToken=***"))
    }

    @Test func explainingShowsNoSecret() throws {
        let tried = try validator.explain(url: "https://a.example:443/x", body: Array("a=b".utf8))
        #expect(tried.contains { $0.url == "https://a.example/x" && $0.hashed.hasSuffix("/xab") })
        #expect(!tried.contains { $0.hashed.contains("12345") })
        let url = try RequestValidator.url(voiceURL, withHashOf: Array("{}".utf8))
        let signature = try validator.sign(url: url, rawBody: Array("{}".utf8))
        #expect(validator.validate(url: url, rawBody: Array("{}".utf8), signature: signature))
        #expect(!validator.validate(url: url, rawBody: Array("{ }".utf8), signature: signature))
    }

    @Test func sixteenThreadsShareAValidatorAndATransfer() throws {
        let body = "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486"
        let signature = try validator.sign(url: voiceURL, form: body.utf8)
        let transfer = try Transfer(to: try SipUri("sip:alice@example.com"))
        _ = try transfer.handle(.start(cseq: 1), atMilliseconds: 0)
        _ = try transfer.handle(.response(202), atMilliseconds: 1)
        let validator = validator
        DispatchQueue.concurrentPerform(iterations: 16) { number in
            for step in 0..<200 {
                #expect(throws: Never.self) {
                    let request = try validator.verify(
                        .post, url: voiceURL, body: body, signature: signature)
                    #expect(request.outcome == .targetFailed(status: .busy, code: 486))
                    let forged = Result {
                        try validator.verify(
                            .post, url: voiceURL, body: "\(body)&x=\(number)", signature: signature)
                    }
                    #expect(forged.failed?.kind == .signatureMismatch)
                    let response = try VoiceResponse { Say("\(number) \(step)") }
                    #expect(try VoiceResponse(parsing: response.xml) == response)
                    let replies = try transfer.handle(
                        .notify(.init(cseq: number * 1000 + step, subscriptionState: "active")),
                        atMilliseconds: 2)
                    #expect(replies.count == 1)
                }
            }
        }
        #expect(transfer.state == .subscribed)
    }

    @Test func tasksShareATransfer() async throws {
        let transfer = try Transfer(to: try SipUri("sip:alice@example.com"))
        _ = try transfer.handle(.start(cseq: 1), atMilliseconds: 0)
        // The verb ends once, whoever ends it.
        let ended = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<32 {
                group.addTask { try transfer.handle(.hangUp, atMilliseconds: 5).count }
            }
            return try await group.reduce(0, +)
        }
        #expect(ended == 1 && transfer.state == .completed && transfer.report?.outcome == .canceled)
    }
}
