// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// Reads a job from a file or from stdin, in JSON or TOML.
enum SubmissionFile {
    /// What stands at `path`; `-` is stdin. Fails with all that is wrong in it, and where.
    static func read(_ path: String) throws(Failure) -> JobSubmission {
        let name = path == "-" ? "stdin" : path
        let bytes = try bytes(of: path)
        let isBrace = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
        let isJSON = path.hasSuffix(".json") || (!path.hasSuffix(".toml") && isBrace)
        return try isJSON ? json(bytes, name) : toml(bytes, name)
    }

    /// All that stands at `path`, or comes from a pipe there; `-` is stdin.
    static func bytes(of path: String) throws(Failure) -> [UInt8] {
        do throws(SystemError) {
            guard path == "-" else { return try bytes(of: Descriptor(opening: path, O_RDONLY | O_NOCTTY)) }
            let input = Descriptor(owning: 0)
            let bytes = try bytes(of: input)
            _ = input.release()
            return bytes
        } catch {
            throw Failure(
                error.code == EACCES ? .notPermitted : .badFile,
                "cannot read \(path == "-" ? "stdin" : path): \(errorText(error.code))")
        }
    }

    private static func bytes(of file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            _ = Poll.readable(file.raw, milliseconds: -1)
            let part = try file.read(upTo: 64 << 10)
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= ConfigurationFile.sizeLimit else { throw SystemError(code: EFBIG, call: "read") }
        }
    }

    private static func json(_ bytes: [UInt8], _ name: String) throws(Failure) -> JobSubmission {
        do throws(JSONError) {
            let json = try JSON(parsing: bytes)
            guard case .object = json else { throw JSONError("this is \(json.typeName) (an object is needed)") }
            return try JobSubmission(json: json)
        } catch {
            throw Failure(.badFile, "\(name): \(CleanText.of("\(error)"))")
        }
    }

    private static func toml(_ bytes: [UInt8], _ name: String) throws(Failure) -> JobSubmission {
        switch JobFile.read(ConfigurationFile(path: name, bytes: bytes)) {
        case .success(let file): return JobSubmission(file)
        case .failure(let errors): throw Failure(.badFile, "\(name) is no job:\n\(errors)")
        }
    }
}
