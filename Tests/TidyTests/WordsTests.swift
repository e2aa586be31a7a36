// SPDX-License-Identifier: Apache-2.0

import Testing

/// Words that have no place in this code.
struct WordsTests {
    @Test func thereAreFilesToLookAt() {
        #expect(Repository.sources.count > 100)
        #expect(Repository.tests.count > 10)
    }

    @Test(arguments: ["Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch", "XCTest"])
    func nobodyImports(module: String) {
        let places = Repository.files.filter(\.isSwift).flatMap { file in
            file.places { $0.has(word: "import") && $0.has(word: module) }
        }
        #expect(places.isEmpty, "it costs megabytes or threads")
    }

    @Test(arguments: ["print", "debugPrint", "dump"]) func nobodyCalls(function: String) {
        let places = Repository.sources.flatMap { file in file.places { $0.calls(function) } }
        #expect(places.isEmpty, "it buffers, and a daemon's output goes to its log")
    }

    @Test(arguments: ["Task", "await", "async", "DispatchQueue"]) func oneThreadIsAllThereIs(word: String) {
        let places = Repository.sources.flatMap { file in file.places { $0.has(word: word) } }
        #expect(places.isEmpty, "a loop that runs for ever starves all jobs")
    }

    @Test func theUmaskIsSetOnlyAtAProgramsStart() {
        let places = Repository.files.filter(\.isSwift).flatMap { file in
            file.path.hasSuffix("HostLinux/TakenSignals.swift") ? [] : file.places { $0.calls("umask") }
        }
        #expect(places.isEmpty, "it belongs to all threads: two that set it and set it back leave the wrong one")
    }

    @Test func noTestWaitsForAChildThatIsNotItsOwn() {
        let places = Repository.tests.flatMap { file in file.places { $0.has(word: "processExitsWith") } }
        #expect(places.isEmpty, "an exit test spins for ever where another test's child has ended and is not reaped")
    }

    @Test func nothingIsForced() {
        let places = Repository.sources.flatMap { file in file.places(where: Self.forces) }
        #expect(places.isEmpty, "what cannot be nil or fail says so by precondition")
    }

    @Test func noWaitingByTheClockInTests() {
        let places = Repository.tests.filter { $0.target != "TestKit" }.flatMap { file in
            file.places { line in
                ["usleep", "sleep", "nanosleep"].contains(where: line.calls) || line.contains("Task.sleep")
            }
        }
        #expect(places.isEmpty, "wait for the event")
    }

    @Test func whatIsLeftToDoNamesItsIssue() {
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        let places = Repository.files.flatMap { file in
            file.lines.enumerated().filter { line in
                words.contains { line.element[...].has(word: $0) } && !line.element.contains(#/#[0-9]+/#)
            }.map { "\(file.path):\($0.offset + 1)" }
        }
        #expect(places.isEmpty)
    }

    /// `x!`, `try!`, `as!`, or a type that is unwrapped implicitly.
    static func forces(_ line: Substring) -> Bool {
        var before: Character = " "
        for index in line.indices {
            let character = line[index]
            let after = line[line.index(after: index)...].first ?? " "
            if character == "!", after != "=", before.isLetter || before.isNumber || "_)]}\"?>`".contains(before) {
                return true
            }
            before = character
        }
        return false
    }
}
