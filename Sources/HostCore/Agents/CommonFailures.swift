// SPDX-License-Identifier: Apache-2.0

/// What failures mean whoever fails.
enum CommonFailures {
    /// The ends that every program has in common (sysexits.h, sh).
    static let programs = [
        AgentFailureRule(.disruption, exits: [75], reason: "it asks to be tried again later (EX_TEMPFAIL)"),
        AgentFailureRule(.permanent, exits: Set(64...78), reason: "a fault of its command or configuration"),
        AgentFailureRule(.permanent, exits: [126], reason: "its program cannot be executed"),
        AgentFailureRule(.permanent, exits: [127], reason: "its program was not found"),
    ]

    /// The words that providers of models, and clients of theirs, have for failures. What is permanent comes first: a
    /// refusal may mention a rate.
    static let providers = [
        AgentFailureRule(
            .permanent,
            text: needles(
                "model_not_found", "model not found", "unknown model", "invalid model", "not a valid model",
                "no such model", "model does not exist", "no endpoints found", "404 model", "not_found_error",
                "is not supported when using", "model_not_supported", "unsupported model", "litellm.notfounderror"),
            blamesModel: true, isRefusal: true, reason: "there is no such model"),
        AgentFailureRule(
            .permanent,
            text: needles(
                "authentication_error", "authentication_failed", "invalid api key", "invalid_api_key",
                "invalid x-api-key", "incorrect api key", "litellm.authenticationerror", "api key not valid",
                "401 unauthorized", "permission_error", "403 forbidden",
                "permission_denied", "error 401", "error 403", "status 401", "status 403", "error: 401", "error: 403"),
            isRefusal: true, reason: "the provider refused the key"),
        AgentFailureRule(
            .permanent, text: needles("no api key", "missing api key", "not logged in", "please run /login"),
            reason: "there is no key for the provider"),
        AgentFailureRule(
            .permanent,
            text: needles("insufficient_quota", "credit balance is too low", "insufficient credits", "billing_error"),
            reason: "the account has no credit"),
        AgentFailureRule(
            .disruption,
            text: needles(
                "overloaded", "error 529", "error: 529", "status 529", "rate limit", "rate_limit", "rate-limit",
                "ratelimiterror", "too many requests", "429 too", "error 429", "error: 429", "status 429",
                "resource_exhausted", "quota exceeded", "usage limit", "limit reached"),
            reason: "the provider asked for patience"),
        AgentFailureRule(
            .disruption,
            text: needles(
                "internal server error", "internalservererror", "serviceunavailableerror", "bad gateway",
                "service unavailable", "service_unavailable",
                "gateway timeout", "error: 500", "error: 502", "error: 503", "error: 504", "api_error",
                "server_error"),
            reason: "the provider failed"),
        AgentFailureRule(
            .disruption,
            text: needles(
                "econnreset", "econnrefused", "etimedout", "enotfound", "eai_again", "enetunreach", "ehostunreach",
                "connection error", "apiconnectionerror", "connection reset", "connection refused", "connection closed",
                "socket hang up",
                "fetch failed", "network error", "network is unreachable", "stream disconnected",
                "temporary failure in name resolution", "request timed out"),
            reason: "the provider could not be reached"),
    ]

    private static func needles(_ texts: String...) -> [TextNeedle] { texts.map(TextNeedle.init) }
}
