// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

@Suite struct NetworkCauseTests {
    private static let up = NetworkLink(interface: "eth0", gateway: "192.0.2.1", gatewayAnswers: true)
    private let well = NetworkView(usesTLS: true)

    private func fails(_ failure: NetworkFailure, tls: Bool = true) -> NetworkView {
        NetworkView(failure: failure, usesTLS: tls)
    }

    private func cause(_ views: [NetworkView], _ link: NetworkLink? = up) -> NetworkCause? {
        NetworkCause.find(views, link: link)
    }

    @Test func nothingIsTheCauseWhileAllAnswer() {
        #expect(cause([well, well]) == nil)
        #expect(cause([well], NetworkLink(interface: nil)) == nil)
    }

    @Test func aHostWithoutRouteOrCarrierHasALinkTrouble() {
        #expect(cause([fails(.unreachable), fails(.name)], NetworkLink(interface: nil)) == .link)
        #expect(cause([fails(.silent)], NetworkLink(interface: "eth0", hasCarrier: false)) == .link)
    }

    @Test func aTargetOnThisHostNeedsNoRoute() {
        let local = NetworkView(failure: .silent, needsRoute: false)
        #expect(cause([local], NetworkLink(interface: nil)) == .path)
    }

    @Test func aRouteThatIsMissingIsNoCauseWhileSomethingBeyondAnswers() {
        #expect(cause([fails(.silent), well], NetworkLink(interface: nil)) == .provider)
    }

    @Test func aGatewayThatDoesNotAnswerIsTheCause() {
        let link = NetworkLink(interface: "eth0", gateway: "192.0.2.1", gatewayAnswers: false)
        #expect(cause([fails(.silent), fails(.name)], link) == .gateway)
    }

    @Test func namesThatAreNotFoundAreTheNameServersTrouble() {
        #expect(cause([fails(.name), fails(.name)]) == .dns)
        #expect(cause([fails(.name), NetworkView(usesTLS: true)]) == .dns)
        #expect(cause([NetworkView(failure: .silent, isNameService: true), well]) == .dns)
    }

    @Test func namesThatAreNotFoundOnADeadPathAreNot() {
        #expect(cause([fails(.name), fails(.silent)]) == .path)
    }

    @Test func aLoginPageAnswersPlainHTTP() {
        #expect(cause([fails(.unexpected, tls: false), fails(.tls)]) == .portal)
    }

    @Test func aLoginPageHasNoCertificateForSeveralHosts() {
        #expect(cause([fails(.tls), fails(.tls)]) == .portal)
    }

    @Test func aCertificateOfOneHostIsATroubleOfTLS() {
        #expect(cause([fails(.tls), well]) == .tls)
        #expect(cause([fails(.tls)]) == .tls)
    }

    @Test func nothingThatAnswersIsThePath() {
        #expect(cause([fails(.silent), fails(.cut)]) == .path)
        #expect(cause([fails(.silent)]) == .path)
    }

    @Test func oneThatDoesNotAnswerAmongOthersIsTheProvider() {
        #expect(cause([fails(.silent), well]) == .provider)
        #expect(cause([fails(.cut), well, well]) == .provider)
    }

    @Test func aHostThatRefusesIsThere() {
        #expect(cause([fails(.refused)]) == .provider)
        #expect(cause([fails(.unexpected)]) == .provider)
    }

    @Test func aDegradedLineIsThePathWhereAllAreAndTheProviderWhereOneIs() {
        let slow = NetworkView(isDegraded: true)
        #expect(cause([slow]) == .path)
        #expect(cause([slow, slow]) == .path)
        #expect(cause([slow, well]) == .provider)
        #expect(cause([NetworkView(isDegraded: true, isNameService: true), well]) == .dns)
    }
}
