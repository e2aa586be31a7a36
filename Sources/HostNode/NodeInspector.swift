// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux
internal import Synchronization

/// Looks at the Node of a service: whether the pinned binary stands in its place, what its command would start, what
/// it runs on, and what its package.json asks for. Blocks: for the Worker. Files are hashed again only when they look
/// different.
public final class NodeInspector: Sendable {
    /// What a service would start.
    public struct Program: Sendable {
        /// Its command.
        public let command: [String]
        /// The PATH that it finds, the pinned Node's folder first.
        public let searchPath: String
        /// Where it works.
        public let directory: String
        /// Whose rights its files are looked at with; nil: those of this process.
        public let rights: FileRights?

        /// A command as it would be started.
        public init(command: [String], searchPath: String, directory: String, rights: FileRights?) {
            self.command = command
            self.searchPath = searchPath
            self.directory = directory
            self.rights = rights
        }
    }

    private struct Known {
        var mark: FileMark
        var sha256: String
        /// What it is, where it is not the pinned one.
        var description: String?
    }

    /// By path. Pins are few; whatever else comes in goes with the next lock.
    private let known = Mutex<[String: Known]>([:])

    /// An inspector that knows no file.
    public init() {}

    /// Takes over how the files of a lock looked when they were pinned.
    public func learn(_ lock: NodeLock) {
        let pins = lock.pins.map { ($0.facts.path, Known(mark: $0.mark, sha256: $0.facts.sha256)) }
        known.withLock { $0 = Dictionary(pins) { first, _ in first } }
    }

    /// Inspects; `process` is the main process of the service, if there is one.
    public func inspect(_ pinned: NodePinned, _ program: Program?, _ process: ProcessIdentity?) -> NodeInspection {
        let (binary, mark) = look(at: pinned)
        var inspection = NodeInspection(pinned: pinned, binary: binary)
        if let program {
            let search = ProgramSearch(program)
            inspection.startsOther = search.otherNode(than: mark)
            inspection.engines = search.complaint(about: pinned.version)
        }
        if let process { inspection.running = Self.running(process, pinned, mark) }
        return inspection
    }

    private func look(at pinned: NodePinned) -> (NodeInspection.Binary, FileMark?) {
        let binary: NodeBinary
        do throws(NodeError) { binary = try NodeBinary.open(pinned.path) } catch {
            return (.missing("\(error)"), nil)
        }
        var file = known.withLock { $0[pinned.path] }
        if file?.mark != binary.mark {
            do throws(NodeError) {
                file = Known(mark: binary.mark, sha256: try binary.sha256())
            } catch {
                return (.missing("\(error)"), nil)
            }
        }
        guard var file else { return (.missing("it was not read"), nil) }
        if file.sha256 != pinned.sha256, file.description == nil {
            file.description = Self.description(of: pinned, sha256: file.sha256)
        }
        known.withLock { $0[pinned.path] = file }
        guard file.sha256 != pinned.sha256 else { return (.same, file.mark) }
        return (.other(file.description ?? file.sha256), file.mark)
    }

    private static func description(of pinned: NodePinned, sha256: String) -> String {
        let digest = "SHA-256 \(sha256.prefix(16))…, not \(pinned.sha256.prefix(16))…"
        do throws(NodeError) {
            let facts = try NodeQuestion.ask(pinned.path)
            let what =
                facts.version == pinned.version ? "changed or another build of \(facts.version)" : "\(facts.version)"
            return "\(what), \(digest)"
        } catch {
            return "\(digest), and \(error)"
        }
    }

    private static func running(
        _ process: ProcessIdentity, _ pinned: NodePinned, _ mark: FileMark?
    ) -> NodeInspection.Running {
        let link = "/proc/\(process.pid)/exe"
        guard let target = Files.linkTarget(link), let status = try? FileStatus(at: link),
            Processes.identity(of: process.pid) == process
        else { return .unknown }
        let removed = " (deleted)"
        let isRemoved = target.hasSuffix(removed)
        let path = isRemoved ? String(target.dropLast(removed.count)) : target
        let found = FileMark(status)
        if let mark, found.isSameFile(as: mark) { return .same }
        guard ProgramSearch.isNode(path) else { return .unknown }
        return isRemoved || path == pinned.path ? .replaced : .other(path)
    }
}

extension FileMark {
    /// Whether both are of one file, whatever has become of it.
    func isSameFile(as other: FileMark) -> Bool { device == other.device && inode == other.inode }
}
