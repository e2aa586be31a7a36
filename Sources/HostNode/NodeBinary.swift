// SPDX-License-Identifier: Apache-2.0

public import HostLinux

/// A Node binary on disk: its real path, who can change it, and how its file looks.
public struct NodeBinary: Hashable, Sendable {
    /// The absolute path, links resolved.
    public let path: String
    /// Whose rights it is read and asked with; nil: with those of this process, since nobody else can change it.
    public let rights: FileRights?
    /// How the file looks from outside.
    public let mark: FileMark

    /// The program at `path`. A file that is none (a script, a folder) is refused: such shims choose anew at each
    /// start.
    public static func open(_ path: String) throws(NodeError) -> NodeBinary {
        let found: (binary: NodeBinary, head: [UInt8])
        do throws(SystemError) {
            let rights = FileRights.areRoots ? try FileRights.changer(of: path) : nil
            found = try using(rights) { () throws(SystemError) in
                let real = try Files.realPath(path)
                let file = try Descriptor(openingWithoutLinks: real, Descriptor.readingOnly)
                let mark = FileMark(try FileStatus(of: file.raw))
                return (NodeBinary(path: real, rights: rights, mark: mark), try file.read(upTo: 4))
            }
        } catch {
            throw NodeError("\(error)")
        }
        guard found.head == [0x7f, 0x45, 0x4c, 0x46] else {
            throw NodeError("\(path) is no program (a Node binary is needed, not a script that starts one)")
        }
        return found.binary
    }

    /// SHA-256 of the file: 64 hexadecimal digits. Reads all of it.
    public func sha256() throws(NodeError) -> String {
        do throws(SystemError) {
            return try Self.using(rights) { () throws(SystemError) in
                let file = try Descriptor(openingWithoutLinks: path, Descriptor.readingOnly)
                return try SHA256.hex(of: file)
            }
        } catch {
            throw NodeError("\(error)")
        }
    }

    private static func using<Value>(
        _ rights: FileRights?, _ body: () throws(SystemError) -> Value
    ) throws(SystemError) -> Value {
        guard let rights else { return try body() }
        return try rights.use(body)
    }
}
