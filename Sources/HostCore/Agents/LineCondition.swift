// SPDX-License-Identifier: Apache-2.0

/// Which lines are meant. All that is given must hold; of several values or texts one is enough.
public struct LineCondition: Hashable, Sendable {
    /// Values of one path.
    public struct Values: Hashable, Sendable {
        /// Where.
        public var path: FieldPath
        /// One of these.
        public var values: [AgentScalar]

        /// One of `values` at `path`.
        public init(path: FieldPath, values: [AgentScalar]) {
            self.path = path
            self.values = values
        }
    }

    /// Texts within the value of one path.
    public struct Texts: Hashable, Sendable {
        /// Where.
        public var path: FieldPath
        /// One of these is in it.
        public var texts: [TextNeedle]

        /// One of `texts` in the value at `path`.
        public init(path: FieldPath, texts: [TextNeedle]) {
            self.path = path
            self.texts = texts
        }
    }

    /// These JSON values are there.
    public var when: [Values]
    /// None of these is.
    public var unless: [Values]
    /// These JSON values have these texts in them.
    public var contains: [Texts]
    /// A line that is no JSON has one of these in it.
    public var text: [TextNeedle]
    /// A line that is no JSON begins with one of these.
    public var begins: [TextNeedle]

    /// A condition of the given parts.
    public init(
        when: [Values] = [], unless: [Values] = [], contains: [Texts] = [], text: [TextNeedle] = [],
        begins: [TextNeedle] = []
    ) {
        self.when = when
        self.unless = unless
        self.contains = contains
        self.text = text
        self.begins = begins
    }

    /// It asks for a JSON value.
    public var wantsFields: Bool { !when.isEmpty || !contains.isEmpty }

    /// It asks for a line that is none.
    public var wantsText: Bool { !text.isEmpty || !begins.isEmpty }

    /// Whether `line` is meant. A condition without parts means none.
    func holds(for line: AgentLine) -> Bool {
        switch line {
        case .text(let text): wantsText && !wantsFields && holds(for: TextNeedle.folded(text))
        case .fields: wantsFields && !wantsText && fieldsHold(in: line)
        }
    }

    private func holds(for folded: [UInt8]) -> Bool {
        (text.isEmpty || text.contains { $0.isIn(folded) })
            && (begins.isEmpty || begins.contains { $0.begins(folded) })
    }

    private func fieldsHold(in line: AgentLine) -> Bool {
        guard case .fields(let fields) = line, when.allSatisfy({ line.has($0.values, at: $0.path) }),
            !unless.contains(where: { line.has($0.values, at: $0.path) })
        else { return false }
        return contains.allSatisfy { wanted in
            fields.contains { field in
                guard wanted.path.matches(field.path), case .text(let text) = field.value else { return false }
                let folded = TextNeedle.folded(text)
                return wanted.texts.contains { $0.isIn(folded) }
            }
        }
    }
}
