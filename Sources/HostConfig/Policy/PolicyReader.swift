// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Who uses a tier of the policy.
public struct TierUse: Hashable, Sendable {
    /// The tier.
    public var tier: String
    /// `service` or `kind`.
    public var noun: String
    /// The name of the service or the kind.
    public var name: String

    /// The service or the kind `name` uses `tier`.
    public init(tier: String, noun: String, name: String) {
        self.tier = tier
        self.noun = noun
        self.name = name
    }
}

/// Reads models.toml and the files that it includes.
public enum PolicyReader {
    /// A policy may have so many files.
    public static let fileLimit = 16
    /// A policy may have so many tiers.
    public static let tierLimit = 64
    /// A policy may have so many prices.
    public static let priceLimit = 512

    /// Reads models.toml, the first file, and those that it includes, in their order: what a later one says of a tier
    /// or a price goes before what an earlier one says, key by key. `usedTiers` are those that services and kinds name:
    /// none of them may be without a model.
    ///
    /// Fails with everything that is wrong; an empty file is wrong too, and never an empty policy.
    public static func read(
        files: [ConfigurationFile], usedTiers: [TierUse] = []
    ) -> Result<ModelPolicy, ConfigurationErrors> {
        var checking = Checking()
        var draft = PolicySection.section.empty
        var isComplete = true
        for (index, file) in files.enumerated() {
            do throws(TomlDocument.Failure) {
                PolicySection.section.apply(try tree(of: file, index), to: &draft, &checking)
            } catch {
                isComplete = false
                checking.report(error)
            }
        }
        if let place = checking.place(of: "include"), place.file > 0 {
            checking.report("stands in a file that is itself included (name all files in the first)", at: place)
        }
        let policy = PolicyRules(draft: draft, isComplete: isComplete, uses: usedTiers).policy(&checking)
        if let errors = checking.errors(fileName: { files.indices.contains($0) ? files[$0].path : "" }) {
            return .failure(errors)
        }
        return .success(policy)
    }

    /// The files that models.toml includes, as they are written; fails where it is no TOML, or what stands there is
    /// wrong.
    public static func includes(of file: ConfigurationFile) -> Result<[String], ConfigurationErrors> {
        var checking = Checking()
        var files: [String] = []
        do throws(TomlDocument.Failure) {
            if case .table(let entries) = try tree(of: file, 0).value,
                let node = entries.first(where: { $0.key == "include" })?.node
            {
                checking.inside("include") { checking in
                    files = ValueType.list(of: .verbatim, "files", atMost: fileLimit).read(node, &checking) ?? []
                }
            }
        } catch {
            checking.report(error)
        }
        if let errors = checking.errors(fileName: { _ in file.path }) { return .failure(errors) }
        return .success(files)
    }

    private static func tree(of file: ConfigurationFile, _ index: Int) throws(TomlDocument.Failure) -> TomlNode {
        let start = Place(file: index, line: 1, column: 1)
        guard index <= fileLimit else {
            throw TomlDocument.Failure(
                place: start, message: "this is file \(index + 1) of the policy (at most \(fileLimit + 1))")
        }
        let root = try TomlDocument.parse(file.bytes, file: index)
        if case .table(let entries) = root.value, entries.isEmpty {
            throw TomlDocument.Failure(
                place: start, message: "says nothing (write the policy, beginning with [tier.agent])")
        }
        return root
    }
}
