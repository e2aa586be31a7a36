// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostInstall
internal import HostLinux
internal import HostNode
internal import HostWire

/// What a Node with another ABI than the pinned one means for the services that run on the pin.
struct AbiChange {
    /// Of the pin.
    let pinned: NodeFacts
    /// Of the Node that is new.
    let new: NodeFacts
    /// The services that run on the pin.
    let services: [ServiceSpecification]

    private static let shownLimit = 30

    /// A folder in which modules are looked for.
    private struct Place: Hashable {
        let name: String
        let folder: String
        let rights: FileRights?
    }

    /// Says which native modules are concerned, and lets a person decide; fails when it is not to go on.
    func confirm(_ session: Session) throws(Failure) {
        session.sayError(
            "native modules that were built for \(pinned.version.tag) (ABI \(pinned.abi)) do not load in "
                + "\(new.version.tag) (ABI \(new.abi))")
        var concerned = 0
        for place in places {
            do throws(InstallError) {
                let modules = try NativeModules.find(below: place.folder, rights: place.rights)
                concerned += modules.count { !$0.isStable }
                show(modules, of: place.name, session)
            } catch {
                concerned += 1
                session.sayError("\(place.name): cannot look for native modules in \(place.folder): \(error)")
            }
        }
        guard concerned > 0 else { return session.sayError("no native module has to be rebuilt") }
        if session.request.has(.yes) { return }
        let hint = "npm rebuild makes them anew once \(new.version.tag) is pinned"
        guard Terminal.isTerminal(0), Terminal.isTerminal(2) else {
            throw Failure(.failed, "nothing was installed: \(hint) (--yes installs all the same)")
        }
        guard Question.isAnsweredYes("\(hint). Install it?") else { throw Failure(.failed, "nothing was installed") }
    }

    /// The folders of the services, each once, and what was installed globally with the pinned Node.
    private var places: [Place] {
        var places: [Place] = []
        for service in services {
            let account = service.launch.user.flatMap { Users.account($0) }
            guard let folder = service.launch.directory ?? account?.home, folder != "/" else { continue }
            let place = Place(name: service.family.text, folder: folder, rights: rights(account, folder))
            if !places.contains(place) { places.append(place) }
        }
        if pinned.path.hasSuffix("/bin/node") {
            let folder = String(pinned.path.dropLast("/bin/node".count)) + "/lib/node_modules"
            if Files.exists(folder) {
                places.append(
                    Place(name: "global, of \(pinned.version.tag)", folder: folder, rights: rights(nil, folder)))
            }
        }
        return places
    }

    /// What a user's folders are walked with: that user's rights, where this is root.
    private func rights(_ account: UserAccount?, _ folder: String) -> FileRights? {
        guard FileRights.areRoots else { return nil }
        if let account, account.uid != 0 { return FileRights(uid: account.uid, gid: account.gid) }
        do throws(SystemError) {
            return try FileRights.changer(of: folder)
        } catch {
            return .nobody
        }
    }

    private func show(_ modules: [NativeModule], of name: String, _ session: Session) {
        for module in modules.prefix(Self.shownLimit) {
            let stable = module.isStable ? " (Node-API: goes on working)" : ""
            session.sayError("\(name): \(CleanText.of(module.path))\(stable)")
        }
        if modules.count > Self.shownLimit {
            session.sayError("\(name): and \(modules.count - Self.shownLimit) more")
        }
    }
}
