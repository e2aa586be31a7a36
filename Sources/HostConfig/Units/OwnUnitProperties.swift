// SPDX-License-Identifier: Apache-2.0

/// The properties that `unit` refuses, with why and what to write instead.
enum OwnUnitProperties {
    /// The complaint about each of them by its name.
    static let complaints: [String: String] = Dictionary(
        groups.flatMap { why, names in names.map { ($0, why) } }
    ) { first, _ in first }

    private static let groups: [(why: String, names: [String])] = programs + accounts + output + limits + outcome

    private static let programs: [(String, [String])] = [
        ("hostd starts the program (write command)", ["ExecStart", "ExecStartEx"]),
        (
            "hostd runs what comes before a start (write before_start)",
            ["ExecCondition", "ExecConditionEx", "ExecStartPre", "ExecStartPreEx"]
        ),
        ("hostd knows when it is up (write startup or ready)", ["ExecStartPost", "ExecStartPostEx"]),
        ("hostd runs what comes after an end (write after_stop)", ["ExecStopPost", "ExecStopPostEx"]),
        ("hostd reloads it (write reload)", ["ExecReload", "ExecReloadEx", "ReloadSignal"]),
        (
            "hostd and its keeper end it (write stop)",
            [
                "ExecStop", "ExecStopEx", "FinalKillSignal", "KillMode", "KillSignal", "RestartKillSignal",
                "SendSIGHUP",
                "SendSIGKILL", "TimeoutAbortSec", "TimeoutSec", "TimeoutStopFailureMode", "TimeoutStopSec",
            ]
        ),
        (
            "hostd restarts it (write restart)",
            [
                "Restart", "RestartForceExitStatus", "RestartPreventExitStatus", "RestartSec", "StartLimitAction",
                "StartLimitBurst", "StartLimitIntervalSec", "SuccessExitStatus",
            ]
        ),
        (
            "hostd hears it (write a probe: startup, live, ready)",
            ["NotifyAccess", "TimeoutStartFailureMode", "TimeoutStartSec", "WatchdogSec", "WatchdogSignal"]
        ),
        (
            "the main process of the unit is the keeper, not the program (leave it out)",
            [
                "BusName", "ExitType", "GuessMainPID", "PIDFile", "RemainAfterExit", "Type", "USBFunctionDescriptors",
                "USBFunctionStrings", "IgnoreSIGPIPE",
            ]
        ),
        ("hostd holds the sockets (write listen)", ["FileDescriptorStoreMax", "NonBlocking"]),
        (
            "hostd ends what takes too long (write attempt_timeout in a kind)",
            ["RuntimeMaxSec", "RuntimeRandomizedExtraSec"]
        ),
    ]

    private static let accounts: [(String, [String])] = [
        (
            "the keeper has to stay hostd's user: it becomes the program's user itself (write user)",
            ["DynamicUser", "PAMName", "User", "UtmpIdentifier", "UtmpMode"]
        ),
        ("the keeper becomes the program's group itself (write group)", ["Group"]),
        ("the keeper sets the groups itself (write groups)", ["SupplementaryGroups"]),
        (
            "the keeper could not become the program's user any more (leave it out)",
            ["PrivateUsers", "SecureBits"]
        ),
        (
            "the program loses them when the keeper becomes its user (run it as root with CapabilityBoundingSet, or "
                + "give the file capabilities)", ["AmbientCapabilities"]
        ),
        ("it does nothing where the unit has no User (write PrivateIPC = \"yes\")", ["RemoveIPC"]),
        (
            "the program's environment does not come from the unit (write env or env_file)",
            ["Environment", "EnvironmentFile", "ExecSearchPath", "PassEnvironment", "UnsetEnvironment"]
        ),
        (
            "they would be the keeper's, and the program's user could not read them (write env_file)",
            ["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"]
        ),
        ("the keeper enters it as the program's user (write directory)", ["WorkingDirectory"]),
        (
            "the folder would be the keeper's user's (make it, and write directory or ReadWritePaths)",
            [
                "CacheDirectory", "CacheDirectoryMode", "ConfigurationDirectory", "ConfigurationDirectoryMode",
                "LogsDirectory", "LogsDirectoryMode", "RuntimeDirectory", "RuntimeDirectoryMode",
                "RuntimeDirectoryPreserve", "StateDirectory", "StateDirectoryMode",
            ]
        ),
        (
            "keeper and hostd's folders would have to be in there (write BindPaths, TemporaryFileSystem)",
            [
                "MountAPIVFS", "RootDirectory", "RootDirectoryStartOnly", "RootHash", "RootHashSignature", "RootImage",
                "RootImageOptions", "RootVerity",
            ]
        ),
        (
            "an image is mounted by a unit of its own (write Requires = \"NAME.mount\" and BindPaths)",
            ["ExtensionDirectories", "ExtensionImages", "MountImages"]
        ),
    ]

