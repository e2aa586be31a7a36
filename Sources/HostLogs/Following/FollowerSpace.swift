// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// What all followers of a logger share: space to read into and to write from, used within one call, and the journal.
final class FollowerSpace {
    /// A line that is longer comes in parts.
    static let inputBytes = 256 << 10
    /// Any line of one read fits, and its time.
    static let outputBytes = 512 << 10

    private let inputMemory: AnonymousMemory
    private let outputMemory: AnonymousMemory
    let journal: JournalLink

    init() throws(SystemError) {
        inputMemory = try AnonymousMemory(byteCount: Self.inputBytes)
        outputMemory = try AnonymousMemory(byteCount: Self.outputBytes)
        journal = try JournalLink()
    }

    var input: UnsafeMutableRawBufferPointer { inputMemory.bytes }
    var output: UnsafeMutableRawBufferPointer { outputMemory.bytes }
}
