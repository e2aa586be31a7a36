// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostLinux
internal import HostWire

/// A file that is to become models.toml.
struct PolicyDraftFile {
    private let draft: String
    private let session: Session
    /// models.toml, beside the configuration.
    private let place: String

    /// The file `draft`.
    init(_ draft: String, _ session: Session) {
        self.draft = draft
        self.session = session
        place = Places.policy(session.request)
    }

    /// Checks it and puts it into the place of models.toml; false when it is wrong, after saying so.
    func putInPlace() throws(Failure) -> Bool {
        try refuseWhereItDoesNotCount()
        let files = try PolicyFiles(session.request, path: draft, includesIn: PolicyFiles.folder(of: place))
        if case .failure(let errors) = files.policy() {
            tell(errors)
            return false
        }
        do throws(SystemError) {
            let target = try real(place)
            if try real(draft) != target { try Files.replaceKeepingOwner(target, with: files.files[0].bytes) }
        } catch {
            throw Failure(
                [EACCES, EPERM, EROFS].contains(error.code) ? .notPermitted : .failed,
                "cannot put \(CleanText.of(draft)) into the place of \(CleanText.of(place)): "
                    + CleanText.of("\(error)"))
        }
        return true
    }

    private func tell(_ errors: ConfigurationErrors) {
        if session.wantsJSON {
            let plan = PolicyPlan(generation: nil, errors: errors.errors.map(\.description))
            return session.out.json(plan.json.bytes)
        }
        for error in errors.errors { session.sayError(ErrorList.painted("\(error)", session.style)) }
        if errors.omitted > 0 { session.sayError("and \(errors.omitted) more") }
    }

    /// hostd has to watch the very file that is replaced.
    private func refuseWhereItDoesNotCount() throws(Failure) {
        let watched: ModelsStatus.FileStatus
        do throws(Failure) {
            watched = try session.client.get(.models, as: ModelsStatus.init(json:)).file
        } catch {
            throw session.client.tooOld(error, for: "model apply")
        }
        if let source = watched.source {
            throw Failure(
                .failed,
                "the policy of this host comes from \(CleanText.of(source)) (change it there, or take source out of "
                    + "[models] in hostd.toml)")
        }
        guard (try? real(watched.path)) == (try? real(place)) else {
            throw Failure(
                .usage,
                "hostd at \(session.client.socket) watches \(CleanText.of(watched.path)), and not "
                    + "\(CleanText.of(place)) (--config or --dir names its configuration)")
        }
    }

    /// The file itself, where links lead to it. Not where root would follow a link that somebody else can change.
    private func real(_ path: String) throws(SystemError) -> String {
        let folder = try Files.realPath(PolicyFiles.folder(of: path))
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        let whole = folder == "/" ? folder + name : folder + "/" + name
        guard Files.linkTarget(whole) != nil else { return whole }
        if FileRights.areRoots, try FileRights.changer(of: whole) != nil { return whole }
        return try Files.realPath(whole)
    }
}
