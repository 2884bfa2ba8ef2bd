#include "daemon/declaration_keys.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "daemon/edit_distance.h"
#include "daemon/field_check.h"

namespace convoy {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxItems = 256;

const v1::Setting& SettingOf(const FieldDescriptor* field) {
  return field->options().GetExtension(v1::setting);
}

std::string Allowed(const FieldDescriptor* field) {
  const v1::Setting& setting = SettingOf(field);
  if (field->is_repeated()) {
    return absl::StrCat("a list of up to ", kMaxItems, " texts");
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return "true, false";
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    return absl::StrCat(setting.min(), " to ", setting.max());
  }
  if (setting.allowed_size() > 0) {
    return absl::StrJoin(setting.allowed(), ", ");
  }
  return setting.absolute_path()
             ? "an absolute path"
             : absl::StrCat("text of at most ", kMaxTextBytes, " bytes");
}

// The functions below return what is wrong; empty: nothing.

std::string WrongInText(const v1::Setting& setting, absl::string_view text) {
  if (HasControl(text)) return "holds a control character";
  if (text.empty()) return "is an empty text";
  if (text.size() > kMaxTextBytes) return "is too long";
  if (setting.allowed_size() > 0 &&
      !absl::c_linear_search(setting.allowed(), text)) {
    return absl::StrCat("\"", Excerpt(text), "\" is none of the known values");
  }
  if (setting.absolute_path() && !absl::StartsWith(text, "/")) {
    return "is not an absolute path";
  }
  return "";
}

std::string SetNumber(const FieldDescriptor* field, absl::string_view text,
                      Message* message) {
  const v1::Setting& setting = SettingOf(field);
  // "010" is eight to some readers of YAML and ten to others.
  const bool whole = !text.empty() &&
                     absl::c_all_of(text, absl::ascii_isdigit) &&
                     !(text.size() > 1 && text.front() == '0');
  std::int64_t value = 0;
  if (!whole) {
    return absl::StrCat("\"", Excerpt(text), "\" is not a whole number");
  }
  if (!absl::SimpleAtoi(text, &value) || value < setting.min() ||
      value > setting.max()) {
    return absl::StrCat("\"", Excerpt(text), "\" is out of range");
  }
  message->GetReflection()->SetInt64(message, field, value);
  return "";
}

std::string SetScalar(const FieldDescriptor* field, const YamlNode& value,
                      Message* message) {
  std::string problem(WrongInScalar(value));
  if (!problem.empty()) return problem;
  const bool is_text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (!is_text && value.quoted) {
    return "is a text in quotes; write it without";
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    return SetNumber(field, value.text, message);
  }
  if (!is_text) {
    if (value.text != "true" && value.text != "false") {
      return absl::StrCat("\"", Excerpt(value.text),
                          "\" is neither true nor false");
    }
    message->GetReflection()->SetBool(message, field, value.text == "true");
    return "";
  }
  problem = WrongInText(SettingOf(field), value.text);
  if (problem.empty()) {
    message->GetReflection()->SetString(message, field, value.text);
  }
  return problem;
}

std::string SetList(const FieldDescriptor* field, const YamlNode& value,
                    Message* message) {
  if (value.kind != YamlNode::Kind::kSequence) return "is not a list";
  if (value.items.size() > kMaxItems) return "has too many items";
  for (const YamlNode& item : value.items) {
    std::string problem(WrongInScalar(item));
    if (problem.empty()) problem = WrongInText(SettingOf(field), item.text);
    if (!problem.empty()) return absl::StrCat("has an item that ", problem);
    message->GetReflection()->AddString(message, field, item.text);
  }
  return "";
}

}  // namespace

std::string SetDeclarationKey(const FieldDescriptor* field,
                              const YamlNode& value, Message* message) {
  const std::string problem = field->is_repeated()
                                  ? SetList(field, value, message)
                                  : SetScalar(field, value, message);
  return problem.empty() ? problem
                         : absl::StrCat(problem, "; allowed: ", Allowed(field));
}

void SetDeclarationDefaults(Message* message) {
  const google::protobuf::Descriptor* const type = message->GetDescriptor();
  const google::protobuf::Reflection& values = *message->GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* const field = type->field(i);
    const std::string& text = SettingOf(field).default_value();
    if (text.empty() || values.HasField(*message, field)) continue;
    YamlNode value;
    value.kind = YamlNode::Kind::kScalar;
    value.text = text;
    SetScalar(field, value, message);
  }
}

std::string UnknownDeclarationKey(absl::string_view written,
                                  const std::vector<std::string>& allowed) {
  std::string nearest;
  std::size_t best = std::numeric_limits<std::size_t>::max();
  // Somebody's essay is nobody's typing error.
  if (written.size() <= 100) {
    for (const std::string& key : allowed) {
      const std::size_t distance = EditDistance(written, key);
      if (distance >= best) continue;
      best = distance;
      nearest = key;
    }
  }
  const bool close = best <= std::max<std::size_t>(2, written.size() / 3);
  return absl::StrCat(
      "unknown key",
      close ? absl::StrCat("; did you mean \"", nearest, "\"?") : "",
      "; allowed: ", absl::StrJoin(allowed, ", "));
}

}  // namespace convoy
