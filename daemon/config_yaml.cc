#include "daemon/config_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/field_check.h"

namespace convoy {
namespace {

// The library counts from 0, and from -1 where it does not know.
int LineOf(const YAML::Mark& mark) { return std::max(mark.line + 1, 1); }

// Makes a tree of the library's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  // `root` is not owned.
  explicit TreeBuilder(YamlNode* root) : root_(root) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Add(Make(YamlNode::Kind::kNull, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Add(Make(YamlNode::Kind::kAlias, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    YamlNode node = Make(YamlNode::Kind::kScalar, mark);
    node.text = value;
    // What the library calls scalars without a tag.
    node.quoted = tag == "!";
    node.tagged = tag != "!" && tag != "?";
    Add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&,
                       YAML::anchor_t, YAML::EmitterStyle::value) override {
    open_.push_back({Make(YamlNode::Kind::kSequence, mark), std::nullopt});
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open_.push_back({Make(YamlNode::Kind::kMap, mark), std::nullopt});
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Open {
    YamlNode node;
    // Of a map: a key whose value comes next.
    std::optional<YamlNode> key;
  };

  static YamlNode Make(YamlNode::Kind kind, const YAML::Mark& mark) {
    YamlNode node;
    node.kind = kind;
    node.line = LineOf(mark);
    return node;
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(YamlNode node) {
    if (open_.empty()) {
      *root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (!parent.key.has_value()) {
      parent.key = std::move(node);
      return;
    }
    parent.node.entries.emplace_back(*std::move(parent.key), std::move(node));
    parent.key.reset();
  }

  YamlNode* const root_;
  std::vector<Open> open_;
};

// Sees where a document begins, and no more.
class StartFinder final : public YAML::EventHandler {
 public:
  int line() const { return line_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    line_ = LineOf(mark);
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  int line_ = 1;
};

// YAML has no control characters and no bytes that are not UTF-8; the library
// takes both.
std::optional<YamlProblem> CheckCharacters(absl::string_view text) {
  for (int line = 1; !text.empty(); ++line) {
    const absl::string_view one = text.substr(0, text.find('\n'));
    const bool plain = absl::c_all_of(one, [](char c) {
      return c == '\t' || c == '\r' || !HasControl(absl::string_view(&c, 1));
    });
    if (!plain) {
      return YamlProblem{line, "a control character; allowed: UTF-8 text"};
    }
    if (!CountCharacters(one).has_value()) {
      return YamlProblem{line, "not UTF-8; allowed: UTF-8 text"};
    }
    text.remove_prefix(std::min(one.size() + 1, text.size()));
  }
  return std::nullopt;
}

}  // namespace

std::optional<YamlProblem> ParseYaml(absl::string_view text, YamlNode* root) {
  *root = YamlNode();
  if (auto problem = CheckCharacters(text)) return problem;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(root);
    if (!parser.HandleNextDocument(builder)) return std::nullopt;
    // Not in a loop: in a text like ",a" the library finds documents for ever.
    StartFinder finder;
    if (!parser.HandleNextDocument(finder)) return std::nullopt;
    return YamlProblem{finder.line(),
                       "text after the end of the document; allowed: one "
                       "document in a file"};
  } catch (const YAML::Exception& e) {
    return YamlProblem{LineOf(e.mark),
                       absl::StrCat("not YAML: ", Excerpt(e.msg))};
  } catch (const std::exception& e) {
    return YamlProblem{1, absl::StrCat("cannot be read: ", Excerpt(e.what()))};
  }
}

absl::string_view WrongInScalar(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "has no value";
    case YamlNode::Kind::kScalar:
      return node.tagged ? "has a tag" : "";
    case YamlNode::Kind::kAlias:
      return "is an alias; write its value out";
    case YamlNode::Kind::kMap:
    case YamlNode::Kind::kSequence:
      return "is not a single value";
  }
  return "";
}

}  // namespace convoy
