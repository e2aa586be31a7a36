// SPDX-License-Identifier: Apache-2.0

/// `[control]`
enum ControlSection {
    static let section = Section(
        "control", empty: ControlSettings(),
        keys: [
            Key(
                "listen", .listenAddress, \.listen,
                "Answers here too, over TCP, for whoever has the token and for looking only; off unless set."),
            Key(
                "token_file", .secretPlace, \.tokenFile,
                "Holds the token for TCP; made when missing, but for credential:NAME, which systemd hands to hostd. "
                    + "Without this key, token in the state folder."
            ),
            Key("admin_group", .account, \.adminGroup, "Members may change things; this equals being root."),
            Key("read_group", .account, \.readGroup, "Members may look."),
        ])
}
