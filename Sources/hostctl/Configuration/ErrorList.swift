// SPDX-License-Identifier: Apache-2.0

internal import HostConfig

/// What is wrong with the configuration, for people.
enum ErrorList {
    /// One error a line, its place first.
    static func show(_ errors: ConfigurationErrors, _ session: Session) {
        for error in errors.errors {
            let place = "\(error.file):\(error.line):\(error.column):"
            session.out.line("\(session.style.paint(place, .strong)) \(error.message)")
        }
        if errors.omitted > 0 { session.out.line("and \(errors.omitted) more") }
    }

    /// An error that hostd tells of, its place (`file:line:column:`) standing out.
    static func painted(_ error: String, _ style: Style) -> String {
        let place = error.prefix { $0 != " " }
        guard place.hasSuffix(":") else { return CleanText.of(error) }
        return style.paint(CleanText.of(String(place)), .strong) + CleanText.of(String(error[place.endIndex...]))
    }
}
