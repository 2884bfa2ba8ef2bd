#ifndef CONVOY_DAEMON_CONFIG_YAML_H_
#define CONVOY_DAEMON_CONFIG_YAML_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace convoy {

// YAML as a tree. Everything that stands in the text is in the tree, or is a
// problem: nothing is left out in silence.

struct YamlNode {
  enum class Kind { kNull, kScalar, kMap, kSequence, kAlias };

  Kind kind = Kind::kNull;
  int line = 1;         // As people count.
  std::string text;     // Of a scalar.
  bool quoted = false;  // A scalar in quotes, or a block of text.
  bool tagged = false;  // A scalar with a tag of its own ("!!int 3").
  // Of a map, in the order of the text, one key twice included.
  std::vector<std::pair<YamlNode, YamlNode>> entries;
  std::vector<YamlNode> items;  // Of a sequence.
};

struct YamlProblem {
  int line = 1;
  std::string what;
};

// Reads one document. A text without any is a null.
std::optional<YamlProblem> ParseYaml(absl::string_view text, YamlNode* root);

// Why a node cannot be the value of a key that is no list; empty: it can.
absl::string_view WrongInScalar(const YamlNode& node);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_YAML_H_
