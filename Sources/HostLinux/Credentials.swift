// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore

/// Secrets that the service manager hands to this process alone (systemd.exec(5), LoadCredential=). They lie in memory,
/// readable by its user, and are gone with its unit.
public enum Credentials {
    /// The folder of this process's credentials; nil when it was given none.
    public static var folder: String? { getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } }

    /// What stands in the credential `name`, at most `limit` bytes, or why nothing does and what would be right.
    public static func read(
        _ name: String, limit: Int, in folder: String? = Credentials.folder
    ) -> Result<[UInt8], Lack> {
        guard SecretPlace.isName(name) else {
            return .failure(
                Lack(description: "\"\(name)\" is no name of a credential (no slash, colon or space in it)"))
        }
        let right =
            "LoadCredential=\(name):/path or SetCredentialEncrypted= in a drop-in of hostd.service, then restart it"
        guard let folder else {
            return .failure(Lack(description: "hostd has no credentials, so no \(name) (\(right))"))
        }
        do throws(SystemError) {
            return .success(try Files.read("\(folder)/\(name)", limit: limit))
        } catch {
            let isMissing = error.isMissing
            return .failure(Lack(description: isMissing ? "hostd has no credential \(name) (\(right))" : "\(error)"))
        }
    }

    /// A credential that cannot be had.
    public struct Lack: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong and what would be right.
        public let description: String
    }
}
