// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLoop

/// What models.toml says, and what is wrong with it.
extension PolicyCenter {
    private static let busyPatience: Duration = .seconds(10)

    func take(_ outcome: PolicyFiles.Outcome) {
        if case .busy = outcome {
            let since = busySince ?? loop.now
            busySince = since
            guard loop.now - since >= Self.busyPatience else { return }
            return refuse(["\(path): it has been open for writing for more than \(Self.busyPatience.text) (close it)"])
        }
        busySince = nil
        // What is wrong may be half of an edit: the watch looks again soon, and if it is so then it is told.
        let isConfirmed = outcome == found
        found = outcome
        isMissing = false
        switch outcome {
        case .busy: break
        case .missing:
            isMissing = true
            lastRead = nil
            guard inForce != nil else { return problemDiffers() }
            if isConfirmed { refuse(["\(path): it is not there (write the file)"]) }
        case .wrong(let errors):
            lastRead = nil
            if isConfirmed { refuse(errors) }
        case .read(let files, let owner):
            lastRead = (files, owner)
            check(mayRefuse: isConfirmed)
        }
    }

    /// The configuration was read again: services or kinds may name other tiers now, and whoever asked for that may
    /// mean the policy as well.
    func usesChanged() {
        if lastRead != nil { check(mayRefuse: true) }
        if isLoaded { watch?.lookNow { _ in } }
        problemDiffers()
    }

    private func check(mayRefuse: Bool) {
        guard let (files, owner) = lastRead else { return }
        switch proposal(of: files, by: owner, why: nil) {
        case .success(let proposal): feed(.read(proposal))
        case .failure(let refusal): if mayRefuse { refuse(refusal.errors) }
        }
    }

    private func proposal(
        of files: [ConfigurationFile], by who: String, why: String?
    ) -> Result<PolicyProposal, PolicyRefusal> {
        PolicyReader.read(files: files, usedTiers: tierUses?() ?? [])
            .map { PolicyProposal($0, origin: .file, by: who, why: why) }
            .mapError { PolicyRefusal($0.lines) }
    }

    /// What is wrong is told once, not at each look.
    private func refuse(_ errors: [String]) {
        guard machine.refusal != errors else { return }
        feed(.unreadable(errors))
    }

    /// What the file says now, as it would be taken over; nil where it is not there.
    func proposal(
        by who: String, why: String?, then: @escaping (Result<PolicyProposal, PolicyRefusal>) -> Void
    ) {
        guard isLoaded, let watch else {
            return then(.failure(PolicyRefusal("the store has not said yet what is in force")))
        }
        watch.lookNow { [weak self] outcome in
            guard let self else { return }
            switch outcome {
            case nil: then(.failure(PolicyRefusal("\(self.path): the disk does not answer")))
            case .missing: then(.failure(PolicyRefusal("\(self.path): it is not there (write it)")))
            case .busy: then(.failure(PolicyRefusal("\(self.path): it is being written (close it, and try again)")))
            case .wrong(let errors): then(.failure(PolicyRefusal(errors)))
            case .read(let files, let owner):
                then(self.proposal(of: files, by: who.isEmpty ? owner : who, why: why))
            }
        }
    }
}
