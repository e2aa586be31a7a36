// SPDX-License-Identifier: Apache-2.0

import Testing

/// Arrows go down only: a room imports what stands below it, never above or beside.
struct RoomsTests {
    /// The rooms, lowest first; those of one row stand beside each other.
    private static let rows: [[String]] = [
        ["CHost", "CSystemd", "CCurl", "CMicrohttpd", "CSQLite", "CJansson", "CToml", "CZstd", "CPresets"],
        ["HostCore"],
        ["HostWire"],
        ["HostConfig"],
        ["HostLinux"],
        ["HostLoop"],
        ["HostFetch", "HostControl", "HostStore", "HostLaunch", "HostLogs", "HostBus", "HostNode"],
        ["HostInstall"],
        ["HostSimulation"],
        ["HostRuntime"],
        ["hostd", "hostctl", "hostd-logger", "hostd-bench", "hostd-keeper", "hostd-bench-child"],
    ]

    private static func row(_ room: String) -> Int? { rows.firstIndex { $0.contains(room) } }

    /// The modules that a file imports, but for those of the system.
    private static func imports(of file: SourceFile) -> [String] {
        file.code.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), words.count > place + 1 else { return nil }
            let isImport = words[..<place].allSatisfy { ["internal", "public", "package", "@testable"].contains($0) }
            return isImport ? String(words[place + 1]) : nil
        }.filter { !["Glibc", "Swift", "Testing", "PackageDescription", "Synchronization"].contains($0) }
    }

    @Test func everyTargetIsARoomOrATest() {
        #expect(Manifest.targets.count > 25)
        let unknown = Manifest.targets.filter { target in
            target.kind != "testTarget" && target.path == nil && Self.row(target.name) == nil
        }
        #expect(unknown.map(\.name).isEmpty, "a new room has a row above")
        #expect(Self.rows.flatMap(\.self).filter { Manifest.target($0) == nil }.isEmpty, "a room that is gone")
    }

    @Test func theManifestsArrowsGoDown() {
        let arrows = Manifest.targets.flatMap { target -> [String] in
            guard let row = Self.row(target.name) else { return [] }
            return target.dependencies.filter { (Self.row($0) ?? .max) >= row }.map { "\(target.name) → \($0)" }
        }
        #expect(arrows.isEmpty)
    }

    @Test func aFileImportsOnlyWhatItsTargetDeclares() {
        let arrows = Repository.files.filter(\.isSwift).flatMap { file -> [String] in
            guard let target = Manifest.target(file.target) else { return [] }
            return Self.imports(of: file).filter { !target.dependencies.contains($0) }.map { "\(file.path) → \($0)" }
        }
        #expect(arrows.isEmpty, "what comes along with another room is not declared")
    }

    @Test(arguments: ["CSystemd", "CCurl", "CMicrohttpd", "CSQLite", "CJansson", "CToml", "CZstd", "CPresets"])
    func aLibraryIsWrappedInOneRoom(module: String) {
        let users = Manifest.targets.filter {
            $0.kind != "testTarget" && $0.path == nil && $0.dependencies.contains(module)
        }
        // libsystemd is three libraries in one: the loop is one room, the bus another. libcurl is used on the loop, and
        // by hostctl, which has none.
        #expect(users.count == (["CSystemd", "CCurl"].contains(module) ? 2 : 1), "\(users.map(\.name))")
    }

    @Test func theCoreImportsNothing() {
        let files = Repository.sources.filter { $0.target == "HostCore" || $0.target == "HostSimulation" }
        let imports = files.flatMap { file in file.places { $0.has(word: "import") && !$0.has(word: "HostCore") } }
        #expect(imports.isEmpty, "a machine does no I/O and reads no clock")
    }
}
