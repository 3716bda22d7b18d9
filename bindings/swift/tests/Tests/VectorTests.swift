// Every case of tests/vectors, through the package as users have it.

import Foundation
import Testing
import TwimlRefer

@Suite struct VectorTests {
    @Test func documents() throws {
        try run("documents") { one in
            let response = try document(one)
            #expect(response.xml == one["compact"] as? String)
            if let follows = one["follows"] {
                #expect(same(json(response.follows?.rawValue), follows))
            }
            if let pretty = one["pretty"] as? String {
                #expect(response.prettyXML == pretty)
            }
        }
    }

    @Test func reading() throws {
        try run("reading") { one in
            let response = try VoiceResponse(parsing: given(one, "xml"))
            if let compact = one["compact"] as? String {
                #expect(response.xml == compact)
            }
            if let expected = one["first_refer"] {
                let refer: Case? = response.firstRefer.map {
                    [
                        "sip": $0.target.description, "action": json($0.action),
                        "method": json($0.method?.rawValue),
                    ]
                }
                #expect(same(json(refer), expected))
            }
        }
    }

    @Test func diagnostics() throws {
        try run("diagnostics") { one in
            let found =
                if one["verbs"] == nil {
                    try VoiceResponse.check(xml: given(one, "xml")).map(said)
                } else {
                    try document(one).check().map(said)
                }
            let expected = try #require(one["found"])
            #expect(same(found, expected), "\(one["name"] ?? ""): \(found)")
        }
    }

    @Test func sipUris() throws {
        try run("sip-uris") { one in
            if let value = one["refer_to"] as? String {
                let (kind, text) =
                    switch ReferTarget(value) {
                    case .sip(let uri): ("sip", uri.description)
                    case .tel(let text): ("tel", text)
                    case .other(let text): ("other", text)
                    }
                #expect([kind, text] == one["target"] as? [String])
                return
            }
            if let parts = one["build"] as? Case {
                let built = try SipUri(
                    host: text(parts, "host"), user: parts["user"] as? String,
                    password: parts["password"] as? String, port: parts["port"] as? Int,
                    parameters: (parts["params"] as? [[Any]] ?? []).map {
                        .init($0[0] as? String ?? "", $0[1] as? String)
                    })
                #expect(built.description == one["uri"] as? String)
                return
            }
            let uri = try SipUri(text(one, "uri"))
            #expect(uri.description == text(one, "uri"))
            if let parts = one["parts"] as? Case {
                let all: Case = [
                    "scheme": uri.scheme, "user": json(uri.user), "password": json(uri.password),
                    "host": uri.host, "port": json(uri.port), "headers": json(uri.headers),
                    "params": uri.parameters.map { [$0.name, json($0.value)] },
                ]
                #expect(same(all.filter { parts.keys.contains($0.key) }, parts), "\(uri)")
            }
            if let equivalent = one["equivalent"] as? Bool {
                #expect(uri.isEquivalent(to: try SipUri(text(one, "other"))) == equivalent)
            }
            if let header = one["header"] as? [String] {
                let added = try uri.with(header: header[0], header[1])
                #expect(added.description == one["with_header"] as? String)
            }
        }
    }

    @Test func userToUser() throws {
        try run("user-to-user") { one in
            if one["bytes_hex"] != nil {
                let value = try UserToUser(bytes: given(one, "bytes"))
                #expect(value.description == one["value"] as? String)
                #expect(value.bytes == given(one, "bytes"))
                return
            }
            if let list = one["list"] as? String {
                let uri = try SipUri("sip:a@b", headers: ["User-to-User": list])
                for values in [try uri.userToUsers, try UserToUser.list(parsing: list)] {
                    #expect(values.map(\.description) == one["values"] as? [String])
                }
                return
            }
            let value = try UserToUser(parsing: text(one, "value"))
            #expect(value.description == text(one, "value"))
            #expect(value.data == one["data"] as? String)
            #expect(value.encoding == one["encoding"] as? String)
            #expect(value.purpose == one["purpose"] as? String)
            #expect(value.content == one["content"] as? String)
        }
    }

