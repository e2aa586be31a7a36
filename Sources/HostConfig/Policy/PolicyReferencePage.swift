// SPDX-License-Identifier: Apache-2.0

/// The reference of the keys of models.toml as Markdown, for docs/models.md.
public enum PolicyReferencePage {
    /// What stands above the reference in that file, so that everything below is made again.
    public static let mark = "<!-- Below here is what `hostd --reference-models` prints: `make docs` writes it. -->\n"

    /// Every key, with its default as `value`.
    public static let keys: [KeyDescription] = PolicySection.section.describe("", PolicySection.section.empty)

    /// One table of keys for each table of the file.
    public static let text = KeyTables(keys: keys, repeated: ["apply"]).text
}
