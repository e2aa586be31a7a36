/* SPDX-License-Identifier: Apache-2.0 */
#include "cpresets.h"

static const unsigned char generic_http[] = {
#embed "../../config/presets/generic-http.toml"
};
static const unsigned char generic_node[] = {
#embed "../../config/presets/generic-node.toml"
};
static const unsigned char hermes_gateway[] = {
#embed "../../config/presets/hermes-gateway.toml"
};
static const unsigned char litellm[] = {
#embed "../../config/presets/litellm.toml"
};
static const unsigned char nanobot_gateway[] = {
#embed "../../config/presets/nanobot-gateway.toml"
};
static const unsigned char openclaw_gateway[] = {
#embed "../../config/presets/openclaw-gateway.toml"
};

static const unsigned char job_aider[] = {
#embed "../../config/presets/jobs/aider.toml"
};
static const unsigned char job_claude_code[] = {
#embed "../../config/presets/jobs/claude-code.toml"
};
static const unsigned char job_codex[] = {
#embed "../../config/presets/jobs/codex.toml"
};
static const unsigned char job_gemini_cli[] = {
#embed "../../config/presets/jobs/gemini-cli.toml"
};
static const unsigned char job_generic[] = {
#embed "../../config/presets/jobs/generic.toml"
};
static const unsigned char job_openclaw_agent[] = {
#embed "../../config/presets/jobs/openclaw-agent.toml"
};
static const unsigned char job_opencode[] = {
#embed "../../config/presets/jobs/opencode.toml"
};
static const unsigned char job_openhands[] = {
#embed "../../config/presets/jobs/openhands.toml"
};

#define ENTRY(name, bytes) {name, bytes, sizeof bytes}

static const struct cpresets_entry entries[] = {
    ENTRY("generic-http", generic_http),
    ENTRY("generic-node", generic_node),
    ENTRY("hermes-gateway", hermes_gateway),
    ENTRY("litellm", litellm),
    ENTRY("nanobot-gateway", nanobot_gateway),
    ENTRY("openclaw-gateway", openclaw_gateway),
};

const struct cpresets_entry *cpresets_all(size_t *count) {
    *count = sizeof entries / sizeof entries[0];
    return entries;
}

static const struct cpresets_entry jobs[] = {
    ENTRY("aider", job_aider),
    ENTRY("claude-code", job_claude_code),
    ENTRY("codex", job_codex),
    ENTRY("gemini-cli", job_gemini_cli),
    ENTRY("generic", job_generic),
    ENTRY("openclaw-agent", job_openclaw_agent),
    ENTRY("opencode", job_opencode),
    ENTRY("openhands", job_openhands),
};

const struct cpresets_entry *cpresets_jobs(size_t *count) {
    *count = sizeof jobs / sizeof jobs[0];
    return jobs;
}
