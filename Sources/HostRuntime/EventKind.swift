// SPDX-License-Identifier: Apache-2.0

/// One kind of event as the journal knows it. docs/journal.md lists all; programs rely on the ids, so one that was
/// released never changes.
nonisolated struct EventKind: Sendable {
    /// As in the history: `service.exited`.
    let name: String
    /// MESSAGE_ID, 32 hexadecimal digits.
    let messageID: String
    /// PRIORITY, where the event itself has none.
    let priority: Journal.Priority
    /// What it means, in a few words.
    let meaning: String

    init(_ name: String, _ messageID: String, _ priority: Journal.Priority, _ meaning: String) {
        self.name = name
        self.messageID = messageID
        self.priority = priority
        self.meaning = meaning
    }

    /// The kind with this name; nil for one that has no row.
    static func named(_ name: String) -> EventKind? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// Every kind there is.
    static let all = [
        EventKind("service.starting", "4ee646941a864445be87e3fd52c8760d", .info, "a launch begins"),
        EventKind("service.started", "49bfbad3585647bf94bf311bd1d0b053", .info, "its main process runs"),
        EventKind("service.ready", "eafb0f539ec746e99df0a0e65992cc51", .notice, "it can take work"),
        EventKind(
            "service.running", "cd4c77b0ef70453d9f1e69f08f4728df", .info,
            "it runs and cannot take work yet, or no longer"),
        EventKind("service.unhealthy", "581ab73cadf340929896aff374be9f63", .warning, "a probe fails"),
        EventKind("service.waiting", "01f11287d45345b181d19511ad945261", .warning, "a start waits for something"),
        EventKind("service.exited", "f805c5604b9c406e83d5975447c55732", .info, "its main process has ended"),
        EventKind("service.backoff", "362152e92c104c1ebaeb30ec3defd3f2", .warning, "it is started again after a pause"),
        EventKind("service.looping", "2a135d6d3f7842d399ba7936a6f46e50", .error, "a crash loop: tried again slowly"),
        EventKind("service.held", "7d36119a2315420ca376a45413aee804", .error, "its exit says: do not restart"),
        EventKind("service.stopping", "6cc2a94304244c0993bdab66ec26a8a2", .info, "it is being stopped"),
        EventKind("service.stopped", "cb5939bd134f45f9976ade7fea894b1e", .notice, "it is down, as wanted"),
        EventKind("service.killing", "92e9c98fae184603a7a18f0702a7f9bb", .warning, "SIGKILL to its whole tree"),
        EventKind("service.cleared", "47dbc7104f6245d5b56b6c05cb80c8e5", .info, "nothing of its tree is left"),
        EventKind(
            "service.adopted", "21f940473dbe424eb93eee644160f76d", .notice, "found running at the start of hostd"),
        EventKind("service.keeper_lost", "668d48d7dbbc4015b3d5b1b0d32b5693", .warning, "its keeper is gone"),
        EventKind(
            "service.swept", "7da7870b79644f579fd66211d89bce00", .warning,
            "what was left of its tree was found and killed"),
        EventKind(
            "service.progress", "fe0ad61bd8324a22b3b41d7583d7f8b0", .info, "a start that takes long makes progress"),
        EventKind("service.launch_failed", "5dc2dc4150504f7cb11c75d56ebfe5db", .error, "it could not be launched"),
        EventKind(
            "service.last_line", "80813093ec1044d98ec7e3f24332b7e4", .info, "the last line that an ended instance wrote"
        ),
        EventKind(
            "service.roll_halted", "e0e9bf146e65436bafeb133fc923f283", .error,
            "not restarted in its turn: an instance that was is not well"),
        EventKind(
            "service.engines", "5d2f6a0e3c1b4f0f9f4c7a4be21d8c36", .warning,
            "its package.json asks for another Node than the pinned one"),
        EventKind(
            "service.output_lost", "b14b5c7a2c9d4f0f9a7c0d6f54b1e3a8", .warning,
            "lines that it wrote are lost: the disk of its log took no more"),
        EventKind("service.reloaded", "3ef4589bd58c431d9c2c0b853bb66cd5", .info, "its reload action was done"),
        EventKind("service.reset", "431c2ee9e2614a78a14e873f1f395b86", .notice, "its failures were forgotten"),
        EventKind("service.signalled", "321a89afa48b493bb5ebb0ee5b8f9c8f", .info, "a person sent it a signal"),
        EventKind("host.reloaded", "06c5f0856a5541fba3b0c07a2138c89b", .notice, "the configuration was read again"),
        EventKind(
            "host.reload_refused", "a04ebc7485cb47458b5237a8f75079c2", .error,
            "the configuration has errors: the old one stays"),
        EventKind(
            "host.reexec", "97e49d6af8a140818ae4724b3953c8d1", .notice, "another hostd takes over in the same process"),
        EventKind(
            "host.reexec_refused", "25fc65bcc2884ed79b35f67ad2a9060e", .error,
            "the installed hostd does not take over: this one goes on"),
        EventKind("host.removed", "0fadb68ca4f14905b9fd90094bfd1353", .notice, "a service is no longer configured"),
        EventKind("host.started", "f4e6a3713b774a0186f9a3617a8df230", .notice, "hostd runs"),
        EventKind("host.stopping", "ab490705f8694d6c8c53ccb2e88a2ab8", .notice, "hostd stops everything"),
        EventKind(
            "host.detaching", "e8bb32c79b8b4979b513324a5a6856c0", .notice, "hostd ends, its services run on"),
        EventKind("host.stopped", "ff10e08eda114f3eb717278dba5a77a1", .notice, "hostd ends"),
        EventKind(
            "host.awake", "6f1d0a5cf8a74d1c9b2e4b7c3d5a9e10", .notice, "the host, or hostd, did not run for a while"),
        EventKind("host.condition", "aa04af4d2c634fa983449d7a08d39b1a", .warning, "a condition has changed its level"),
        EventKind(
            "host.oom_kill", "5d0c1f6f2e3b4a54a4d0f0b1c7e9a352", .error,
            "the kernel has ended processes for want of memory"),
        EventKind(
            "host.disk", "7c1f0b5a9d3e4f62a8b46f0d21c5e937", .warning, "what is done about a disk that fills up"),
        EventKind(
            "host.stray", "a3bc61dc9369457aa6217c9a83f2742a", .warning, "a launch that belongs to no service is ended"),
        EventKind("service.hook", "e5c6896414854f578f957fd9feccbb82", .info, "a hook of it begins or has ended"),
        EventKind(
            "host.refused", "6810d07a7c594f66be756c2cd9e9d344", .warning, "somebody asked for what he may not have"),
        EventKind(
            "host.schedule_skipped", "e474e007b2aa40b4f8540d95a502a86a", .notice,
            "a due time of a schedule is left out"),
        EventKind("job.submitted", "14a03569d26b949692e5dfe8cb1855fe", .notice, "a job was submitted"),
        EventKind("job.starting", "096d373742f9a039c320a4737c2b3abe", .info, "an attempt of a job begins"),
        EventKind("job.started", "9623d7cfa9ae7a34254499c7001d9a88", .info, "the main process of an attempt runs"),
        EventKind("job.waiting", "bc1e3ac1c27db4ecf72c2c2678629522", .info, "a job waits for something"),
        EventKind("job.session", "059a91e1c527e27951c342505f877031", .info, "the session that a job works in is known"),
        EventKind("job.stalled", "32b7228fcd4a55577d24b39645cf8aa4", .warning, "an attempt hangs, and is ended"),
        EventKind("job.stopping", "e91b4ad169fc5360df5ca32ebad5ccc2", .info, "an attempt is stopped"),
        EventKind(
            "job.killing", "181e290aae9af1698a0c510089ce5ef7", .warning, "an attempt did not stop in time and is killed"
        ),
        EventKind(
            "job.keeper_lost", "b313fc7e8db9b92c903c2ac9316774fe", .warning, "the keeper of an attempt was killed"),
        EventKind("job.swept", "a9b3d1a243f9300cba98666ace1c9c17", .warning, "what was left of an attempt is killed"),
        EventKind(
            "job.adopted", "168e5087af895f5b9c2c0ac2cda95957", .notice,
            "an attempt of an earlier hostd is found again"),
        EventKind("job.launch_failed", "fd80206055e8b3eb6cb9185ed822e2f9", .error, "an attempt could not be launched"),
        EventKind("job.exited", "68f22599ccdf540b5cb53ec017d7ab26", .info, "the main process of an attempt has ended"),
        EventKind(
            "job.retrying", "b31a5bf371f970cf401fe4fcce06294d", .warning,
            "an attempt has failed and another one follows"),
        EventKind("job.held", "b3642b1932793637c16cf5c51801fd9a", .error, "a job rests until a person says so"),
        EventKind("job.released", "18f918e24a8b0188cbe19514a28a0aaa", .notice, "a person lets a job go on"),
        EventKind("job.succeeded", "e71b870396ac828f0bb1e330f38d2e64", .notice, "a job is done"),
        EventKind("job.failed", "e9a51fb2a7c88e4bd3f18766336c7fcd", .error, "a job has failed for good"),
        EventKind("job.cancelled", "d52d5759eec7ddb57c9881b15c41d5c5", .notice, "a job was cancelled"),
        EventKind(
            "job.hook_failed", "936d0e1e83c02da83197d4e2e8d5b9e3", .warning,
            "a hook of a job has failed, and is tried again"),
        EventKind(
            "policy.accepted", "a1233aeb91428a5384a1e1ebca4dbb8b", .notice,
            "a policy of the models is in force"),
        EventKind(
            "policy.refused", "bcbe548b863c2ad46c7e73db4dd84d9b", .error,
            "models.toml is wrong, and what was in force stays"),
        EventKind(
            "policy.reached", "8ae655b1f81967538c7c3f9d6ef6eac3", .info,
            "every target has the generation in force"),
        EventKind(
            "policy.target_failed", "e910db0a5fb792bb42ff992f801b6cc0", .warning,
            "a generation could not be brought to a target, and is tried again"),
        EventKind(
            "policy.unwritten", "00bb61daf7ff921007b6111769ba3cfe", .warning,
            "a policy could not be written down, and is tried again"),
        EventKind(
            "policy.rolled_back", "417323644102d2fa03f206f494efe83c", .warning,
            "a candidate was worse or refused, and is tried no more"),
        EventKind(
            "policy.held", "a5fab23bbe1976e184c542ccabe05c91", .notice,
            "a candidate has held"),
        EventKind(
            "policy.inconclusive", "b529d573a61cca8d60506db3ef89c423", .notice,
            "nothing can be said of a candidate, and it is tried no more"),
        EventKind(
            "policy.board", "682782686208a07b079abb5161c8beef", .notice,
            "a ranking was fetched, and this is what has changed on it"),
        EventKind(
            "policy.source_failed", "5e72fef1a683348339fb9e6e3f3fd7d8", .warning,
            "the policy does not come from its source, or nobody vouches for it: the last good one stays"),
        EventKind(
            "policy.source_ok", "9aaf518ebc5e98b94ac57088723cbfc4", .notice,
            "the policy comes from its source again"),
    ]
}
