// Names and values in order: attributes, headers, parameters.

/// A name and a value. `print` and `dump` hide the value of `CallToken`.
public struct NameValuePair: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    public var description: String { NameValuePairs(pairs: [self]).redacted.joined() }

    public var customMirror: Mirror { Mirror(self, children: ["pair": description]) }
}

/// Names and values in their order; a name may occur more than once.
///
/// ```swift
/// var headers: NameValuePairs = ["X-AcctNumber": "123456", "X-Queue": "billing"]
/// headers.append(NameValuePair("X-Queue", "sales"))
/// print(headers["X-Queue"]!, headers.all(named: "X-Queue"), headers.count)  // billing ["billing", "sales"] 3
/// ```
public struct NameValuePairs: Sendable, Hashable {
    private var pairs: [NameValuePair]

    public init() {
        pairs = []
    }

    /// Takes names and values in an order, as those of `KeyValuePairs`.
    public init(_ pairs: some Sequence<(key: String, value: String)>) {
        self.pairs = pairs.map { NameValuePair($0.key, $0.value) }
    }

    /// Takes a dictionary, sorted by name: its own order changes from run to run.
    public init(_ pairs: [String: String]) {
        self.pairs = pairs.sorted { $0.key < $1.key }.map { NameValuePair($0.key, $0.value) }
    }

    init(pairs: [NameValuePair]) {
        self.pairs = pairs
    }

    /// The first value of this name, compared with case.
    public subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// Every value of this name, compared with case.
    public func all(named name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }
}

extension NameValuePairs: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    public var startIndex: Int { pairs.startIndex }
    public var endIndex: Int { pairs.endIndex }

    public subscript(index: Int) -> NameValuePair {
        get { pairs[index] }
        set { pairs[index] = newValue }
    }

    public mutating func append(_ pair: NameValuePair) {
        pairs.append(pair)
    }

    public mutating func replaceSubrange(
        _ range: Range<Int>, with new: some Collection<NameValuePair>
    ) {
        pairs.replaceSubrange(range, with: new)
    }
}

extension NameValuePairs: ExpressibleByDictionaryLiteral, CustomStringConvertible, CustomReflectable {
    public init(dictionaryLiteral elements: (String, String)...) {
        pairs = elements.map { NameValuePair($0.0, $0.1) }
    }

    public var description: String { "[\(redacted.joined(separator: ", "))]" }

    public var customMirror: Mirror {
        Mirror(self, unlabeledChildren: redacted, displayStyle: .collection)
    }
}
