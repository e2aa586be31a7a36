// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

extension InstallError {
    /// Why nobody of the keyring vouches for a list.
    init(_ failure: SignatureCheck.Failure) {
        switch failure {
        case .noKeyring: self.init(.badFile, "\(failure) (node.keyring in the configuration)")
        case .refused(let why), .failed(let why): self.init(.failed, why)
        }
    }
}
