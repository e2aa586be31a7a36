// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Has a policy come into force that is not what models.toml says.
struct PolicyMove {
    /// What is asked of hostd.
    let target: Target
    /// With what.
    let members: [(key: String, value: JSON)]
    let session: Session

    /// Has it done, waits, and says what is left to edit.
    func run() throws(Failure) -> ExitCode {
        let answer = try session.client.post(
            target, body: ModelArguments.body(members, session.request), teller: "hostctl model show")
        guard let answer else { throw ModelArguments.silent(session) }
        guard case .integer(let generation)? = answer.json["generation"] else {
            throw Failure(.failed, "hostd at \(session.client.socket) does not say which generation it is")
        }
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else {
            session.out.line("\(session.style.paint("generation \(generation)", .strong)) is in force")
        }
        session.out.flush()
        let isEverywhere =
            session.request.has(.noWait) ? true : try PolicyWait(session: session, generation: generation).run()
        FileDifference(session: session).say()
        return isEverywhere ? .fine : .failed
    }
}
