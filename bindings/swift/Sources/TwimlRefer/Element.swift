// The nodes of a document: elements of any name, text, comments.

internal import TwimlReferBridge

/// Anything that can be written in a document: a verb, ``Refer``, a ``TwimlElement`` or a ``TwimlNode``.
public protocol TwimlContent: Sendable {
    var node: TwimlNode { get }
}

/// A node of a document. It is checked when a ``VoiceResponse`` is made of it.
public enum TwimlNode: TwimlContent, Hashable {
    /// A verb or noun.
    case element(TwimlElement)
    /// Text, before it is escaped.
    case text(String)
    /// A comment, without `<!--` and `-->`.
    case comment(String)

    public var node: TwimlNode { self }
}

/// Any verb or noun.
///
/// ```swift
/// let response = try VoiceResponse {
///     TwimlElement("Dial", ["timeout": "10"]) {
///         TwimlElement("Sip", text: "sip:bob@example.com")
///     }
/// }
/// print(response.nodes.count)  // 1
/// ```
public struct TwimlElement: TwimlContent {
    /// The name as spelled in the document: `Say`.
    public let name: String
    /// The attributes, in their order.
    public let attributes: NameValuePairs
    private let content: Content

    /// Makes an element with these children.
    public init(_ name: String, _ attributes: NameValuePairs = [:], children: [TwimlNode] = []) {
        self.name = name
        self.attributes = attributes
        content = Content(children)
    }

    /// Makes an element with text.
    public init(_ name: String, _ attributes: NameValuePairs = [:], text: String) {
        self.init(name, attributes, children: text.isEmpty ? [] : [.text(text)])
    }

    /// Makes an element with the nodes of the closure; throws what that throws.
    public init<Failure>(
        _ name: String, _ attributes: NameValuePairs = [:],
        @TwimlBuilder content: () throws(Failure) -> [TwimlNode]
    ) throws(Failure) {
        try self.init(name, attributes, children: content())
    }

    public var node: TwimlNode { .element(self) }

    /// The nodes in it, in their order.
    public var children: [TwimlNode] { content.nodes }

    /// The text directly in it.
    public var text: String {
        children.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    }

    /// The bytes that it takes in the bridge, with everything in it.
    fileprivate var size: Int { saturating(content.size, name.size + attributes.size + overhead) }

    /// The nodes of an element, whose release is a loop: a deep tree does not overflow the stack.
    private final class Content: @unchecked Sendable {
        let size: Int
        // Changed only by `deinit`, when nobody else has it.
        private(set) var nodes: [TwimlNode]

        init(_ nodes: [TwimlNode]) {
            self.nodes = nodes
            size = nodes.reduce(0) { saturating($0, $1.size) }
        }

        deinit {
            var released = takeNodes()
            while var next = released.popLast() {
                if isKnownUniquelyReferenced(&next) {
                    released += next.takeNodes()
                }
            }
        }

        private func takeNodes() -> [Content] {
            defer { nodes = [] }
            return nodes.compactMap { if case .element(let element) = $0 { element.content } else { nil } }
        }
    }
}

// Not by recursion, as a tree may be deep.
extension TwimlElement: Hashable {
    public static func == (one: TwimlElement, other: TwimlElement) -> Bool {
        one.content === other.content && one.name == other.name && one.attributes == other.attributes
            || pieces([one.node]) == pieces([other.node])
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(pieces([node]))
    }
}

extension TwimlElement: CustomStringConvertible, CustomReflectable {
    public var description: String { "<\(name)> with \(children.count) nodes" }

    public var customMirror: Mirror { Mirror(self, children: ["element": description]) }
}

/// Collects the nodes of a document; a `String` is text.
@resultBuilder
public enum TwimlBuilder {
    public static func buildExpression(_ content: some TwimlContent) -> [TwimlNode] { [content.node] }
    public static func buildExpression(_ nodes: [TwimlNode]) -> [TwimlNode] { nodes }
    public static func buildExpression(_ text: String) -> [TwimlNode] { [.text(text)] }
    public static func buildBlock(_ nodes: [TwimlNode]...) -> [TwimlNode] { Array(nodes.joined()) }
    public static func buildOptional(_ nodes: [TwimlNode]?) -> [TwimlNode] { nodes ?? [] }
    public static func buildEither(first nodes: [TwimlNode]) -> [TwimlNode] { nodes }
    public static func buildEither(second nodes: [TwimlNode]) -> [TwimlNode] { nodes }
    public static func buildArray(_ nodes: [[TwimlNode]]) -> [TwimlNode] { Array(nodes.joined()) }
    public static func buildLimitedAvailability(_ nodes: [TwimlNode]) -> [TwimlNode] { nodes }
}

extension TwimlNode {
    var size: Int {
        switch self {
        case .element(let element): element.size
        case .text(let text), .comment(let text): text.size
        }
    }

    /// Makes the nodes of pieces that the library returned.
    static func nodes(_ pieces: [Piece]) -> [TwimlNode] {
        var open: [(name: String, attributes: NameValuePairs, nodes: Int, children: [TwimlNode])] = []
        var nodes: [TwimlNode] = []
        for piece in pieces {
            var node: TwimlNode
            switch piece {
            case .element(let name, let attributes, let text, let count):
                let children = text.map { [TwimlNode.text($0)] } ?? []
                open.append((name, NameValuePairs(attributes), Int(count) + children.count, children))
                guard count == 0, let leaf = open.popLast() else { continue }
                node = .element(TwimlElement(leaf.name, leaf.attributes, children: leaf.children))
            case .text(let text): node = .text(text)
            case .comment(let text): node = .comment(text)
            }
            // An element is complete with its last node, and may be the last one of another.
            while let last = open.indices.last {
                open[last].children.append(node)
                guard open[last].children.count == open[last].nodes, let done = open.popLast() else { break }
                node = .element(TwimlElement(done.name, done.attributes, children: done.children))
            }
            if open.isEmpty {
                nodes.append(node)
            }
        }
        return nodes
    }
}

/// Makes the pieces of nodes, not by recursion.
func pieces(_ nodes: [TwimlNode]) -> [Piece] {
    var pieces: [Piece] = []
    var waiting: [TwimlNode] = nodes.reversed()
    while let node = waiting.popLast() {
        switch node {
        case .element(let element):
            var (children, text) = (element.children[...], String?.none)
            if case .text(let first)? = children.first {
                text = first
                children.removeFirst()
            }
            pieces.append(
                .element(
                    name: element.name, attributes: element.attributes.plain, text: text,
                    nodes: Int64(children.count)))
            waiting.append(contentsOf: children.reversed())
        case .text(let text): pieces.append(.text(text: text))
        case .comment(let text): pieces.append(.comment(text: text))
        }
    }
    return pieces
}

/// Adds two sizes. A part that occurs many times in a tree is counted each time, perhaps beyond 64 bits.
func saturating(_ one: Int, _ other: Int) -> Int {
    let (sum, isTooLarge) = one.addingReportingOverflow(other)
    return isTooLarge ? .max : sum
}
