// The package as a Swift user expects it.

import Foundation
import Testing
import TwimlRefer

let voiceURL = "https://voice.example.com/handleRefer"

@Suite struct PackageTests {
    @Test func theFourSamplesOfThePlatformPrintWhatTheyPrintThere() throws {
        let sip = "sip:alice@example.com"
        let samples: [(target: String, action: String?, method: RequestMethod?, tag: String)] = [
            (sip, nil, nil, "<Refer>"),
            (sip, "/handleRefer", .post, "<Refer action=\"/handleRefer\" method=\"POST\">"),
            (
                "\(sip)?X-AcctNumber=123456&X-ReasonForCalling=billing-question", nil, nil,
                "<Refer>"
            ),
            ("\(sip)?User-to-User=123456789%3Bencoding%3Dhex", nil, nil, "<Refer>"),
        ]
        for (target, action, method, tag) in samples {
            let response = try VoiceResponse {
                try Refer(to: SipUri(target), action: action, method: method)
            }
            let body = target.replacing("&", with: "&amp;")
            let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            #expect(
                response.description
                    == "\(declaration)<Response>\(tag)<Sip>\(body)</Sip></Refer></Response>")
        }
    }

    @Test func verbsHaveTheAttributesOfThePlatform() throws {
        // As Twilio's documentation of each verb spells them.
        let response = try VoiceResponse {
            Gather(
                input: "dtmf speech", action: "/choice", method: .get, timeout: 5, numDigits: 1,
                finishOnKey: "#", speechTimeout: "auto", language: "en-GB", hints: "sales",
                bargeIn: false, actionOnEmptyResult: true
            ) {
                Say("Press 1.", voice: "alice", language: "en", loop: 2)
                Pause(length: 3)
                Play(digits: "1w2")
            }
            Play("a.mp3", loop: 0)
            Redirect("/voice", method: .post)
            Hangup()
        }
        #expect(
            response.xml.split(separator: "?>", maxSplits: 1)[1]
                == """
                <Response><Gather input="dtmf speech" action="/choice" method="GET" timeout="5" numDigits="1" \
                finishOnKey="#" speechTimeout="auto" language="en-GB" hints="sales" bargeIn="false" \
                actionOnEmptyResult="true"><Say voice="alice" language="en" loop="2">Press 1.</Say>\
                <Pause length="3"/><Play digits="1w2"/></Gather><Play loop="0">a.mp3</Play>\
                <Redirect method="POST">/voice</Redirect><Hangup/></Response>
                """)
    }

    @Test func theLogOfAVerifierHasOneLineASecond() async throws {
        let (lines, start) = (Lines(), ContinuousClock.now)
        let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
        let verifier = try HttpVerifier(validator) { lines.add($0) }
        #expect(verifier.maxBodyBytes == 65_536)
        for count in 1...21 {
            if count == 21 {
                try await Task.sleep(for: .milliseconds(1100))
            }
            do {
                _ = try verifier.verify(method: "POST", target: "/a", headers: [(name: "Host", value: "b")])
                Issue.record("accepted, but must be rejected")
            } catch {
                #expect("\(error)".contains("403"))
            }
        }
        #expect(lines.all.count <= 2 + Int((.now - start).components.seconds))
        #expect(lines.all[0].hasPrefix("403 to POST /a: missing signature"))
        // What is not logged is counted in the next line.
        let counted = lines.all.map { line in
            1 + (line.firstMatch(of: /\((\d+) more were not logged\)$/).flatMap { Int($0.1) } ?? 0)
        }
        #expect(counted.reduce(0, +) == 21)
    }

    @Test func aBodyThatEndsEarlyIsABadRequest() throws {
        let lines = Lines()
        let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
        let verifier = try HttpVerifier(validator) { lines.add($0) }
        let headers = [(name: "Content-Length", value: "11")]
        #expect(throws: HttpRejection.self) {
            try verifier.verify(method: "POST", target: "/a", headers: headers, body: nil as [UInt8]?)
        }
        #expect(lines.all == ["400 to POST /a: the body ended early, or is malformed"])
    }

    @Test func aBuilderTakesConditionsAndLoops() throws {
        func response(_ names: [String], isOpen: Bool) throws -> VoiceResponse {
            try VoiceResponse {
                if isOpen { Say("Open.") } else { Say("Closed.") }
                for name in names { Say(name) }
                if names.isEmpty { Hangup() }
                TwimlNode.comment(" a note ")
                TwimlElement("Say") { "a" }
                [TwimlNode.comment("b"), TwimlNode.comment("c")]
                if #available(macOS 14, *) { Pause() }
            }
        }
        #expect(try response([], isOpen: true).nodes.count == 7)
        #expect(try response(["a", "b"], isOpen: false).nodes.count == 8)
    }

    @Test func documentsAreReadAsTheyWereBuilt() throws {
        let response = try VoiceResponse {
            Gather(action: "/choice", numDigits: 1) { Say("Press 1.", voice: "alice") }
            TwimlNode.comment(" a note ")
            TwimlElement("Dial") { TwimlElement("Sip", text: "sip:a@b") }
            try Refer(to: SipUri("sip:a@b"))
        }
        #expect(try response.firstRefer == Refer(to: SipUri("sip:a@b")))
        let again = try VoiceResponse(parsing: response.xml)
        #expect(again == response)
        #expect(try VoiceResponse(parsing: response.prettyXML) == response)
        #expect(Set([again, response]).count == 1)
        #expect(again.follows == .hangup)
        #expect(again.check().map(\.code) == [.noAction])
        #expect(again.check()[0].description.hasPrefix("note[no-action] Response/Refer[0]: "))
    }

    @Test func anErrorOfABuilderWithoutTryIsTyped() {
        do {
            _ = try VoiceResponse { Say("\u{0}") }
            Issue.record("it is taken")
        } catch {
            #expect(error.kind == .xmlCharacterForbidden)
            #expect(error.errorDescription == error.message)
            #expect(error.localizedDescription == error.message)
        }
    }

    @Test func valuesAreComparedAndHashed() throws {
        let form = "ReferCallStatus=busy&CallSid=CA1"
        let one = try VoiceRequest(form: form)
        let other = try VoiceRequest(parameters: ["ReferCallStatus": "busy", "CallSid": "CA1"])
        #expect(Set([one, other]).count == 1)
        #expect(try one == VoiceRequest(form: Array(form.utf8)))
        #expect(try one.form() == form)
        let validator = try RequestValidator("12345")
        let signature = try validator.sign(url: voiceURL, parameters: one.parameters)
        #expect(try validator.verify(.post, url: voiceURL, body: form, signature: signature) == one)
        #expect(ReferOutcome.rejected(code: 405) != .rejected(code: 406))
        #expect(Set([try SipUri("sip:a@b"), try SipUri("sip:a@b")]).count == 1)
    }

    /// A verb whose arguments have defaults needs none of them, alone and in a builder.
    @Test func verbsNeedNoClosure() throws {
        let gather = Gather(action: "/choice", numDigits: 1)
        let response = try VoiceResponse {
            gather
            Gather(action: "/choice", numDigits: 1)
            Gather()
            Gather {}
            TwimlElement("Record")
            Play(digits: "1")
            Pause()
        }
        #expect(
            response.xml.split(separator: "?>", maxSplits: 1)[1]
                == """
                <Response><Gather action="/choice" numDigits="1"/><Gather action="/choice" numDigits="1"/>\
                <Gather/><Gather/><Record/><Play digits="1"/><Pause/></Response>
                """)
        #expect(try VoiceResponse().nodes.isEmpty && VoiceResponse {}.nodes.isEmpty)
        struct Failed: Error {}
        #expect(throws: Failed.self) { try TwimlElement("Gather") { throw Failed() } }
    }

    /// `print`, `dump` and reflection of every public type that can hold a secret.
    @Test func nothingShowsASecret() throws {
        let token = "a-very-secret-token"
        let validator = try RequestValidator(tokens: [token, token + "2"], publicBase: "https://a.example")
        // Twice, so that it is odd as well.
        let form = "CallSid=CA1&CallToken=\(token)&ReferCallStatus=busy&CallToken=\(token)"
        let request = try VoiceRequest(form: form)
        let url = "https://a:\(token)@a.example/?CallToken=\(token)"
        let uri = try SipUri("sip:a:\(token)@b")
        #expect(request.callToken == token && uri.password == token && !request.diagnostics.isEmpty)
        let forged = Result { try validator.verify(.post, url: url, body: form, signature: token) }.failed
        let tooLarge = Result { try VoiceRequest(form: form, maxBytes: 1) }.failed
        for value in [
            validator, request, request.parameters, request.parameters[1], request.parameters[1...],
            Array(request.parameters), request.diagnostics, request.outcome as Any,
            request.refer as Any, ["headers": NameValuePairs(["calltoken": token])],
            try validator.explain(url: url), try validator.explain(url: url, body: form.utf8),
            try validator.sign(url: url, form: form.utf8), try #require(forged), try #require(tooLarge),
        ] as [Any] {
            for shown in shown(by: value) + ["\(value)"] {
                #expect(!shown.contains(token), "\(type(of: value)): \(shown)")
            }
        }
        // As text, a URI is its own spelling, with its password.
        let refer = try Refer(to: uri)
        for value in [
            uri, [uri], refer, ReferTarget.sip(uri), try Transfer(to: uri), uri.check(),
        ] as [Any] {
            for shown in shown(by: value) {
                #expect(!shown.contains(token), "\(type(of: value)): \(shown)")
            }
        }
        let test = try validator.signedRequest(url: url, parameters: ["CallToken": token])
        for shown in shown(by: test) + ["\(test)"] {
            #expect(!shown.contains(token) && !shown.contains(test.headers["X-Twilio-Signature"]!))
        }
        #expect("\(test)" == "POST https://a:***@a.example/?CallToken=***")
        #expect("\(request.parameters[1])" == "CallToken=***")
        #expect("\(request)" == "[CallSid=CA1, CallToken=***, ReferCallStatus=busy, CallToken=***]")
    }

    @Test func valuesDescribeThemselves() throws {
        let element = TwimlElement("Say", children: [.text("a"), .comment("b"), .text("c")])
        let uri = try SipUri(
            host: "b", parameters: [.init("lr"), .init("a", "1")],
            userToUser: try UserToUser(data: "1f", encoding: "hex"))
        #expect(element.text == "ac" && element.description == "<Say> with 3 nodes")
        #expect(Hangup().description == "<Hangup> with 0 nodes")
        #expect(shown(by: element).contains { $0.contains("<Say> with 3 nodes") })
        let response = try VoiceResponse { Hangup() }
        #expect(shown(by: response).contains { $0.contains("<Hangup/>") })
        #expect(uri.parameters.map(\.description) == ["lr", "a=1"])
        #expect(try uri.userToUser?.bytes == [0x1f] && SipUri("sip:a@b").userToUser == nil)
        #expect(uri.parameter(named: "A")?.value == "1" && uri.parameter(named: "b") == nil)
        #expect(uri.header(named: "user-to-user") == "1f;encoding=hex" && uri.header(named: "x") == nil)
        #expect(try SipUri("sip:a%20b@c").decodedUser == "a b")
        #expect(uri.referTo == "<\(uri)>" && ReferTarget(uri.referTo).description == uri.description)
        #expect(ReferTarget("tel:1").description == "tel:1" && ReferTarget("x").description == "x")
        let account = "AC\(String(repeating: "0", count: 32))"
        let request = try RestRequest.callCreate(
            accountSid: account, to: uri, from: "a", source: .url("https://a.example"))
        #expect(request.description == "POST \(request.url)\n\n\(request.body)")
        let transfer = try Transfer(to: uri)
        _ = try transfer.handle(.start(cseq: 1), atMilliseconds: 0)
        #expect(
            "\(try transfer.handle(.hangUp, atMilliseconds: 0))"
                == "[completed(canceled [ReferCallStatus=canceled])]")
    }

    @Test func everyUserToUserIsRead() throws {
        let uri = try SipUri("sip:a@b?User-to-User=1f%3Bencoding%3Dhex%2C%2033&X-A=1&user-to-user=44")
        #expect(try uri.userToUsers.map(\.description) == ["1f;encoding=hex", "33", "44"])
        #expect(try uri.userToUser == uri.userToUsers.first)
        #expect(try SipUri("sip:a@b").userToUsers.isEmpty)
        let odd = try SipUri("sip:a@b?User-to-User=%3Bencoding%3Dhex")
        let error = Result { try odd.userToUsers }.failed
        #expect(error?.group == .header && odd.check().map(\.code) == [.uuiInvalid])
    }

    @Test func whatIsBuiltIsMeasuredAsItIsSent() throws {
        let response = try VoiceResponse { Say(String(repeating: "&", count: 60_000)) }
        #expect(response.check().map(\.code) == [.documentTooLarge])
    }

    @Test func aTransferEndsAfterItsLongestTime() throws {
        for (settings, end) in [
            (Transfer.Settings(), 600_050), (.init(maxDuration: .seconds(240)), 240_050),
        ] {
            let transfer = try Transfer(to: try SipUri("sip:a@b"), settings: settings)
            _ = try transfer.handle(.start(cseq: 1), atMilliseconds: 0)
            _ = try transfer.handle(.response(202), atMilliseconds: 50)
            let notify = Transfer.Notify(
                cseq: 1, subscriptionState: "active;expires=4294967295", body: "SIP/2.0 180 Ringing".utf8)
            _ = try transfer.handle(.notify(notify), atMilliseconds: 60)
            #expect(transfer.deadlineMilliseconds == end)
            _ = try transfer.handle(.time, atMilliseconds: end)
            #expect(transfer.report?.outcome == .targetFailed(status: .failed, code: 180))
        }
    }

    @Test func aTransferIsSavedAndRestored() throws {
        let settings = Transfer.Settings(hangUpGrace: .seconds(1))
        let transfer = try Transfer(to: try SipUri("sip:alice@example.com"), settings: settings)
        #expect(try transfer.handle(.start(cseq: 1), atMilliseconds: 0) == [.sendRefer])
        let again = try Transfer(restoring: transfer.save())
        #expect(again.state == .referring && again.deadlineMilliseconds == 32_000)
        #expect(again.target == transfer.target)
        #expect(again.description == "Transfer to sip:alice@example.com, referring")
        let error = Result { try again.handle(.start(cseq: 2), atMilliseconds: 5) }.failed
        #expect(error?.kind == .transferEventUnexpected)
        #expect(again.poll().isEmpty)
    }

    @Test func aShortGraceIsNotNone() throws {
        for (grace, waits) in [
            (Duration.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1001), 2),
            (.seconds(1.1), 1100), (.seconds(1), 1000),
        ] {
            let transfer = try Transfer(
                to: try SipUri("sip:a@b"), settings: .init(hangUpGrace: grace))
            _ = try transfer.handle(.start(cseq: 1), atMilliseconds: 0)
            _ = try transfer.handle(.hangUp, atMilliseconds: 0)
            #expect(transfer.deadlineMilliseconds == waits, "\(grace)")
        }
    }

    @Test func aTransferWhoseStackChoosesTheCSeqIsFollowed() throws {
        let transfer = try Transfer(to: SipUri("sip:a@b"))
        #expect(try transfer.handle(.start(cseq: nil), atMilliseconds: 0) == [.sendRefer])
        #expect(try transfer.handle(.cseq(7), atMilliseconds: 1).isEmpty)
        #expect(try transfer.handle(.response(202), atMilliseconds: 2).isEmpty)
        #expect(try transfer.handle(.status(180, isFinal: false), atMilliseconds: 3).isEmpty)
        let report = try ReferReport(
            callStatus: .inProgress, referSipResponseCode: 202, notifySipResponseCode: 200)
        #expect(
            try transfer.handle(.status(200, isFinal: true), atMilliseconds: 4) == [.completed(report)])
    }

    @Test func valuesAreCoded() throws {
        struct Values: Codable, Equatable {
            var uri: SipUri
            var status: ReferCallStatus
            var outcomes: [ReferOutcome]
            var report: ReferReport
        }
        let values = Values(
            uri: try SipUri("sip:a@b"), status: .noAnswer,
            outcomes: [
                .transferred, .rejected(code: 405), .targetFailed(status: .busy, code: 486),
                .targetFailed(status: .failed, code: nil), .canceled, .unconfirmed,
                .unknown(status: .init(rawValue: "new")),
            ],
            report: try ReferReport(callStatus: .busy, referSipResponseCode: 202))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let coded = try encoder.encode(values)
        #expect(try JSONDecoder().decode(Values.self, from: coded) == values)
        let text = String(decoding: coded, as: UTF8.self)
        #expect(text.contains(#"{"code":486,"kind":"target-failed","status":"busy"}"#))
        #expect(text.contains(#""report":{"callStatus":"busy","referSipResponseCode":202}"#))
        for wrong in [
            text.replacing("sip:a@b", with: "sip:a b"), text.replacing("202", with: "1202"),
        ] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Values.self, from: Data(wrong.utf8))
            }
        }
    }

    @Test func anAppIsTestedWithSignedRequests() throws {
        let validator = try RequestValidator("12345", publicBase: "https://voice.example.com")
        for scenario in RequestValidator.Scenario.allCases {
            for method in [RequestMethod.get, .post] {
                let test = try validator.signedRequest(
                    scenario, method: method, url: "/a?b=1", parameters: ["CallSid": "CA1"])
                let request = try validator.verify(
                    method, url: test.url, body: test.body, signature: test.headers["X-Twilio-Signature"])
                #expect(test.method == method && request.callSid == "CA1")
                #expect(request.outcome?.kind == scenario.rawValue)
            }
        }
        let test = try validator.signedRequest(method: .get, url: "/a", parameters: ["Digits": "1"])
        let signature = test.headers["X-Twilio-Signature"]
        #expect(try validator.verify(.get, url: test.url, signature: signature).digits == "1")
        let other = try RequestValidator("12345", publicBase: "http://voice.example.com")
        let hints = try other.diagnose(.get, url: test.url, signature: signature)
        #expect("\(hints.map(\.kind))" == "[scheme]" && !"\(hints)".contains("12345"))
    }

    @Test func pairsAreACollection() {
        let names = (10..<60).map { "n\($0)" }
        let dictionary = Dictionary(uniqueKeysWithValues: names.map { ($0, "") })
        #expect(NameValuePairs(dictionary).map(\.name) == names)
        #expect(
            NameValuePairs(KeyValuePairs(dictionaryLiteral: ("b", "1"), ("a", "2"))).map(\.name) == [
                "b", "a",
            ])
        var pairs = NameValuePairs(["a": "1"])
        pairs.append(NameValuePair("a", "2"))
        pairs.append(NameValuePair("b", "3"))
        #expect(pairs.all(named: "a") == ["1", "2"] && pairs["A"] == nil && pairs["a"] == "1")
        pairs.removeAll { $0.name == "a" }
        #expect(pairs == ["b": "3"] && pairs.description == "[b=3]")
    }
}

/// What debugging shows of a value and of all that is in it.
private func shown(by value: Any) -> [String] {
    var dumped = ""
    dump(value, to: &dumped)
    let parts = Mirror(reflecting: value).children.flatMap { shown(by: $0.value) }
    return [dumped, String(reflecting: value)] + parts
}
