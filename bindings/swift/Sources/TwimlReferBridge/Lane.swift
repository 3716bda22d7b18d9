// The jobs that bring a request of the platform, by the lane: the generated code reads such a record in
// twice the time that everything else takes. What comes back, and what is thrown, is of the generated
// types. No rule lives here.

import CTwimlRefer

/// What a validator was told, as every frame of verifying begins.
public struct LaneSecrets: Sendable {
    let frame: Frame

    public init(_ secrets: Secrets) {
        var frame = Frame()
        frame.put(secrets.publicBase)
        frame.put(secrets.sha256 ? "" : nil)
        frame.put(secrets.encodedSpellings ? "" : nil)
        frame.put(secrets.maxBodyBytes.map(String.init))
        frame.put(String(secrets.secrets.count))
        secrets.secrets.forEach { frame.put($0) }
        self.frame = frame
    }
}

/// The same as `requestVerify` with a form.
public func laneVerify(
    secrets: LaneSecrets, url: String, body: UnsafeBufferPointer<UInt8>, signature: String?
) throws -> Request {
    var frame = secrets.frame
    frame.reserve(3, url.utf8.count + (signature?.utf8.count ?? 0) + body.count)
    frame.put(url)
    frame.put(signature)
    frame.put(body)
    return try request(Job.verify, frame)
}

/// The same as `requestVerify` with pairs.
public func laneVerify(
    secrets: LaneSecrets, url: String, pairs: some Sequence<(name: String, value: String)>,
    signature: String?
) throws -> Request {
    var frame = secrets.frame
    frame.put(url)
    frame.put(signature)
    frame.put(nil)
    frame.put(pairs)
    return try request(Job.verify, frame)
}

/// The same as `requestFromForm`.
public func laneRequest(form: UnsafeBufferPointer<UInt8>, maxBytes: UInt64?) throws -> Request {
    var frame = Frame()
    frame.put(maxBytes.map(String.init))
    frame.put(form)
    return try request(Job.fromForm, frame)
}

/// The same as `requestFromPairs`.
public func laneRequest(
    pairs: some Sequence<(name: String, value: String)>, maxBytes: UInt64?
) throws -> Request {
    var frame = Frame()
    frame.put(maxBytes.map(String.init))
    frame.put(pairs)
    return try request(Job.fromPairs, frame)
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
    guard let length = UInt32(exactly: frame.size) else { throw LaneBroken() }
    return try withUnsafeTemporaryAllocation(byteCount: frame.size, alignment: 4) { place in
        frame.write(to: place)
        let input = place.assumingMemoryBound(to: UInt8.self)
        let short: Answer = try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: small) {
            try answer(job, input.baseAddress, length, $0)
        }
        switch short {
        case .request(let request):
            return request
        case .needs(let size):
            let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
            defer { buffer.deallocate() }
            guard case .request(let request) = try answer(job, input.baseAddress, length, buffer) else {
                throw LaneBroken()
            }
            return request
        }
    }
}

private enum Answer {
    case request(Request)
    case needs(Int)
}

private func answer(
    _ job: UInt32, _ input: UnsafePointer<UInt8>?, _ length: UInt32,
    _ output: UnsafeMutableBufferPointer<UInt8>
) throws -> Answer {
    let size = Int(
        twiml_refer_lane(
            job, input, length, output.baseAddress, UInt32(clamping: output.count)))
    guard size >= 0 else { throw LaneBroken() }
    guard size <= output.count else { return .needs(size) }
    var parts = Parts(UnsafeRawBufferPointer(start: output.baseAddress, count: size))
    if let kind = parts.maybe() {
        throw Failure.Refused(
            fault: Fault(
                kind: kind, text: parts.text(), offset: parts.number(), line: parts.number(),
                column: parts.number(), parameter: parts.maybe(), number: parts.number()))
    }
    return .request(Request(&parts))
}

extension Request {
    fileprivate init(_ parts: inout Parts) {
        let outcome = Outcome(kind: parts.text(), status: parts.maybe(), code: parts.number())
        let mayResume = parts.isSet()
        let leg = parts.text()
        let status = parts.maybe()
        let codes: (UInt16?, UInt16?) = (parts.number(), parts.number())
        let counts: (Int?, Int?) = (parts.number(), parts.number())
        var texts = Texts(&parts)
        let problems = texts.pairs(counts.0 ?? 0)
        let headers = texts.pairs(counts.1 ?? 0)
        self.init(
            params: texts.pairs(.max), sipHeaders: headers, problems: problems, leg: leg,
            referCallStatus: status, referSipResponseCode: codes.0,
            notifySipResponseCode: codes.1, outcome: outcome, mayResume: mayResume)
    }
}

extension Texts {
    /// The next pairs, at most so many.
    fileprivate mutating func pairs(_ most: Int) -> [Pair] {
        var pairs: [Pair] = []
        pairs.reserveCapacity(min(most, usual))
        while pairs.count < most, let name = next(), let value = next() {
            pairs.append(Pair(name: name, value: value))
        }
        return pairs
    }
}

/// Parameters of an ordinary request, and some more.
private let usual = 32
