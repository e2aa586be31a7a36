// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The token for the control API over TCP, in a file for its owner alone.
nonisolated enum ControlToken {
    private static let leastLength = 16
    private static let limitBytes = 4096

    /// Reads the token, or makes one where there is no file. Refuses a file that others could read or write, and a
    /// token that is too short to be one.
    static func load(_ path: String) -> Result<[UInt8], FolderError> {
        do throws(SystemError) {
            if !Files.exists(path) { try make(path) }
            if let problem = try problem(with: path) { return .failure(FolderError(description: problem)) }
            let text = try Files.read(path, limit: limitBytes)
            let token = Array(text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }).joined())
            guard token.count >= leastLength, token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                let right = "at least \(leastLength) visible ASCII characters, or no file, to have one made"
                return .failure(FolderError(description: "\(path) holds no token (\(right))"))
            }
            return .success(token)
        } catch {
            return .failure(FolderError(description: "\(error)"))
        }
    }

    /// 256 random bits, readable by their owner alone from the first moment.
    private static func make(_ path: String) throws(SystemError) {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        let token = (0..<64).map { _ in digits[Int.random(in: 0..<16, using: &generator)] }
        try Files.replace(path, with: token + [0x0A], mode: 0o600, sync: true)
    }

    private static func problem(with path: String) throws(SystemError) -> String? {
        var info = stat()
        try check("stat", path) { stat(path, &info) }
        guard info.st_mode & S_IFMT == S_IFREG else { return "\(path) is no file (a file with the token in it)" }
        guard info.st_uid == geteuid() || info.st_uid == 0 else {
            return "\(path) belongs to uid \(info.st_uid), not to hostd (chown it)"
        }
        guard info.st_mode & 0o077 == 0 else {
            return "\(path) can be read or written by others (chmod 600 \(path))"
        }
        return nil
    }
}
