// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// The file of an adopted service, in conf.d beside hostd.toml.
struct AdoptedFile {
    let path: String
    private let bytes: [UInt8]
    private let mode: UInt32

    init(_ service: AdoptedService, _ session: Session) {
        let main = Places.configuration(session.request)
        let folder = (main.lastIndex(of: "/").map { String(main[...$0]) } ?? "") + "conf.d"
        path = "\(folder)/\(service.name).toml"
        bytes = Array(service.toml.utf8)
        // Variables may be secrets.
        mode = service.hasVariables ? 0o600 : 0o644
    }

    /// Whether hostd takes it, beside all that is configured: by the reader of `hostd --check`.
    func check(beside files: [ConfigurationFile], _ service: AdoptedService) throws(Failure) {
        if case .success(let configuration) = ConfigurationReader.read(files) {
            guard !configuration.services.contains(where: { $0.family.text == service.name }) else {
                throw Failure(
                    .failed, "there is a service \(service.name) already (--name gives this one another name)")
            }
        }
        guard !Files.exists(path) else {
            throw Failure(.failed, "\(path) is there already (--name gives the service another name)")
        }
        let place = files.lastIndex { $0.preset == nil }.map { $0 + 1 } ?? 0
        var all = files
        all.insert(ConfigurationFile(path: path, bytes: bytes), at: place)
        if case .failure(let errors) = ConfigurationReader.read(all) { throw Failure(.badFile, "\(errors)") }
    }

    /// Writes it; one that is there is not touched.
    func write() throws(Failure) {
        do throws(SystemError) {
            if let slash = path.lastIndex(of: "/") { try Files.makeFolder(String(path[..<slash]), mode: 0o755) }
            try Files.create(path, with: bytes, mode: mode)
        } catch {
            let code: ExitCode = error.code == EACCES || error.code == EPERM ? .notPermitted : .failed
            let hint = error.code == EEXIST ? " (--name gives the service another name)" : ""
            throw Failure(code, "cannot write \(path): \(errorText(error.code))\(hint)")
        }
    }

    func remove() throws(Failure) {
        do throws(SystemError) {
            try Files.remove(path)
        } catch {
            throw Failure(.failed, "cannot remove \(path): \(errorText(error.code))")
        }
    }
}
