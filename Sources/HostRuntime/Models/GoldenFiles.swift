// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// A job of the golden ones, as its file says it.
nonisolated struct GoldenJob: Sendable {
    /// The name of the file, without `.toml`.
    let name: String
    let submission: JobSubmission
}

/// Reads the files of golden jobs. Blocks: for the files lane alone.
nonisolated enum GoldenFiles {
    private static let nameLimit = 64
    /// All of them together have at most so many bytes.
    private static let sizeLimit = 4 << 20

    /// The jobs by name, in the order of their paths: that of a file is its name without `.toml`.
    static func read(_ patterns: [String]) -> Result<[GoldenJob], SubmissionError> {
        Result { () throws(SubmissionError) in
            let paths = try paths(patterns)
            var jobs: [GoldenJob] = []
            var size = 0
            for path in paths {
                let name = try name(of: path)
                guard !jobs.contains(where: { $0.name == name }) else {
                    throw SubmissionError("two golden jobs are called \(name)", hint: "rename \(path)", status: 409)
                }
                let bytes = try bytes(of: path)
                size += bytes.count
                guard size <= sizeLimit else {
                    throw SubmissionError("the golden jobs have more than \(sizeLimit >> 20) MiB", status: 409)
                }
                jobs.append(GoldenJob(name: name, submission: try submission(path, bytes)))
            }
            return jobs
        }
    }

    private static func paths(_ patterns: [String]) throws(SubmissionError) -> [String] {
        var paths: Set<String> = []
        for pattern in patterns {
            let found = MatchingFiles.paths(pattern)
            guard !found.isEmpty else {
                throw SubmissionError("no file fits \(pattern)", hint: "[golden] jobs of the policy", status: 409)
            }
            paths.formUnion(found)
        }
        guard paths.count <= GoldenMachine.specLimit else {
            throw SubmissionError(
                "there are \(paths.count) golden jobs", hint: "at most \(GoldenMachine.specLimit)", status: 409)
        }
        return paths.sorted()
    }

    /// The name stands in the keys of jobs.
    private static func name(of path: String) throws(SubmissionError) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        if name.hasSuffix(".toml") { name.removeLast(".toml".count) }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_.".utf8.contains(byte)
            }
        }
        guard isPlain, (1...nameLimit).contains(name.utf8.count) else {
            throw SubmissionError(
                "\(path) is no name for a golden job", hint: "1 to \(nameLimit) of a-z, A-Z, 0-9, - _ . and .toml",
                status: 409)
        }
        return name
    }

    /// Such a job may run as hostd's own user: whoever can write its file says what runs as root.
    private static func bytes(of path: String) throws(SubmissionError) -> [UInt8] {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        for place in [folder.isEmpty ? "/" : folder, path] {
            if let complaint = Trust.ofOwnFiles.complaint(at: place) { throw SubmissionError(complaint, status: 409) }
        }
        if let complaint = Trust.ofOwnFiles.complaintOnWay(to: path) { throw SubmissionError(complaint, status: 409) }
        do throws(SystemError) {
            return try DropIns.read(path, limit: ConfigurationFile.sizeLimit + 1)
        } catch {
            throw SubmissionError("\(error)", status: 409)
        }
    }

    private static func submission(_ path: String, _ bytes: [UInt8]) throws(SubmissionError) -> JobSubmission {
        switch JobFile.read(ConfigurationFile(path: path, bytes: bytes)) {
        case .success(let file): return JobSubmission(file)
        case .failure(let errors): throw SubmissionError("\(errors)", status: 409)
        }
    }
}
