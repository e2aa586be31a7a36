/* SPDX-License-Identifier: Apache-2.0 */
#include "ctoml.h"

#include <string>
#include <string_view>
#include <vector>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#define TOML_MAX_NESTED_VALUES 64
/* toml++ 3.3 asserts what wrong input can break ("a = [}", "[$a]"), and with NDEBUG lets the compiler assume it.
 * Without either, its own checks further on find each of these inputs and say where. */
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

struct ctoml_document {
    toml::table root;
    std::vector<ctoml_node> nodes;
    std::string error;
    ctoml_place error_place{};
};

namespace {

ctoml_place place_of(const toml::source_position &position) {
    return {position.line, position.column};
}

/* Places the nodes of one tree one behind the other, parents before children. */
class flattener {
  public:
    flattener(ctoml_document &document, size_t max_depth) : document{document}, max_depth{max_depth} {}

    bool add(const toml::node &node, const toml::key *key, size_t depth) {
        ctoml_node flat{};
        flat.place = place_of(node.source().begin);
        if (key != nullptr) {
            flat.key = text_of(key->str());
            flat.key_place = place_of(key->source().begin);
        }
        if (const auto *table = node.as_table()) {
            return add_children(*table, flat, CTOML_TABLE, depth);
        }
        if (const auto *array = node.as_array()) {
            return add_children(*array, flat, CTOML_ARRAY, depth);
        }
        if (const auto *text = node.as_string()) {
            flat.kind = CTOML_STRING;
            flat.text = text_of(text->get());
        } else if (const auto *integer = node.as_integer()) {
            flat.kind = CTOML_INTEGER;
            flat.integer = integer->get();
        } else if (const auto *number = node.as_floating_point()) {
            flat.kind = CTOML_FLOAT;
            flat.number = number->get();
        } else if (const auto *boolean = node.as_boolean()) {
            flat.kind = CTOML_BOOLEAN;
            flat.integer = boolean->get() ? 1 : 0;
        } else {
            flat.kind = CTOML_DATE_TIME;
        }
        document.nodes.push_back(flat);
        return true;
    }

  private:
    ctoml_document &document;
    size_t max_depth;

    /* An empty text still has an address: NULL means that there is no text. */
    static ctoml_text text_of(std::string_view text) {
        return {text.data() != nullptr ? text.data() : "", text.size()};
    }

    template <typename Children>
    bool add_children(const Children &children, ctoml_node flat, ctoml_kind kind, size_t depth) {
        if (depth >= max_depth) {
            document.error = "nested too deeply";
            document.error_place = flat.key.bytes != nullptr ? flat.key_place : flat.place;
            return false;
        }
        flat.kind = kind;
        flat.children = children.size();
        document.nodes.push_back(flat);
        if constexpr (std::is_same_v<Children, toml::table>) {
            for (auto &&[key, value] : children) {
                if (!add(value, &key, depth + 1)) return false;
            }
        } else {
            for (const auto &value : children) {
                if (!add(value, nullptr, depth + 1)) return false;
            }
        }
        return true;
    }
};

} // namespace

ctoml_document *ctoml_parse(const char *text, size_t count, size_t max_depth) {
    auto *document = new ctoml_document;
    auto result = toml::parse(std::string_view{text, count});
    if (result.failed()) {
        document->error = result.error().description();
        document->error_place = place_of(result.error().source().begin);
        return document;
    }
    document->root = std::move(result).table();
    if (!flattener{*document, max_depth}.add(document->root, nullptr, 0)) document->nodes.clear();
    return document;
}

void ctoml_free(ctoml_document *document) {
    delete document;
}

const char *ctoml_error(const ctoml_document *document, ctoml_place *place) {
    if (document->error.empty()) return nullptr;
    *place = document->error_place;
    return document->error.c_str();
}

const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count) {
    *count = document->nodes.size();
    return document->nodes.data();
}
