// SPDX-License-Identifier: Apache-2.0

/// What is known while the files are checked: where we are, what stood where, what was wrong.
struct Checking {
    private var path: [String] = []
    private var places: [String: Place] = [:]
    private var found: [(place: Place, message: String)] = []
    private var omitted = 0
    /// What `${…}` stands for in the service at hand, by name.
    var variables: [String: String] = [:]
    /// The variables of jobs stay as they are written, and `$$` too: they are filled in at each launch.
    private(set) var keepsJobVariables = false

    /// So many errors were reported, kept or not.
    var errorCount: Int { found.count + omitted }

    /// The dotted path of the key at hand.
    var currentPath: String { path.joined(separator: ".") }

    /// True when further errors are only counted: nobody needs to think about their text.
    var isFull: Bool { found.count >= ConfigurationErrors.limit }

    /// Checks something below the key `segment`.
    mutating func inside<Result>(_ segment: String, _ body: (inout Checking) -> Result) -> Result {
        path.append(shownKey(segment))
        defer { path.removeLast() }
        return body(&self)
    }

    /// Checks something whose variables are filled in when a job is launched.
    mutating func keepingJobVariables<Result>(_ body: (inout Checking) -> Result) -> Result {
        keepsJobVariables = true
        defer { keepsJobVariables = false }
        return body(&self)
    }

    /// Notes where the key at hand, or `item` of it, has its value, for rules that concern several keys.
    mutating func note(_ place: Place, item: Int? = nil) {
        places[item.map { "\(currentPath)[\($0)]" } ?? currentPath] = place
    }

    /// Where the value of `path` stands; nil when no file gives it.
    func place(of path: String) -> Place? { places[path] }

    /// Forgets what stands below the key at hand: something took it back.
    mutating func forgetBelow() {
        let prefix = currentPath + "."
        places = places.filter { !$0.key.hasPrefix(prefix) }
    }

    /// Reports what is wrong with the key at hand.
    mutating func report(_ message: @autoclosure () -> String, at place: Place) {
        report(path: currentPath, message(), at: place)
    }

    /// Reports what is wrong with the key `path`, at the place that was noted for it or for the nearest key above.
    mutating func report(path: String, item: Int? = nil, _ message: @autoclosure () -> String) {
        let known = item.flatMap { places["\(path)[\($0)]"] }
        report(path: path, message(), at: known ?? nearestPlace(of: path))
    }

    /// Reports what is wrong with a file as a whole.
    mutating func report(_ failure: TomlDocument.Failure) {
        report(path: "", failure.message, at: failure.place)
    }

    /// Reports what is wrong with the key `path`, at a place.
    mutating func report(path: String, _ message: @autoclosure () -> String, at place: Place) {
        guard !isFull else {
            omitted += 1
            return
        }
        found.append((place, path.isEmpty ? message() : path + ": " + message()))
    }

    private func nearestPlace(of path: String) -> Place {
        var rest = path[...]
        while true {
            if let place = places[String(rest)] { return place }
            guard let dot = rest.lastIndex(of: ".") else { return Place(file: 0, line: 1, column: 1) }
            rest = rest[..<dot]
        }
    }

    /// All errors, sorted by place, with the names of the files; nil when there are none.
    func errors(fileName: (Int) -> String) -> ConfigurationErrors? {
        guard !found.isEmpty else { return nil }
        let errors = found.sorted { ($0.place, $0.message) < ($1.place, $1.message) }.map { place, message in
            ConfigurationError(
                file: fileName(place.file), line: place.line, column: place.column,
                message: message)
        }
        return ConfigurationErrors(errors: errors, omitted: omitted)
    }
}
