// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// What the actions of `model` read from the command line.
enum ModelArguments {
    /// The number of a generation.
    static func generation(_ word: String) throws(Failure) -> Int64 {
        guard let number = Int64(word), number > 0 else {
            throw .usage(
                "\"\(CleanText.of(word))\" is no generation (a number from 1; hostctl model history lists them)")
        }
        return number
    }

    /// `members` and the note of the command line, as the body of a request.
    static func body(_ members: [(key: String, value: JSON)], _ request: Request) -> [UInt8] {
        let all = members + [("note", JSON(request.value(.note)))]
        return JSON.object(all.map { JSON.Member(key: $0.key, value: $0.value) }).bytes
    }

    /// What is said when hostd does not answer in time.
    static func silent(_ session: Session) -> Failure {
        Failure(
            .failed,
            "hostd is still at it after \(TimeText.took(milliseconds: session.client.patience.seconds * 1000)) "
                + "(hostctl model show says how far it is)")
    }
}
