// What must never happen: a trap, whatever is passed in, from however many threads.

import Foundation
import Testing
import TwimlRefer

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
            ("setting-invalid", { _ = try SipUri(host: "b", port: 65_536) }),
            ("setting-invalid", { _ = try SipUri(host: "b", port: -1) }),
            ("uui-data-empty", { _ = try UserToUser(bytes: []) }),
            ("xml-character-forbidden", { _ = try VoiceResponse { Say("\u{0}") } }),
            ("xml-name-invalid", { _ = try VoiceResponse { Element("a b") } }),
            ("attribute-repeated", { _ = try VoiceResponse { Element("a", ["b": "", "b": ""]) } }),
            ("comment-invalid", { _ = try VoiceResponse { Node.comment("--") } }),
            ("action-invalid", { _ = try VoiceResponse { Refer(to: uri, action: "ftp://a.example") } }),
            ("document-too-large", { _ = try VoiceResponse(parsing: long) }),
            ("document-not-utf8", { _ = try VoiceResponse(parsing: illFormed) }),
            ("document-not-utf8", { _ = try VoiceResponse.check(xml: illFormed) }),
            ("callback-too-large", { _ = try ReferCallback(form: long) }),
            ("callback-too-large", { _ = try VoiceRequest(parameters: ["a": long]) }),
            ("callback-too-large", { _ = try ReferCallback(form: "a=b", maxBytes: 2) }),
            ("setting-invalid", { _ = try ReferCallback(form: "a=b", maxBytes: -1) }),
            ("callback-not-utf8", { _ = try ReferCallback(form: illFormed) }),
            ("public-base-invalid", { _ = try RequestValidator("1", publicBase: "nonsense") }),
            ("setting-invalid", { _ = try RequestValidator("1", maxBodyBytes: -1) }),
            ("state-truncated", { _ = try Transfer(restoring: []) }),
            ("state-altered", { _ = try Transfer(restoring: illFormed + Array("x".utf8)) }),
            ("setting-invalid", { try set(.init(hangUpGrace: .seconds(-1))) }),
            ("setting-invalid", { try set(.init(hangUpGrace: .nanoseconds(-1))) }),
            ("setting-invalid", { try set(.init(subscription: .seconds(Int64.max))) }),
            ("setting-invalid", { try set(.init(subscription: .seconds(1_000_000))) }),
            ("setting-invalid", { try set(.init(statuses: [-1: .busy])) }),
            ("setting-invalid", { try set(.init(statuses: [99: .busy])) }),
            ("setting-invalid", { _ = try transfer.handle(.start(cseq: -1), at: 0) }),
            ("setting-invalid", { _ = try transfer.handle(.start(cseq: 1), at: -1) }),
            ("setting-invalid", { _ = try transfer.handle(.response(70_000), at: 0) }),
            ("refer-not-supported", { _ = try transfer.handle(.start(cseq: 1, leg: .pstn), at: 0) }),
            ("transfer-event-unexpected", { _ = try transfer.handle(.response(200), at: 0) }),
        ]
        for (number, (kind, job)) in wrong.enumerated() {
            let error = Result { try job() }.failed
            #expect(error?.kind == kind, "\(number): \(error.map { "\($0)" } ?? "it is taken")")
            #expect((1...240).contains(error?.message.utf8.count ?? 0), "\(number)")
        }
    }

    /// The generated code counts in 32 bits, and traps beyond.
    @Test func whatIsTooLongForTheBridgeIsAnError() throws {
        let huge = String(decoding: [UInt8](repeating: 0x78, count: 1 << 31), as: UTF8.self)
        let kinds = [
            Result { _ = try SipUri(huge) }.failed?.kind,
            Result { _ = try VoiceResponse(parsing: huge) }.failed?.kind,
            Result { _ = try VoiceResponse { Say(huge) } }.failed?.kind,
            Result { _ = try ReferCallback(form: huge, maxBytes: .max) }.failed?.kind,
            Result { _ = try validator.verify(url: huge, signature: "") }.failed?.kind,
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
        let callback = try ReferCallback(parameters: fields, maxBytes: .max)
        #expect(callback.parameters == fields)
        let form = try callback.request.form()
        #expect(try ReferCallback(form: form, maxBytes: .max).parameters == fields)
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
                try validator.verify(url: voiceURL, body: form, signature: signature).parameters
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

    @Test func aMismatchAndAnUnreadableCallbackAreToldApart() throws {
        let body: [UInt8] = Array("a=%ff".utf8)
        let signature = try validator.sign(url: voiceURL, form: body)
        let unreadable = Result {
            try validator.verify(url: voiceURL, body: body, signature: signature)
        }
        #expect(unreadable.failed?.category == .callback)
        for wrong in [nil, "", "AAAA", "no base64 \u{2603}", "\u{0}"] {
            for url in [voiceURL, "", "https://[::1", "\u{0}"] {
                let mismatch = Result { try validator.verify(url: url, body: "a=b", signature: wrong) }
                #expect(mismatch.failed?.category == .signatureMismatch)
            }
        }
        let empty = try RequestValidator(tokens: [])
        let unsigned = Result { try empty.verify(url: voiceURL, signature: "") }
        #expect(unsigned.failed?.category == .signatureMismatch)
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
                        url: voiceURL, body: body, signature: signature)
                    #expect(callback.outcome == .targetFailed(status: .busy, code: 486))
                    let forged = Result {
                        try validator.verify(
                            url: voiceURL, body: "\(body)&x=\(number)", signature: signature)
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
