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

    @Test func wrongValuesAreOurErrors() throws {
        let long = String(repeating: "x", count: 10_000_000)
        let illFormed: [UInt8] = [0x3c, 0x52, 0xed, 0xa0, 0x80, 0xff]
        let uri = try SipUri("sip:a@b")
        let transfer = try Transfer(to: uri)
        func set(_ settings: Transfer.Settings) throws { _ = try Transfer(to: uri, settings: settings) }
        let wrong: [(kind: String, job: () throws -> Void)] = [
            ("uri-over-limit", { _ = try SipUri("sip:\(long)") }),
            ("uri-character", { _ = try SipUri("sip:a\u{fffd}@b") }),
            ("uri-over-limit", { _ = try uri.with(header: "X-A", long) }),
            ("header-value-invalid", { _ = try uri.with(header: "X-A", "a\r\nb") }),
            ("header-name-invalid", { _ = try uri.with(header: "a b", "a") }),
            ("uri-port-invalid", { _ = try SipUri(host: "b", port: 0) }),
            ("uri-port-invalid", { _ = try SipUri(host: "b", port: 70_000) }),
            ("uri-port-invalid", { _ = try SipUri(host: "b", port: -1) }),
            ("uri-port-invalid", { _ = try SipUri(host: "b", port: .min) }),
            ("uri-port-invalid", { _ = try SipUri(host: "b", port: .max) }),
            ("uui-data-empty", { _ = try UserToUser(bytes: []) }),
            ("xml-character-forbidden", { _ = try VoiceResponse { Say("\u{0}") } }),
            ("xml-name-invalid", { _ = try VoiceResponse { Element("a b") } }),
            ("attribute-repeated", { _ = try VoiceResponse { Element("a", ["b": "", "b": ""]) } }),
            ("comment-invalid", { _ = try VoiceResponse { Node.comment("--") } }),
            ("action-invalid", { _ = try VoiceResponse { Refer(to: uri, action: "ftp://a.example") } }),
            ("document-too-large", { _ = try VoiceResponse(parsing: long) }),
            ("document-not-utf8", { _ = try VoiceResponse(parsing: illFormed) }),
            ("document-not-utf8", { _ = try VoiceResponse.check(xml: illFormed) }),
            ("request-too-large", { _ = try ReferCallback(form: long) }),
            ("request-too-large", { _ = try VoiceRequest(parameters: ["a": long]) }),
            ("request-too-large", { _ = try ReferCallback(form: "a=b", maxBytes: 2) }),
            ("request-limit-invalid", { _ = try ReferCallback(form: "a=b", maxBytes: -1) }),
            ("request-limit-invalid", { _ = try VoiceRequest(form: "a=b", maxBytes: .max) }),
            ("request-limit-invalid", { _ = try ReferCallback(parameters: [:], maxBytes: -1) }),
            ("request-limit-invalid", { _ = try VoiceRequest(parameters: [:], maxBytes: .min) }),
            ("request-not-utf8", { _ = try ReferCallback(form: illFormed) }),
            ("public-base-invalid", { _ = try RequestValidator("1", publicBase: "nonsense") }),
            ("public-base-invalid", { _ = try RequestValidator("1", publicBase: "https://u:secret@h") }),
            ("secret-empty", { _ = try RequestValidator("") }),
            ("secret-empty", { _ = try RequestValidator(tokens: []) }),
            ("secret-empty", { _ = try RequestValidator(tokens: ["1", ""]) }),
            ("request-limit-invalid", { _ = try RequestValidator("1", maxBodyBytes: -1) }),
            ("request-limit-invalid", { _ = try RequestValidator("1", maxBodyBytes: .max) }),
            ("method-invalid", { _ = try validator.verify(.init(rawValue: "get"), url: "/", signature: "") }),
            ("state-truncated", { _ = try Transfer(restoring: []) }),
            ("state-altered", { _ = try Transfer(restoring: illFormed + Array("x".utf8)) }),
            ("setting-invalid", { try set(.init(hangUpGrace: .seconds(-1))) }),
            ("setting-invalid", { try set(.init(hangUpGrace: .nanoseconds(-1))) }),
            ("setting-invalid", { try set(.init(subscription: .seconds(Int64.max))) }),
            ("setting-invalid", { try set(.init(subscription: .seconds(Int64.min))) }),
            ("setting-invalid", { try set(.init(maxDuration: .seconds(1_000_000))) }),
            ("setting-invalid", { try set(.init(statuses: [-1: .busy])) }),
            ("setting-invalid", { try set(.init(statuses: [.max: .busy])) }),
            ("setting-invalid", { try set(.init(statuses: [99: .busy])) }),
            ("cseq-invalid", { _ = try transfer.handle(.start(cseq: -1), at: 0) }),
            ("cseq-invalid", { _ = try transfer.handle(.start(cseq: .max), at: 0) }),
            ("cseq-invalid", { _ = try transfer.handle(.response(401, retry: -1), at: 0) }),
            ("refer-not-supported", { _ = try transfer.handle(.start(cseq: 1, leg: .pstn), at: 0) }),
        ]
        for (number, (kind, job)) in wrong.enumerated() {
            let error = Result { try job() }.failed
            #expect(error?.kind == kind, "\(number): \(error.map { "\($0)" } ?? "it is taken")")
            #expect((1...240).contains(error?.message.utf8.count ?? 0), "\(number)")
            #expect(error?.message.contains("secret@") != true)
        }
    }

    @Test func anErrorIsOfTheGroupOfWhatRefused() throws {
        let categories = [
            Result { _ = try SipUri(host: "b", port: 70_000) }.failed?.category,
            Result { _ = try SipUri("sip:a@b").with(header: "a b", "c") }.failed?.category,
            Result { _ = try RequestValidator("1", maxBodyBytes: -1) }.failed?.category,
            Result { _ = try ReferCallback(form: "a=b", maxBytes: 1) }.failed?.category,
            Result { _ = try RequestValidator("") }.failed?.category,
            Result { _ = try VoiceResponse { Element("") } }.failed?.category,
            Result { _ = try VoiceResponse(parsing: "") }.failed?.category,
            Result { _ = try Transfer(restoring: []) }.failed?.category,
        ]
        #expect(
            categories == [
                .sipUri, .sipUri, .request, .requestTooLarge, .validator, .document, .document,
                .transfer,
            ])
    }

    @Test func whateverTheWireBringsIsAnswered() throws {
        let transfer = try Transfer(to: try SipUri("sip:a@b"))
        func handle(_ event: Transfer.Event, at now: Int = 0) throws -> [String] {
            try transfer.handle(event, at: now).map { output in
                if case .diagnostic(let found) = output { found.code } else { "\(output)" }
            }
        }
        #expect(try handle(.response(200)) == ["event-unexpected"])
        #expect(try handle(.notify("refer", cseq: 1)) == ["event-unexpected", "reply(481)"])
        #expect(try handle(.start(cseq: 1), at: .min) == ["sendRefer"])
        #expect(try handle(.notify("refer", cseq: .min)) == ["reply(400)"])
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
            Result { _ = try ReferCallback(form: huge, maxBytes: mostBytes) }.failed?.kind,
            Result { _ = try validator.verify(.post, url: huge, signature: "") }.failed?.kind,
            Result { _ = try validator.sign(url: "", parameters: [huge: ""]) }.failed?.kind,
            Result { _ = try Transfer(restoring: huge.utf8) }.failed?.kind,
        ]
        #expect(kinds == Array(repeating: "text-over-limit", count: kinds.count))
        #expect(!validator.validate(url: huge, signature: ""))
        #expect(ReferTarget(huge) == .other(huge))
    }

    /// What no buffer of usual size holds is asked for once more.
    @Test func longAnswersComeWhole() throws {
        let fields = Fields((0..<1000).map { Field("Parameter\($0)", "value \($0) \u{1f4de}") })
        let callback = try ReferCallback(parameters: fields, maxBytes: mostBytes)
        #expect(callback.parameters == fields)
        let form = try callback.request.form()
        #expect(try ReferCallback(form: form, maxBytes: mostBytes).parameters == fields)
    }

    @Test func aValueBecomesNoOtherField() throws {
        for value in ["\u{0}", "a\u{0}b\u{0}", "", "\u{1f4de}", "&a=b", "\n"] {
            let fields = Fields([Field("a", value), Field(value, "b")])
            let signature = try validator.sign(url: voiceURL, parameters: fields)
            let callback = try validator.verify(
                url: voiceURL, parameters: fields, signature: signature)
            #expect(callback.parameters == fields)
            let form = try callback.request.form()
            #expect(
                try validator.verify(.post, url: voiceURL, body: form, signature: signature).parameters
                    == fields)
        }
    }

    @Test func treesWithoutMeasureAreRefused() throws {
        var deep = Element("a")
        for _ in 0..<100_000 {
            deep = Element("a") { deep }
        }
        var wide = Element("a")
        for _ in 0..<70 {
            wide = Element("b") {
                wide
                wide
            }
        }
        #expect(Result { try VoiceResponse { deep } }.failed?.kind == "depth-exceeded")
        let kind = Result { try VoiceResponse { wide } }.failed?.kind
        #expect(kind == "depth-exceeded" || kind == "elements-exceeded")
        let flat = Element("a", children: Array(repeating: .element(Element("b")), count: 200_000))
        #expect(Result { try VoiceResponse { flat } }.failed?.kind == "elements-exceeded")
    }

    @Test func theWaysInWhichVerifyingFailsAreToldApart() throws {
        func failure(_ body: [UInt8], _ signature: String?, _ url: String = voiceURL)
            -> [TwimlReferError.Category?]
        {
            let callback = Result {
                try validator.verify(.post, url: url, body: body, signature: signature)
            }
            let request = Result {
                try validator.verifyRequest(.post, url: url, body: body, signature: signature)
            }
            return [callback.failed?.category, request.failed?.category]
        }
        let unreadable: [UInt8] = Array("a=%ff".utf8)
        let signed = try validator.sign(url: voiceURL, form: unreadable)
        #expect(failure(unreadable, signed) == [.request, .request])
        let long = [UInt8](repeating: 0x61, count: 65_537)
        for signature in [nil, "", "AAAA", try validator.sign(url: voiceURL, form: long)] {
            #expect(failure(long, signature) == [.requestTooLarge, .requestTooLarge])
        }
        for url in [voiceURL, "", "https://[::1", "\u{0}", "*", "//a.example/"] {
            for missing in [nil, ""] {
                #expect(failure([], missing, url) == [.signatureMissing, .signatureMissing])
            }
            for wrong in ["AAAA", "no base64 \u{2603}", "\u{0}", " ", signed] {
                #expect(failure([], wrong, url) == [.signatureMismatch, .signatureMismatch])
            }
        }
        let none = Result { try validator.verify(url: voiceURL, parameters: [:], signature: nil) }
        #expect(none.failed?.category == .signatureMissing)
    }

    /// A signature covers no method, and has no delimiters: the method of the route does.
    @Test func aRecastRequestIsRefused() throws {
        let validator = try RequestValidator("12345", publicBase: "https://voice.example.com/tw")
        // Of a POST, the caller chose the name that is displayed.
        let chosen = "&Digits=9&"
        let posted = try validator.sign(url: "/choice?a=1", parameters: ["CallerName": chosen])
        let asGet = "/choice?a=1CallerName\(chosen)"
        #expect(
            try validator.verify(.get, url: asGet, signature: posted).parameters
                .first(named: "Digits") == "9")
        #expect(try validator.verify(.post, url: asGet, signature: posted).parameters.isEmpty)
        // Of a GET, what stands behind the path is a name.
        let got = try validator.sign(url: "/choice?A=1")
        let asPost = try VoiceRequest(parameters: ["?A=": "1"]).form()
        #expect(throws: Never.self) { try validator.verify(.get, url: "/choice?A=1", signature: got) }
        for (url, body) in [("/choice", asPost), ("/choice?A=1", "A=1"), ("/choice?A=1", "x")] {
            let recast = Result { try validator.verify(.get, url: url, body: body, signature: got) }
            #expect(recast.failed?.category == .signatureMismatch, "\(url) \(body)")
        }
        // No request has a fragment: it is a stranger's.
        let fragment = Result {
            try validator.verify(.get, url: "/choice?A=1#&B=2", signature: got)
        }
        #expect(fragment.failed?.category == .signatureMismatch)
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
        let fields: Fields = ["CallToken": text, text: text]
        #expect(Result { try SipUri(text) }.failed?.kind == "uri-scheme-missing")
        #expect(Result { try SipUri(host: text, user: text) }.failed?.kind == "uri-host-invalid")
        #expect(try SipUri("sip:a@b", headers: ["X-A": text]).header(named: "X-A") != nil)
        let transfer = try Transfer(to: SipUri("sip:a@b"))
        #expect(throws: Never.self) { try transfer.handle(.notify(text, cseq: 1), at: 0) }
        let validator = try RequestValidator(text)
        let signature = try validator.sign(url: text, parameters: fields)
        #expect(validator.validate(url: text, parameters: fields, signature: signature))
        let forged = Result { try validator.verify(.post, url: text, body: text, signature: text) }
        #expect(forged.failed?.category == .signatureMismatch)
        #expect(ReferOutcome.unknown(status: .init(rawValue: text)).explanation.isEmpty == false)
        #expect("\(try VoiceRequest(parameters: fields))".contains("CallToken=***"))
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
        _ = try transfer.handle(.start(cseq: 1), at: 0)
        _ = try transfer.handle(.response(202), at: 1)
        let validator = validator
        DispatchQueue.concurrentPerform(iterations: 16) { number in
            for step in 0..<200 {
                #expect(throws: Never.self) {
                    let callback = try validator.verify(
                        .post, url: voiceURL, body: body, signature: signature)
                    #expect(callback.outcome == .targetFailed(status: .busy, code: 486))
                    let forged = Result {
                        try validator.verify(
                            .post, url: voiceURL, body: "\(body)&x=\(number)", signature: signature)
                    }
                    #expect(forged.failed?.category == .signatureMismatch)
                    let response = try VoiceResponse { Say("\(number) \(step)") }
                    #expect(try VoiceResponse(parsing: response.xml) == response)
                    let replies = try transfer.handle(
                        .notify(
                            "refer", cseq: number * 1000 + step, subscriptionState: "active"), at: 2)
                    #expect(replies.count == 1)
                }
            }
        }
        #expect(transfer.state == .subscribed)
    }

    @Test func tasksShareATransfer() async throws {
        let transfer = try Transfer(to: try SipUri("sip:alice@example.com"))
        _ = try transfer.handle(.start(cseq: 1), at: 0)
        // The verb ends once, whoever ends it.
        let ended = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<32 {
                group.addTask { try transfer.handle(.hangUp, at: 5).count }
            }
            return try await group.reduce(0, +)
        }
        #expect(ended == 1 && transfer.state == .completed && transfer.report?.outcome == .canceled)
    }
}