    @Test func callbacks() throws {
        try run("callbacks") { one in
            let request = try VoiceRequest(form: given(one, "form"))
            // Either way into the library gives the same.
            #expect(try VoiceRequest(parameters: request.parameters) == request)
            let expected = try #require(one["outcome"])
            let outcome = (expected as? Case)?.filter { $0.key != "may_resume" }
            #expect(same(json(request.outcome.map(said)), json(outcome)))
            if let mayResume = (expected as? Case)?["may_resume"] as? Bool {
                #expect(request.mayResume == mayResume)
            }
            if let leg = one["leg"] as? String {
                #expect(request.leg.rawValue == leg)
            }
            if let params = one["params"] {
                #expect(same(json(request.parameters), params))
            }
            if let headers = one["sip_headers"] {
                #expect(same(json(request.sipHeaders), headers))
            }
            for (getter, value) in one["typed"] as? Case ?? [:] {
                #expect(same(typed(getter, of: request), value), "\(getter)")
            }
            let diagnostics = request.diagnostics.map {
                [
                    "code": $0.code.rawValue, "severity": $0.severity.rawValue,
                    "parameter": json($0.parameter), "message": $0.message,
                ]
            }
            #expect(same(diagnostics, one["diagnostics"] ?? []))
        }
    }

    @Test func signatures() throws {
        try run("signatures") { one in
            let validator = try validator(of: one)
            let (url, signature) = (text(one, "url"), one["signature"] as? String)
            let valid = try #require(one["valid"] as? Bool)
            if let body = one["raw_body"] as? String {
                #expect(
                    validator.validate(url: url, rawBody: body.utf8, signature: signature) == valid)
                return
            }
            let params = pairs(one["params"])
            #expect(validator.validate(url: url, parameters: params, signature: signature) == valid)
            let form = try VoiceRequest(parameters: params).form()
            let method = method(of: one)
            var ways = [{ try validator.verify(method, url: url, body: form, signature: signature) }]
            if method == .post {
                ways.append { try validator.verify(url: url, parameters: params, signature: signature) }
            }
            let isMissing = (signature ?? "").isEmpty
            for verify in ways {
                let kind = Result(catching: verify).failed?.kind
                #expect(kind == (valid ? nil : isMissing ? .signatureMissing : .signatureMismatch))
            }
            if one["signs"] as? Bool == true {
                #expect(try validator.sign(url: url, parameters: params) == signature)
                #expect(try validator.sign(url: url, form: form.utf8) == signature)
            }
        }
    }

    @Test func requests() throws {
        try run("requests") { one in
            let validator = try validator(of: one)
            let (url, signature) = (text(one, "url"), one["signature"] as? String)
            let request = try validator.verify(
                method(of: one), url: url, body: given(one, "body"), signature: signature)
            let params = try #require(one["params"])
            #expect(same(json(request.parameters), params))
        }
    }

    @Test func httpRequests() throws {
        try run("http-requests") { one in
            let origins: [String: HttpVerifier.Origin] = [
                "public-base": .publicBase, "forwarded": .forwarded, "host-https": .hostHttps,
                "host-http": .hostHttp,
            ]
            let origin = try #require(origins[one["origin"] as? String ?? "public-base"])
            let methods: [String: HttpVerifier.AllowedMethods] = [
                "post": .post, "get": .get, "get-and-post": .getAndPost,
            ]
            let allowed = try #require(methods[one["allowed_methods"] as? String ?? "post"])
            func verifier(_ log: @escaping @Sendable (String) -> Void) throws -> HttpVerifier {
                try HttpVerifier(
                    validator(of: one), origin: origin, allowedMethods: allowed,
                    lostQuestionMark: one["lost_question_mark"] as? Bool ?? false, log: log)
            }
            let (lines, first) = (Lines(), try verifier { _ in })
            let (method, target, body) = (text(one, "method"), text(one, "target"), given(one, "body"))
            let headers = pairs(one["headers"]).map { (name: $0.name, value: $0.value) }
            if let sid = one["account_sid"] {
                #expect(same(json(claimedAccountSid(method: method, target: target, body: body)), sid))
            }
            let (status, head) = (try #require(one["status"] as? Int), one["head"] as? Int ?? 200)
            let checked = Result { try first.checkHead(method: method, target: target, headers: headers) }
            #expect(checked.rejected?.status ?? 200 == head)
            let second = try verifier { lines.add($0) }
            let verified = Result {
                try second.verify(method: method, target: target, headers: headers, body: body)
            }
            #expect(verified.rejected?.status ?? 200 == status)
            #expect(same(json(verified.rejected?.allow), one["allow"] ?? NSNull()))
            #expect(lines.all.map { $0.hasPrefix("\(status) to ") } == (status == 200 ? [] : [true]))
            if let params = one["params"] {
                #expect(same(json(try verified.get().parameters), params))
            }
        }
    }

    @Test func rawBodies() throws {
        try run("raw-bodies") { one in
            let validator = try validator(of: one)
            let (body, signature) = (given(one, "raw_body"), try #require(one["signature"] as? String))
            let url = try RequestValidator.url(text(one, "url"), withHashOf: body)
            #expect(url == one["url_with_hash"] as? String)
            #expect(try validator.sign(url: url, rawBody: body) == signature)
            #expect(validator.validate(url: url, rawBody: body, signature: signature))
            #expect(!validator.validate(url: url, rawBody: body + [0], signature: signature))
        }
    }

    @Test func rest() throws {
        try run("rest") { one in
            let method = (one["url_method"] as? String).map(RequestMethod.init)
            let source: CallSource =
                if let url = one["url"] as? String {
                    .url(url, method: method)
                } else {
                    .twiml(try VoiceResponse(parsing: text(one, "twiml")))
                }
            let (account, base) = (text(one, "account"), one["base"] as? String)
            let request =
                if one["call"] == nil {
                    try RestRequest.callCreate(
                        accountSid: account, to: try SipUri(text(one, "to")),
                        from: text(one, "from"), source: source, base: base)
                } else {
                    try RestRequest.callUpdate(
                        accountSid: account, callSid: text(one, "call"), source: source, base: base)
                }
            #expect(request.method == one["method"] as? String)
            #expect(request.url == one["request_url"] as? String)
            let body = URLComponents(
                string: "?" + request.body.replacing("+", with: "%20"))?.queryItems
            #expect(same((body ?? []).map { [$0.name, $0.value ?? ""] }, json(one["body"])))
        }
    }

    @Test func savedTransfers() throws {
        try run("saved-transfers") { one in
            let transfer = try Transfer(restoring: given(one, "saved"))
            #expect(transfer.state.rawValue == one["state"] as? String)
            #expect(transfer.deadlineMilliseconds == one["deadline"] as? Int)
            #expect(transfer.referTo == one["refer_to"] as? String)
            #expect(transfer.save() == given(one, "saved"))
        }
    }
}

extension Result where Failure == any Error {
    /// The error that was thrown, if it is of the library.
    var failed: TwimlReferError? {
        if case .failure(let error as TwimlReferError) = self { error } else { nil }
    }
}

extension Result where Failure == any Error {
    var rejected: HttpRejection? {
        if case .failure(let rejection as HttpRejection) = self { rejection } else { nil }
    }
}

private func validator(of one: Case) throws -> RequestValidator {
    try RequestValidator(
        tokens: try #require(one["secrets"] as? [String]), publicBase: one["public_base"] as? String,
        algorithm: one["algorithm"] as? String == "sha256" ? .sha256 : .sha1,
        maxBodyBytes: one["max_body_bytes"] as? Int)
}

private func method(of one: Case) -> RequestMethod {
    RequestMethod(rawValue: one["method"] as? String ?? "POST")
}

/// Builds the document of a case.
private func document(_ one: Case) throws -> VoiceResponse {
    let verbs = try #require(one["verbs"] as? [Case])
    return try VoiceResponse(
        nodes: verbs.flatMap { verb in
            Array(repeating: try node(verb), count: verb["times"] as? Int ?? 1)
        })
}

private func node(_ verb: Case) throws -> TwimlNode {
    if let element = verb["element"] as? Case {
        let last = built(element)
        return (1..<(verb["levels"] as? Int ?? 1)).reduce(last) { inner, _ in
            TwimlElement(last.name, children: [inner.node])
        }.node
    }
    let refer = try #require(verb["refer"] as? Case)
    let method = (refer["method"] as? String).map(RequestMethod.init)
    let target = try SipUri(text(refer, "sip"))
    let verb = try Refer(to: target, action: refer["action"] as? String, method: method)
    #expect(try Refer(verb.element) == verb)
    return verb.node
}

private func built(_ element: Case) -> TwimlElement {
    TwimlElement(text(element, "name"), pairs(element["attributes"])) {
        if let text = element["text"] as? String, !text.isEmpty {
            text
        }
        for child in element["children"] as? [Case] ?? [] {
            built(child)
        }
    }
}

func said(_ found: Diagnostic) -> Case {
    [
        "code": found.code.rawValue, "severity": found.severity.rawValue, "number": json(found.number),
        "path": found.path, "message": found.message,
    ]
}

func said(_ outcome: ReferOutcome) -> Case {
    let (status, code): (String?, Int?) =
        switch outcome {
        case .rejected(let code): (nil, code)
        case .targetFailed(let status, let code): (status.rawValue, code)
        case .unknown(let status): (status.rawValue, nil)
        case .transferred, .canceled, .unconfirmed: (nil, nil)
        }
    return ["kind": outcome.kind, "status": json(status), "code": json(code)]
}
