// SPDX-License-Identifier: Apache-2.0

extension AgentPreset {
    /// Every path of JSON that it looks at: of a line nothing else is needed.
    public var paths: Set<FieldPath> {
        var paths = session.condition.paths
        paths.formUnion([session.value].compactMap(\.self))
        for rule in lines {
            paths.formUnion(rule.condition.paths)
            paths.formUnion(rule.words + [rule.done, rule.total].compactMap(\.self))
        }
        for rule in tokens {
            paths.formUnion(rule.condition.paths)
            paths.formUnion(rule.input + rule.output + [rule.id].compactMap(\.self))
        }
        for rule in tools {
            paths.formUnion(rule.condition.paths)
            paths.formUnion((rule.calls + rule.failures).map(\.path))
        }
        for rule in failures {
            paths.formUnion(rule.condition.paths)
            paths.formUnion([rule.retryAfterAt].compactMap(\.self))
        }
        return paths
    }
}

extension LineCondition {
    fileprivate var paths: Set<FieldPath> { Set((when + unless).map(\.path) + contains.map(\.path)) }
}
