// Every scenario of tests/vectors/transfer.

import Foundation
import Testing
import TwimlRefer

@Test func transfers() throws {
    let folder = vectors.appending(path: "transfer")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".expected.jsonl") }.sorted()
    try #require(!files.isEmpty)
    for file in files {
        named("transfer: \(file)") { try replay(folder.appending(path: file)) }
    }
    try report("transfer", files.count)
}

private func replay(_ file: URL) throws {
    let lines = try String(contentsOf: file, encoding: .utf8)
        .split(separator: "\n")
        .map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? Case) }
    let start = try #require(lines.first { $0["event"] as? String == "start" })
    let target = try SipUri("sip:alice@example.com")
    let transfer = try Transfer(
        to: target, settings: settings(try #require(start["settings"] as? Case)))
    var waiting: [Case] = []
    for var line in lines {
        let at = try #require(line.removeValue(forKey: "at") as? Double)
        let now = Int((at * 1000).rounded())
        if line["event"] != nil {
            #expect(waiting.isEmpty)
            do {
                waiting = try transfer.handle(event(line), atMilliseconds: now).map(said)
            } catch let error as TwimlReferError where error.group == .transfer {
                waiting = [["output": "error", "code": json(error.number)]]
            }
            continue
        }
        if waiting.isEmpty {
            waiting = try transfer.handle(.time, atMilliseconds: now).map(said)
        }
        try #require(!waiting.isEmpty)
        let next = waiting.removeFirst()
        #expect(same(next, line), "\(next) is not \(line)")
    }
    #expect(waiting.isEmpty)
    #expect(try transfer.handle(.time, atMilliseconds: .max).isEmpty)
}

@Test func transferSettings() throws {
    try run("transfer-settings") { one in
        let set = settings(try #require(one["settings"] as? Case))
        _ = try Transfer(to: try SipUri("sip:alice@example.com"), settings: set)
    }
}

private func settings(_ set: Case) -> Transfer.Settings {
    func time(_ key: String) -> Duration? { (set[key] as? Double).map { .seconds($0) } }
    let statuses = (set["statuses"] as? [[Any]] ?? []).map {
        ($0[0] as? Int ?? 0, ReferCallStatus(rawValue: $0[1] as? String ?? ""))
    }
    return Transfer.Settings(
        responseTimeout: time("response_timeout"), notifyTimeout: time("notify_timeout"),
        subscription: time("subscription"), maxDuration: time("max_duration"),
        hangUpGrace: time("hang_up_grace"),
        isRejectedStatusOmitted: set["rejected_status"] as? String == "omitted",
        statuses: Dictionary(statuses) { $1 })
}

private func event(_ line: Case) throws -> Transfer.Event {
    switch line["event"] as? String {
    case "start":
        return .start(
            cseq: line["cseq"] as? Int,
            leg: try #require(CallLeg(rawValue: line["leg"] as? String ?? "")),
            isFirstInDialog: try #require(line["first_in_dialog"] as? Bool))
    case "response":
        return .response(
            line["code"] as? Int ?? 0, referSub: try #require(line["refer_sub"] as? Bool),
            retry: line["retry"] as? Int)
    case "notify":
        return .notify(
            .init(
                cseq: line["cseq"] as? Int ?? 0, event: line["event_header"] as? String ?? "",
                subscriptionState: line["subscription_state"] as? String,
                body: (line["body"] as? String ?? "").utf8,
                isInDialog: try #require(line["in_dialog"] as? Bool)))
    case "cseq": return .cseq(try #require(line["cseq"] as? Int))
    case "status":
        return .status(
            try #require(line["code"] as? Int), isFinal: try #require(line["final"] as? Bool))
    case "hangup": return .hangUp
    case "transport-error": return .transportError
    default:
        try #require(line["event"] as? String == "time")
        return .time
    }
}

private func said(_ output: Transfer.Output) throws -> Case {
    switch output {
    case .sendRefer: return ["output": "send-refer"]
    case .reply(let code): return ["output": "reply", "code": code]
    case .endDialog: return ["output": "end-dialog"]
    case .completed(let report):
        // The app learns it of the request that it gets.
        let mayResume = try VoiceRequest(parameters: report.parameters).mayResume
        let outcome = said(report.outcome).merging(["may_resume": mayResume]) { $1 }
        return ["output": "completed", "params": json(report.parameters), "outcome": outcome]
    case .diagnostic(let found):
        let more: Case = [
            "output": "diagnostic", "line": json(found.line), "column": json(found.column),
            "parameter": json(found.parameter), "error": json(found.error?.kind.rawValue),
        ]
        return said(found).merging(more) { $1 }
    }
}
