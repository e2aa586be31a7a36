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
