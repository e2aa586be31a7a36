// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `[models]`
struct ModelsKeyTests {
    @Test func theModelsTableIsRead() throws {
        let models = try configuration([
            (
                "hostd.toml",
                """
                [models]
                url = "https://config.example/models.toml?host=a"
                interval = "10m"
                timeout = "5s"
                sha256 = "\(String(repeating: "AB", count: 32))"
                signature = "http://localhost:8080/models.toml.sig"
                keyring = "/etc/hostd/keys.gpg"
                key_file = "/etc/hostd/token"
                """
            )
        ]).models
        #expect(
            models
                == ModelSourceSettings(
                    url: "https://config.example/models.toml?host=a", interval: .seconds(600), timeout: .seconds(5),
                    sha256: String(repeating: "ab", count: 32), signature: "http://localhost:8080/models.toml.sig",
                    keyring: "/etc/hostd/keys.gpg", keyFile: "/etc/hostd/token"))
        #expect(try configuration([("hostd.toml", "")]).models == ModelSourceSettings())
    }

    @Test(arguments: [
        ("url = \"http://config.example/m\"", "7: models.url: \"http://config.example/m\" can be changed on its way"),
        ("url = \"http://127.0.0.1.example/\"", "7: models.url: \"http://127.0.0.1.example/\" can be changed"),
        ("url = \"ftp://config.example/m\"", "7: models.url: \"ftp://config.example/m\" has the scheme \"ftp\""),
        ("url = \"https://u:p@h/\"", "7: models.url: has a user name or password in it"),
        ("interval = \"10s\"", "12: models.interval: \"10s\" is out of range (1m to 1d)"),
        ("key_file = \"/x\"", "12: models.key_file: goes with url, which is not here (give url too)"),
        ("url = \"http://[::1]:80/\"\nkeyring = \"/x\"", "11: models.keyring: there is no signature to check"),
        ("url = \"http://127.0.0.1/\"\nsignature = \"https://h/s\"", "13: models.signature: nobody may sign"),
        ("urll = \"x\"", "1: models.urll: unknown key (did you mean \"url\"?)"),
    ])
    func whatIsWrongIsSaid(_ line: String, _ message: String) {
        let all = errors("[models]\n\(line)\n")
        let place = line.contains("\n") ? "3" : "2"
        #expect(all.count == 1 && all[0].hasPrefix("hostd.toml:\(place):\(message)"), "\(all)")
    }

    @Test func anotherSourceTakesNoRestart() throws {
        let old = try configuration([("hostd.toml", "")])
        let new = try configuration([("hostd.toml", "[models]\nurl = \"https://h/m\"\n")])
        #expect(ConfigurationPlan(from: old, to: new).hostKeys == ["models.url"])
        #expect(ConfigurationPlan(from: old, to: new).hostKeysForRestart.isEmpty)
    }
}
