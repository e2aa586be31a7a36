// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import HostCore
internal import HostLinux

/// What a transfer that is made for the network's sake learns on its way.
final class WatchedTransfer {
    /// It makes a connection of its own.
    let isFresh: Bool
    /// No body is asked for.
    let isHead: Bool
    /// Those of the host, as far as they are known.
    private(set) var addresses: [SocketAddress]?
    /// The kind of failure, where it is one.
    var failure = NetworkFailure.cut
    private var phases = NetworkPhases()

    init(isFresh: Bool, isHead: Bool, addresses: [SocketAddress]?) {
        self.isFresh = isFresh
        self.isHead = isHead
        self.addresses = addresses
    }

    /// The name of the host led there.
    func found(_ addresses: [SocketAddress], took: Duration) {
        self.addresses = addresses
        phases.resolve = took
    }

    /// Takes in what libcurl knows, before it forgets.
    func learn(from easy: OpaquePointer, code: Int32) {
        var connected = 0.0
        var secured = 0.0
        var asked = 0.0
        var firstByte = 0.0
        ccurl_easy_phases(easy, &connected, &secured, &asked, &firstByte)
        if connected > 0 { phases.connect = .seconds(connected) }
        if secured > 0 { phases.tls = .seconds(max(0, secured - connected)) }
        if firstByte > 0 { phases.firstByte = .seconds(max(0, firstByte - asked)) }
        failure =
            switch ccurl_easy_failure(easy, code) {
            case CCURL_REFUSED: .refused
            case CCURL_UNREACHABLE: .unreachable
            case CCURL_SILENT: .silent
            case CCURL_TLS: .tls
            case CCURL_NAME: .name
            default: .cut
            }
    }

    /// What the transfer came to, for the network: a server that answers anything is there, unless it was said what
    /// only the right one answers. 511 is the status of a login page.
    func sample(of result: FetchResult, _ url: String, _ expected: [ClosedRange<Int>]?) -> NetworkSample {
        switch result {
        case .failure(let why, _): return NetworkSample(.failed(failure, why), phases: phases)
        case .answer(let status, _, let took):
            let isRight = expected.map { $0.contains { $0.contains(status) } } ?? (status != 511)
            guard isRight else {
                return NetworkSample(.failed(.unexpected, "status \(status), which is not expected"), phases: phases)
            }
            let isWell = status < 500 && status != 429
            return NetworkSample(
                .answered(phases.firstByte ?? took), phases: phases, remark: isWell ? nil : "status \(status)")
        }
    }
}
