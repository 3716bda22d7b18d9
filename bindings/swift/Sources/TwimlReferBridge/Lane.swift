// The jobs that bring a request of Twilio, by the lane: the generated code reads such a record in
// several times what all else takes. What is thrown is of the generated types;
// `lane.rs` says what each job takes and gives. No rule lives here.

import CTwimlRefer

/// What a validator was told, as every frame of verifying begins.
public struct LaneSecrets: Sendable {
    let frame: Frame

    public init(_ secrets: Secrets) {
        let letters = [
            secrets.publicBase == nil ? "" : "b", secrets.sha256 ? "s" : "",
            secrets.encodedSpellings ? "e" : "",
        ]
        var frame = Frame()
        frame.put(letters.joined())
        if let base = secrets.publicBase { frame.put(base) }
        frame.put(secrets.maxBodyBytes.map(String.init) ?? "")
        frame.put(String(secrets.secrets.count))
        secrets.secrets.forEach { frame.put($0) }
        self.frame = frame
    }
}

/// Verifies a GET, or a POST with a form.
public func laneVerify(
    secrets: LaneSecrets, isGet: Bool, url: String, body: UnsafeBufferPointer<UInt8>, signature: String?
) throws -> Request {
    let signature = signature ?? ""
    var frame = secrets.frame
    frame.reserve(4, url.utf8.count + signature.utf8.count + 1 + body.count)
    frame.put(url)
    frame.put(signature)
    frame.put(isGet ? "G" : "F")
    frame.put(body)
    return try request(Job.verify, frame)
}

/// Verifies a POST whose form was decoded.
public func laneVerify(
    secrets: LaneSecrets, url: String, pairs: some Sequence<(name: String, value: String)>,
    signature: String?
) throws -> Request {
    var frame = secrets.frame
    frame.put(url)
    frame.put(signature ?? "")
    frame.put("P")
    frame.put(pairs)
    return try request(Job.verify, frame)
}

/// Reads a form.
public func laneRequest(form: UnsafeBufferPointer<UInt8>, maxBytes: Int64?) throws -> Request {
    var frame = Frame()
    frame.put(maxBytes.map(String.init) ?? "")
    frame.put(form)
    return try request(Job.fromForm, frame)
}

/// Takes a form that was decoded.
public func laneRequest(
    pairs: some Sequence<(name: String, value: String)>, maxBytes: Int64?
) throws -> Request {
    var frame = Frame()
    frame.put(maxBytes.map(String.init) ?? "")
    frame.put(pairs)
    return try request(Job.fromPairs, frame)
}

/// A request as plain values. The three parameters of `<Refer>`, and what they mean, are there in any case.
public struct Request {
    public let params: [Pair]
    public let sipHeaders: [Pair]
    /// The parameter at fault, and what is wrong with it.
    public let problems: [Pair]
    public let leg: String
    public let referCallStatus: String?
    public let referSipResponseCode: UInt16?
    public let notifySipResponseCode: UInt16?
    public let outcome: Outcome
    public let mayResume: Bool
}

/// The library could not do a job at all.
public struct LaneBroken: Error {}

/// The numbers of the jobs.
private enum Job {
    static let verify: UInt32 = 5
    static let fromForm: UInt32 = 6
    static let fromPairs: UInt32 = 7
}

extension Frame {
    fileprivate mutating func put(_ pairs: some Sequence<(name: String, value: String)>) {
        for (name, value) in pairs {
            put(name)
            put(value)
        }
    }
}

/// What most answers fit in; for a longer one the job is done again.
private let small = 8192

private func request(_ job: UInt32, _ frame: Frame) throws -> Request {
    try withUnsafeTemporaryAllocation(byteCount: frame.size, alignment: 1) { place in
        frame.write(to: place)
        let input = UnsafeRawBufferPointer(place)
        let short = try withUnsafeTemporaryAllocation(byteCount: small, alignment: 1) {
            try answer(job, input, $0)
        }
        if case .request(let request) = short { return request }
        guard case .needs(let size) = short else { throw LaneBroken() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        defer { buffer.deallocate() }
        guard case .request(let request) = try answer(job, input, buffer) else { throw LaneBroken() }
        return request
    }
}

private enum Answer {
    case request(Request)
    case needs(Int)
}

private func answer(
    _ job: UInt32, _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
) throws -> Answer {
    guard let length = UInt32(exactly: input.count) else { throw LaneBroken() }
    let size = Int(
        twiml_refer_lane(
            job, input.bindMemory(to: UInt8.self).baseAddress, length,
            output.bindMemory(to: UInt8.self).baseAddress, UInt32(clamping: output.count)))
    guard size >= 0 else { throw LaneBroken() }
    guard size <= output.count else { return .needs(size) }
    guard var parts = Parts(UnsafeRawBufferPointer(rebasing: output[..<size])) else {
        throw LaneBroken()
    }
    if let kind = parts.maybe() {
        throw Failure.Refused(
            fault: Fault(
                kind: kind, text: parts.text(), offset: parts.number(), line: parts.number(),
                column: parts.number(), parameter: parts.maybe(), number: parts.number(),
                group: parts.text()))
    }
    return .request(Request(&parts))
}

extension Request {
    fileprivate init(_ parts: inout Parts) {
        let outcome = Outcome(kind: parts.text(), status: parts.maybe(), code: parts.number())
        let mayResume = parts.maybe() != nil
        let leg = parts.text()
        let status = parts.maybe()
        let codes: (UInt16?, UInt16?) = (parts.number(), parts.number())
        let counts: (Int?, Int?) = (parts.number(), parts.number())
        let problems = parts.pairs(counts.0 ?? 0)
        let headers = parts.pairs(counts.1 ?? 0)
        self.init(
            params: parts.pairs(.max), sipHeaders: headers, problems: problems, leg: leg,
            referCallStatus: status, referSipResponseCode: codes.0,
            notifySipResponseCode: codes.1, outcome: outcome, mayResume: mayResume)
    }
}