    private static let output: [(String, [String])] = [
        (
            "the keeper reads what it is to do from stdin (leave it out)",
            ["StandardInput", "StandardInputData", "StandardInputText"]
        ),
        (
            "output goes into hostd's log (write log)",
            [
                "LogExtraFields", "LogFilterPatterns", "LogLevelMax", "LogNamespace", "LogRateLimitBurst",
                "LogRateLimitIntervalSec", "StandardError", "StandardOutput", "SyslogFacility", "SyslogIdentifier",
                "SyslogLevel", "SyslogLevelPrefix",
            ]
        ),
        (
            "the program has no terminal (leave it out)",
            ["TTYColumns", "TTYPath", "TTYReset", "TTYRows", "TTYVHangup", "TTYVTDisallocate"]
        ),
    ]

    private static let limits: [(String, [String])] = [
        ("hostd keeps it with both launchers (write limits.memory)", ["MemoryMax", "MemoryLimit"]),
        ("hostd keeps it with both launchers (write limits.memory_high)", ["MemoryHigh"]),
        ("hostd keeps it with both launchers (write limits.tasks)", ["TasksMax"]),
        ("hostd keeps it with both launchers (write limits.cpu)", ["CPUQuota"]),
        ("hostd keeps it with both launchers (write limits.cpu_weight)", ["CPUShares", "CPUWeight"]),
        ("hostd keeps it with both launchers (write limits.io_weight)", ["BlockIOWeight", "IOWeight"]),
        ("it belongs to cgroup v1 (write StartupCPUWeight)", ["StartupCPUShares"]),
        ("it belongs to cgroup v1 (write StartupIOWeight)", ["StartupBlockIOWeight"]),
        ("it belongs to cgroup v1 (write IOAccounting)", ["BlockIOAccounting"]),
        ("it belongs to cgroup v1 (write IODeviceWeight)", ["BlockIODeviceWeight"]),
        ("it belongs to cgroup v1 (write IOReadBandwidthMax)", ["BlockIOReadBandwidth"]),
        ("it belongs to cgroup v1 (write IOWriteBandwidthMax)", ["BlockIOWriteBandwidth"]),
        ("the keeper sets it (write limits.open_files)", ["LimitNOFILE"]),
        ("the keeper sets it (write nice)", ["LimitNICE", "Nice"]),
        ("the keeper sets it (write oom_score_adj)", ["OOMScoreAdjust"]),
        ("the keeper has to live on to tell of it (leave it out)", ["OOMPolicy"]),
        ("the keeper sets it (write umask)", ["UMask"]),
        (
            "the cgroup is the keeper's, and the program's user could not write there (leave it out)",
            ["Delegate", "DelegateControllers"]
        ),
    ]

    private static let outcome: [(String, [String])] = [
        ("hostd names its units (leave it out)", ["Description", "SourcePath"]),
        ("hostd collects its units (leave it out)", ["CollectMode", "StopWhenUnneeded", "AllowIsolate", "Markers"]),
        (
            "the unit ends with every restart, which means nothing (write an [[alert]], or on_failure in a kind)",
            [
                "FailureAction", "FailureActionExitStatus", "JobTimeoutAction", "JobTimeoutRebootArgument", "OnFailure",
                "OnFailureJobMode", "OnSuccess", "OnSuccessJobMode", "RebootArgument", "SuccessAction",
                "SuccessActionExitStatus",
            ]
        ),
        ("hostd could not start or stop it any more (leave it out)", ["RefuseManualStart", "RefuseManualStop"]),
        ("hostd waits for the start (leave it out)", ["JobRunningTimeoutSec", "JobTimeoutSec"]),
        (
            "hostd starts and stops it (write after or restart_with)",
            [
                "BoundBy", "ConflictedBy", "Conflicts", "ConsistsOf", "PartOf", "PropagatesReloadTo",
                "PropagatesStopTo",
                "ReloadPropagatedFrom", "RequiredBy", "StopPropagatedFrom", "TriggeredBy", "Triggers", "UpheldBy",
                "Upholds", "WantedBy",
            ]
        ),
    ]

    /// Conditions would let a start do nothing, without a word.
    static func complaint(about name: String) -> String? {
        if let known = complaints[name] { return known }
        guard name.hasPrefix("Condition") || name.hasPrefix("Assert") else { return nil }
        return "hostd decides when it starts (write needs or before_start)"
    }
}
