// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `[[alert]]`
struct AlertKeyTests {
    private static func alerts(_ text: String) throws -> [AlertSpecification] {
        try configuration([("hostd.toml", text)]).alerts
    }

    @Test func everyRouteIsRead() throws {
        let found = try Self.alerts(ReferenceExamples.file)
        #expect(
            found.map(\.target) == [
                .webhook(url: "https://hooks.example.com/services/T0/B0/secret", format: .slack),
                .mail(
                    AlertMail(
                        to: "ops@example.com", from: "hostd@agent-01.example.com",
                        server: "smtp://mail.example.com:587", user: "hostd",
                        passwordFile: "/etc/hostd/smtp-password")),
                .exec(["/usr/local/bin/page-me"], user: nil),
            ])
        #expect(found.map(\.name) == ["ops", "2", "3"])
        #expect(found.map(\.quiet) == [.seconds(1800), .seconds(600), .seconds(600)])
        #expect(found.first?.on.map(\.text) == ["service.looping", "service.held", "*.critical"])
        #expect(Set(found.map(\.key)).count == 3)
    }

    @Test func alertsOfLaterFilesComeAfterThoseOfEarlierOnes() throws {
        let one = "[[alert]]\nexec = [\"a\"]\non = [\"service.*\"]\n"
        let two = "[[alert]]\nexec = [\"b\"]\non = [\"disk.*\"]\n"
        let found = try configuration([("hostd.toml", one), ("conf.d/a.toml", two)]).alerts
        #expect(found.map(\.target) == [.exec(["a"], user: nil), .exec(["b"], user: nil)])
    }

    @Test func whatIsWrongIsToldWithItsPlace() {
        let text = """
            [[alert]]
            on = ["service.loping"]
            [[alert]]
            webhook = "https://h/x"
            exec = ["a"]
            on = ["service.held"]
            [[alert]]
            mail = "nobody"
            on = ["disk.full"]
            [[alert]]
            webhook = "ftp://h/secret-token"
            format = "teams"
            quiet = "soon"
            smtp = "smtp://h"
            [[alert]]
            mail = "a@b"
            user = "u"
            on = []
            [[alert]]
            webhook = "https://api.telegram.org/bot1:x/sendMessage"
            format = "telegram"
            on = ["*.critical"]
            """
        let found = errors(text)
        let wanted = [
            "hostd.toml:1:1: alert.1: goes nowhere (give one of webhook, mail, exec)",
            "hostd.toml:2:7: alert.1.on: \"service.loping\" names nothing that happens "
                + "(did you mean \"service.looping\"?)",
            "hostd.toml:5:1: alert.2.exec: \"webhook\" stands here already (give only one of webhook, mail, exec)",
            "alert.3.mail: \"nobody\" is no mail address", "alert.3: no server takes the mail",
            "alert.3.on: \"disk.full\" names nothing", "alert.4.webhook: is no http or https URL",
            "alert.4.format: \"teams\" is unknown", "alert.4.smtp: goes with mail, not with webhook",
            "alert.4: tells of nothing", "alert.5.user: has no password", "alert.6.webhook: does not say which chat",
        ]
        for want in wanted { #expect(found.contains { $0.contains(want) }, "\(want) in \(found)") }
        #expect(!found.contains { $0.contains("secret-token") })
    }

    @Test func aWebhookIsASecret() throws {
        let text = "[[alert]]\nwebhook = \"https://h/secret-token\"\non = [\"*.critical\"]\n"
        guard case .success(let tables) = ConfigurationReader.explain([ConfigurationFile(path: "a", text: text)]) else {
            Issue.record("it is right")
            return
        }
        let table = try #require(tables.first { $0.name == "alert.1" })
        #expect(table.keys.first { $0.name == "webhook" }?.value == "\"https://h/…\"")
        let old = try configuration([("a", text)])
        let new = try configuration([("a", text.replacing("secret-token", with: "other-token"))])
        #expect(ConfigurationPlan(from: old, to: new).hostKeys == ["alert.1.webhook"])
        #expect(ConfigurationPlan(from: old, to: new).hostKeysForRestart.isEmpty)
    }

    @Test func aTableWithOneBracketSaysWhatIsRight() {
        #expect(errors("[alert]\nexec = [\"a\"]").first?.contains("[[alert]], with two brackets") == true)
    }
}
