// Documents: built, written, read back, checked.

import Foundation
internal import TwimlReferBridge

/// The document that an app answers Twilio with: valid, as there is no other. It prints itself.
///
/// ```swift
/// let response = try VoiceResponse {
///     Say("Connecting you.")
///     Refer(to: try SipUri("sip:alice@example.com"), action: "/handleRefer")
/// }
/// print(response.check().count)  // 0
/// print(response.prettyXML.split(separator: "\n").count)  // 7
/// ```
public struct VoiceResponse: Sendable, Hashable {
    /// The attributes of `<Response>`.
    public let attributes: Fields
    /// What stands in `<Response>`, in its order.
    public let nodes: [Node]
    /// The document in one line.
    public let xml: String

    /// Makes a document of what stands in the closure.
    ///
    /// - Throws: an error of the category `document` where a name, a character, an action or a method cannot
    ///   stand in a document.
    public init(@DocumentBuilder content: () -> [Node]) throws(TwimlReferError) {
        try self.init(nodes: content())
    }

    /// Makes a document of what stands in the closure; throws what the closure throws, too.
    public init(@DocumentBuilder content: () throws -> [Node]) throws {
        try self.init(nodes: content())
    }

    /// Makes a document of these parts; throws as with a closure.
    public init(attributes: Fields = [:], nodes: [Node] = []) throws(TwimlReferError) {
        self.attributes = attributes
        self.nodes = nodes
        let (document, size) = pieces(attributes, nodes)
        xml = try call(size) { try documentRender(document: document, pretty: false) }
    }

    /// Reads a document.
    ///
    /// - Throws: an error of the category `document`, with line and column.
    public init(parsing xml: String) throws(TwimlReferError) {
        try self.init(parsing: xml.utf8)
    }

    /// Reads a document, in UTF-8.
    public init(parsing xml: some Sequence<UInt8>) throws(TwimlReferError) {
        let data = try copied(xml)
        let document = try call(data.count) { try documentParse(xml: data) }
        try self.init(attributes: Fields(document.attributes), nodes: tree(document.pieces))
    }

    /// Reads a document and tells its faults, with lines and columns.
    ///
    /// ```swift
    /// let found = try VoiceResponse.check(xml: "<Response>\n  <Refer/>\n</Response>")
    /// print(found[0].code, found[0].line!, found[0].column!)  // target-missing 2 3
    /// ```
    public static func check(xml: String) throws(TwimlReferError) -> [Diagnostic] {
        try check(xml: xml.utf8)
    }

    /// Reads a document, in UTF-8, and tells its faults.
    public static func check(xml: some Sequence<UInt8>) throws(TwimlReferError) -> [Diagnostic] {
        let data = try copied(xml)
        return try call(data.count) { try documentCheck(xml: data) }.map(Diagnostic.init)
    }

    /// What Twilio will refuse, drop or never run.
    public func check() -> [Diagnostic] {
        settled { try documentCheckBuilt(document: document) }.map(Diagnostic.init)
    }

    /// The document in lines, indented by four spaces.
    public var prettyXML: String {
        settled { try documentRender(document: document, pretty: true) }
    }

    /// What comes after the first ``Refer``.
    public enum Follows: String, Sendable, Hashable {
        /// Its action is asked for a document.
        case action
        /// There is no action: the next verb runs.
        case nextVerb = "next-verb"
        /// Nothing follows: the call ends.
        case hangup
    }

    /// What comes after the first ``Refer``; `nil` if there is none.
    public var follows: Follows? {
        settled { try documentFollows(document: document) }.flatMap(Follows.init)
    }

    private var document: Document { pieces(attributes, nodes).document }
}

extension VoiceResponse: CustomStringConvertible {
    public var description: String { xml }
}

/// More elements than a document may have: it need not be taken apart further to be refused.
private let tooMany = 50_000

/// The parts in a flat list, and what they take in the bridge.
private func pieces(_ attributes: Fields, _ nodes: [Node]) -> (document: Document, size: Int) {
    var pieces: [Piece] = []
    var size = attributes.size
    var elements = 0
    // Not by recursion; nil closes an element.
    var stack: [Node?] = nodes.reversed()
    while let next = stack.popLast(), elements < tooMany {
        size += textOverhead
        switch next {
        case .element(let element):
            elements += 1
            size += element.name.size + element.attributes.size
            pieces.append(.open(name: element.name, attributes: element.attributes.pairs))
            stack.append(nil)
            stack.append(contentsOf: element.children.reversed())
        case .refer(let refer):
            let (target, method) = (refer.target.description, refer.method?.rawValue)
            size += target.size + refer.action.size + method.size
            pieces.append(.refer(target: target, action: refer.action, method: method))
        case .text(let text):
            size += text.size
            pieces.append(.text(content: text))
        case .comment(let text):
            size += text.size
            pieces.append(.comment(content: text))
        case nil:
            pieces.append(.close)
        }
    }
    return (Document(attributes: attributes.pairs, pieces: pieces), size)
}

/// The nodes of a list that the library made.
private func tree(_ pieces: [Piece]) -> [Node] {
    var levels: [[Node]] = [[]]
    var opened: [(name: String, attributes: Fields)] = []
    for piece in pieces {
        let node: Node
        switch piece {
        case .open(let name, let attributes):
            opened.append((name, Fields(attributes)))
            levels.append([])
            continue
        case .close:
            guard let (name, attributes) = opened.popLast(), let children = levels.popLast() else {
                continue
            }
            node = .element(Element(name, attributes, children: children))
        case .refer(let target, let action, let method):
            let uri = settled { try SipUri(target) }
            node = .refer(Refer(to: uri, action: action, method: method.map(Method.init)))
        case .text(let text):
            node = .text(text)
        case .comment(let text):
            node = .comment(text)
        }
        levels[levels.count - 1].append(node)
    }
    return levels[0]
}
