// The names that the package has beside those of the library, compared with the library's own tables.

import Foundation
import Testing
import TwimlRefer
import TwimlReferBridge

@Suite struct TableTests {
    @Test func namesAreThoseOfTheLibrary() throws {
        let names = names()
        let outcomes: [TwimlRefer.ReferOutcome] = [
            .transferred, .rejected(code: 405), .targetFailed(status: .busy, code: nil), .canceled,
            .unconfirmed, .unknown(status: .busy),
        ]
        #expect(outcomes.map(\.kind) == names.outcomeKinds)
        let statuses: [ReferCallStatus] = [.inProgress, .busy, .noAnswer, .failed, .canceled]
        #expect(statuses.map(\.rawValue) == names.referCallStatuses)
        #expect(CallLeg.allCases.map(\.rawValue) == names.legs)
        #expect(Transfer.State.allCases.map(\.rawValue) == names.transferStates)
        #expect(VoiceResponse.Follows.allCases.map(\.rawValue) == names.follows)
        #expect(TwimlRefer.Diagnostic.Severity.allCases.map(\.rawValue) == names.severities)
        #expect([RequestMethod.get, .post].map(\.rawValue) == names.methods)
        #expect(RequestValidator.Scenario.allCases.map(\.rawValue) == names.scenarios)
        let groups: [TwimlReferError.Group] = [
            .sipUri, .header, .twiml, .document, .rest, .request, .signature, .transfer, .text,
        ]
        #expect(Set(groups.map(\.rawValue)) == Set(errorClasses().map(\.group)))
        // Constants cannot be listed but in their source, which is beside this folder.
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../twiml-refer-swift/Sources/TwimlRefer/Names.swift")
        let constants = try String(contentsOf: source, encoding: .utf8).matches(
            of: /static let (\w+) = Self\(rawValue: "(.+)"\)/)
        #expect(constants.map { String($0.2) } == names.errorKinds + names.diagnosticCodes + names.hintKinds)
        #expect(constants.allSatisfy { camelCase($0.2, "-") == $0.1 })
    }

    @Test func buildersHaveEveryVerbAndItsAttributes() throws {
        let refer = try Refer(to: SipUri("sip:a@b"), action: "/a", method: .post)
        let gather = Gather(
            input: "dtmf", action: "/a", method: .get, timeout: 1, numDigits: 1, finishOnKey: "#",
            speechTimeout: "auto", maxSpeechTime: 9, language: "en", hints: "a", speechModel: "b",
            enhanced: true, profanityFilter: false, bargeIn: true, actionOnEmptyResult: true,
            partialResultCallback: "/b", partialResultCallbackMethod: .post, debug: false)
        let verbs: [any TwimlVerb] = [
            Say("a", voice: "b", language: "c", loop: 1), Play("a", digits: "1", loop: 1), Pause(length: 1),
            gather, Redirect("/a", method: .get), Hangup(),
        ]
        var built = verbs.map(\.element) + [refer.element]
        for case .element(let target) in refer.element.children {
            built.append(target)
        }
        #expect(
            Set(built.map { Names($0.name, $0.attributes.map(\.name)) })
                == Set(TwimlReferBridge.verbs().map { Names($0.name, $0.attributes) }))
        struct Names: Hashable {
            let verb: String
            let attributes: Set<String>
            init(_ verb: String, _ attributes: [String]) {
                self.verb = verb
                self.attributes = Set(attributes)
            }
        }
    }

    @Test func everyTypedParameterHasAGetter() throws {
        let parameters = typedParameters()
        for parameter in parameters {
            let request = try VoiceRequest(parameters: [parameter.name: "202"])
            let number = parameter.name.hasSuffix("SipResponseCode")
            let value: Any = number ? 202 : "202"
            #expect(same(typed(parameter.getter, of: request), value), "\(parameter)")
            #expect(request[parameter.name] == "202")
        }
        #expect(parameters.count == getters.count + 3)
    }
}

private func camelCase(_ name: Substring, _ separator: Character) -> String {
    name.split(separator: separator).enumerated().map { $0 == 0 ? String($1) : $1.capitalized }.joined()
}
