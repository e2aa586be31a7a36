// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The token for the control API over TCP, in a file for its owner alone.
nonisolated enum ControlToken {
    private static let leastLength = 16
    private static let limitBytes = 4096

    /// Reads the token, or makes one where there is no file. Refuses a file that others could read or write, and a
    /// token that is too short to be one.
    static func load(_ place: String) -> Result<[UInt8], FolderError> {
        switch SecretPlace(place) {
        case .file(let path): load(path: path)
        case .credential(let name):
            Credentials.read(name, limit: limitBytes).mapError { FolderError(description: $0.description) }
                .flatMap { token(in: $0, at: place) }
        }
    }

    private static func load(path: String) -> Result<[UInt8], FolderError> {
        do throws(SystemError) {
            if !Files.exists(path) { try make(path) }
            if let problem = try problem(with: path) { return .failure(FolderError(description: problem)) }
            return token(in: try Files.read(path, limit: limitBytes), at: path)
        } catch {
            return .failure(FolderError(description: "\(error)"))
        }
    }

    private static func token(in text: [UInt8], at place: String) -> Result<[UInt8], FolderError> {
        let token = Array(text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }).joined())
        guard token.count >= leastLength, token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            let right = "at least \(leastLength) visible ASCII characters, or no file, to have one made"
            return .failure(FolderError(description: "\(place) holds no token (\(right))"))
        }
        return .success(token)
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
        return Trust.ofOwnFiles.complaintOnWay(to: path)
    }
}
