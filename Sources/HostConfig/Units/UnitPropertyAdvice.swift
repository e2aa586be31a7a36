// SPDX-License-Identifier: Apache-2.0

/// What `unit` of a service takes, asked for one property.
public enum UnitPropertyAdvice {
    /// What is wrong with `name = line` there, in words; nil for what is right.
    public static func complaint(about name: String, _ line: String) -> String? {
        guard let format = UnitTable.formats[name] else { return UnitSettingReader.complaint(about: name) }
        do throws(ValueError) {
            return try format.read(name, line) == nil ? "write \(format.hint)" : nil
        } catch {
            return error.message
        }
    }
}
