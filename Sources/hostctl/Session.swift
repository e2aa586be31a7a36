// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

/// What a verb has to work with.
final class Session {
    let request: Request
    let out: Output
    let style: Style
    let client: ControlClient
    /// What hostctl ends with where it waited for a job: the job's own exit status.
    var jobStatus: Int32?
    /// When it was called.
    let now = WallTime(milliseconds: Clock.wallMilliseconds)

    init(_ request: Request) throws(Failure) {
        self.request = request
        style = Style(of: 1, isPlain: request.has(.noColor))
        out = Output()
        client = ControlClient(
            socket: Places.socket(request),
            patience: try request.time(.timeout) ?? request.verb.patience)
    }

    var wantsJSON: Bool { request.has(.json) }

    /// Says a line on stderr, after all that was written so far.
    func sayError(_ text: String) {
        out.flush()
        StandardDescriptors.sayError(text)
    }

    /// Says on stderr what went wrong with one of several things.
    func complain(_ text: String) {
        sayError("hostctl: \(text)")
    }
}
