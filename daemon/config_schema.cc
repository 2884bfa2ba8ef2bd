#include "daemon/config_schema.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/options.pb.h"
#include "daemon/config_items.h"
#include "daemon/edit_distance.h"
#include "daemon/field_check.h"
#include "daemon/listen_address.h"
#include "daemon/url_check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/reflection.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kMaxTextBytes = 4095;
// sun_path of sockaddr_un, less its NUL.
constexpr std::size_t kMaxSocketBytes = 107;
constexpr std::size_t kMaxItemBytes = 1024;
constexpr char kSocketKey[] = "paths.socket";
constexpr char kProxyUrlKey[] = "http.proxy_url";
constexpr char kTrackersKey[] = "swarm.trackers";
constexpr char kMetricsKey[] = "metrics.listen";
constexpr char kRemoteControlKey[] = "remote_control.listen";

std::vector<ConfigKey> ReadSchema() {
  std::vector<ConfigKey> keys;
  const Descriptor* config = v1::Config::descriptor();
  for (int i = 0; i < config->field_count(); ++i) {
    const FieldDescriptor* section = config->field(i);
    const Descriptor* message = section->message_type();
    for (int j = 0; j < message->field_count(); ++j) {
      const FieldDescriptor* field = message->field(j);
      keys.push_back({absl::StrCat(section->name(), ".", field->name()),
                      section, field,
                      field->options().GetExtension(v1::setting)});
    }
  }
  return keys;
}

absl::string_view LastComponent(absl::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

// How far `candidate` is from what was written. The right name in the wrong
// section, and a name without its unit, are nearly as good as the name itself.
std::size_t Strangeness(absl::string_view written,
                        absl::string_view candidate) {
  const absl::string_view name = LastComponent(written);
  const absl::string_view key = LastComponent(candidate);
  const std::size_t section = absl::StrContains(candidate, '.') ? 1 : 0;
  if (name.size() > 3 && absl::StartsWith(key, absl::StrCat(name, "_"))) {
    return 1 + section;
  }
  return std::min(EditDistance(written, candidate),
                  EditDistance(name, key) + section);
}

// The unit that the key's name ends with.
absl::string_view UnitOf(const ConfigKey& key) {
  for (absl::string_view unit : {"bytes_per_second", "seconds", "bytes"}) {
    if (absl::EndsWith(key.name, absl::StrCat("_", unit))) {
      return unit == "bytes_per_second" ? "bytes per second" : unit;
    }
  }
  return "";
}

bool IsNumber(const ConfigKey& key) {
  return key.field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
         key.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64;
}

bool IsBool(const ConfigKey& key) {
  return key.field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
}

struct Bounds {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

Bounds BoundsOf(const ConfigKey& key) {
  using Narrow = std::numeric_limits<std::int32_t>;
  using Wide = std::numeric_limits<std::int64_t>;
  const bool narrow = key.field->cpp_type() == FieldDescriptor::CPPTYPE_INT32;
  Bounds bounds = {narrow ? Narrow::min() : Wide::min(),
                   narrow ? Narrow::max() : Wide::max()};
  if (key.setting.has_min()) bounds.min = key.setting.min();
  if (key.setting.has_max()) bounds.max = key.setting.max();
  return bounds;
}

Message* MutableSection(const ConfigKey& key, v1::Config* config) {
  return config->GetReflection()->MutableMessage(config, key.section);
}

// The setters return what is wrong; empty: nothing.

std::string SetNumber(const ConfigKey& key, absl::string_view text,
                      v1::Config* config) {
  absl::string_view digits = text;
  absl::ConsumePrefix(&digits, "-");
  std::int64_t value = 0;
  // "010" is eight to some readers of YAML and ten to others.
  const bool whole = absl::c_all_of(digits, absl::ascii_isdigit) &&
                     !(digits.size() > 1 && digits.front() == '0');
  if (digits.empty() || !whole)
    return absl::StrCat("\"", Excerpt(text), "\" is not a whole number");
  const Bounds bounds = BoundsOf(key);
  if (!absl::SimpleAtoi(text, &value) || value < bounds.min ||
      value > bounds.max) {
    return absl::StrCat("\"", Excerpt(text), "\" is out of range");
  }
  Message* section = MutableSection(key, config);
  if (key.field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    section->GetReflection()->SetInt32(section, key.field,
                                       static_cast<std::int32_t>(value));
  } else {
    section->GetReflection()->SetInt64(section, key.field, value);
  }
  return "";
}

std::string SetBool(const ConfigKey& key, absl::string_view text,
                    v1::Config* config) {
  if (text != "true" && text != "false")
    return absl::StrCat("\"", Excerpt(text), "\" is neither true nor false");
  Message* section = MutableSection(key, config);
  section->GetReflection()->SetBool(section, key.field, text == "true");
  return "";
}

// Of keys whose value is ADDRESS:PORT.
std::string WrongInAddress(const ConfigKey& key, absl::string_view text) {
  const std::optional<ListenAddress> address = ParseListenAddress(text);
  if (!address.has_value()) {
    return absl::StrCat("\"", Excerpt(text), "\" is not ADDRESS:PORT");
  }
  // prometheus-cpp's server, as Debian builds it, knows IPv4 alone.
  const bool v4 = !absl::StrContains(address->address, ':');
  if (key.name == kMetricsKey && (!address->loopback || !v4)) {
    return absl::StrCat("\"", Excerpt(text),
                        "\" is not an IPv4 address of "
                        "this machine alone");
  }
  return "";
}

std::string WrongInText(const ConfigKey& key, absl::string_view text) {
  if (!CountCharacters(text).has_value()) return "is not UTF-8";
  if (HasControl(text)) return "holds a control character";
  const auto& allowed = key.setting.allowed();
  if (!allowed.empty() && !absl::c_linear_search(allowed, text)) {
    return absl::StrCat("\"", Excerpt(text), "\" is none of the known values");
  }
  if (key.setting.absolute_path() && !absl::StartsWith(text, "/")) {
    return "is not an absolute path";
  }
  if (text.size() >
      (key.name == kSocketKey ? kMaxSocketBytes : kMaxTextBytes)) {
    return "is too long";
  }
  if (key.name == kMetricsKey || key.name == kRemoteControlKey) {
    return WrongInAddress(key, text);
  }
  if (key.name == kProxyUrlKey) {
    const absl::Status status = CheckProxyUrl("URL", text, UserInfo::kAllowed);
    if (!status.ok()) {
      // SetConfigValue says what is allowed.
      const absl::string_view message = status.message();
      return std::string(absl::StripPrefix(
          message.substr(0, message.find("; allowed:")), "URL "));
    }
  }
  return "";
}

std::string WrongInItem(const ConfigKey& key, absl::string_view text) {
  if (!CountCharacters(text).has_value()) return "is not UTF-8";
  if (HasControl(text)) return "holds a control character";
  if (text.empty()) return "is an empty text";
  if (text.size() > kMaxItemBytes) return "is too long";
  return WrongInConfigItem(key.name, text);
}

std::string SetText(const ConfigKey& key, absl::string_view text,
                    v1::Config* config) {
  Message* section = MutableSection(key, config);
  if (text.empty() && key.setting.default_value().empty()) {
    section->GetReflection()->ClearField(section, key.field);
    return "";
  }
  std::string problem = WrongInText(key, text);
  if (problem.empty()) {
    section->GetReflection()->SetString(section, key.field, std::string(text));
  }
  return problem;
}

// A list of one item, or of none.
std::string SetList(const ConfigKey& key, absl::string_view text,
                    v1::Config* config) {
  const std::string problem = text.empty() ? "" : WrongInItem(key, text);
  if (!problem.empty()) return problem;
  Message* section = MutableSection(key, config);
  section->GetReflection()->ClearField(section, key.field);
  if (!text.empty()) {
    section->GetReflection()->AddString(section, key.field, std::string(text));
  }
  return "";
}

std::string WithAllowed(const ConfigKey& key, std::string problem) {
  return problem.empty()
             ? problem
             : absl::StrCat(problem, "; allowed: ", AllowedConfigValues(key));
}

// An item of a list in brackets. Quotes stand where YAML may need them.
std::string ItemText(absl::string_view item) {
  const bool plain =
      absl::ascii_isalnum(item.front()) && item.back() != ':' &&
      absl::c_all_of(item, [](char c) {
        return absl::ascii_isalnum(c) || absl::StrContains("-._/:=%*?", c);
      });
  if (plain) return std::string(item);
  return absl::StrCat(
      "\"", absl::StrReplaceAll(item, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

std::string ListText(const ConfigKey& key, const Message& section) {
  const auto items = section.GetReflection()->GetRepeatedFieldRef<std::string>(
      section, key.field);
  if (items.empty()) return "";
  return absl::StrCat(
      "[",
      absl::StrJoin(items, ", ",
                    [&key](std::string* out, const std::string& item) {
                      out->append(ItemText(
                          key.name == kTrackersKey ? RedactedUrl(item) : item));
                    }),
      "]");
}

}  // namespace

const std::vector<ConfigKey>& ConfigKeys() {
  static const std::vector<ConfigKey>* const keys =
      new std::vector<ConfigKey>(ReadSchema());
  return *keys;
}

const ConfigKey* FindConfigKey(absl::string_view name) {
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

std::vector<std::string> ConfigSections() {
  std::vector<std::string> names;
  const Descriptor* config = v1::Config::descriptor();
  for (int i = 0; i < config->field_count(); ++i) {
    names.push_back(config->field(i)->name());
  }
  return names;
}

std::vector<std::string> ConfigKeysOf(absl::string_view section) {
  std::vector<std::string> names;
  for (const ConfigKey& key : ConfigKeys()) {
    if (key.section->name() == section) names.push_back(key.field->name());
  }
  return names;
}

bool IsConfigList(const ConfigKey& key) { return key.field->is_repeated(); }

std::string NearestConfigKey(absl::string_view name) {
  // Somebody's essay is nobody's typing error.
  if (name.empty() || name.size() > 100) return "";
  std::vector<std::string> candidates = ConfigSections();
  for (const ConfigKey& key : ConfigKeys()) candidates.push_back(key.name);
  const std::string written = absl::AsciiStrToLower(name);
  std::string nearest;
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (const std::string& candidate : candidates) {
    const std::size_t distance = Strangeness(written, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  const std::size_t close =
      std::max<std::size_t>(2, LastComponent(written).size() / 3);
  return best <= close ? nearest : "";
}

std::string AllowedConfigValues(const ConfigKey& key) {
  if (IsConfigList(key)) {
    return absl::StrCat("up to ", kMaxConfigItems, " items of ", kMaxItemBytes,
                        " bytes: ", ConfigItemsOf(key.name));
  }
  if (IsBool(key)) return "true, false";
  if (IsNumber(key)) {
    const Bounds bounds = BoundsOf(key);
    const absl::string_view unit = UnitOf(key);
    return absl::StrCat(bounds.min, " to ", bounds.max, unit.empty() ? "" : " ",
                        unit);
  }
  if (!key.setting.allowed().empty()) {
    return absl::StrJoin(key.setting.allowed(), ", ");
  }
  if (key.name == kProxyUrlKey) return "an http, https, socks5 or socks5h URL";
  if (key.name == kMetricsKey) return "127.x.x.x:PORT, such as 127.0.0.1:9464";
  if (key.name == kRemoteControlKey) {
    return "ADDRESS:PORT, such as 10.1.2.3:6770, 0.0.0.0:6770 or [::]:6770";
  }
  if (key.setting.absolute_path()) {
    return absl::StrCat(
        "an absolute path of at most ",
        key.name == kSocketKey ? kMaxSocketBytes : kMaxTextBytes, " bytes");
  }
  return absl::StrCat("text of at most ", kMaxTextBytes, " bytes");
}

std::string SetConfigValue(const ConfigKey& key, absl::string_view text,
                           ConfigText written, v1::Config* config) {
  std::string problem;
  if (IsConfigList(key)) {
    problem = SetList(key, text, config);
  } else if ((IsNumber(key) || IsBool(key)) && written == ConfigText::kQuoted) {
    problem = "is a text in quotes; write it without";
  } else if (IsNumber(key)) {
    problem = SetNumber(key, text, config);
  } else if (IsBool(key)) {
    problem = SetBool(key, text, config);
  } else {
    problem = SetText(key, text, config);
  }
  return WithAllowed(key, std::move(problem));
}

std::string AddConfigItem(const ConfigKey& key, absl::string_view text,
                          v1::Config* config) {
  Message* section = MutableSection(key, config);
  std::string problem = WrongInItem(key, text);
  if (problem.empty() && section->GetReflection()->FieldSize(
                             *section, key.field) >= kMaxConfigItems) {
    problem = "has too many items";
  }
  if (problem.empty()) {
    section->GetReflection()->AddString(section, key.field, std::string(text));
  }
  return WithAllowed(key, std::move(problem));
}

void SetConfigDefaults(v1::Config* config) {
  for (const ConfigKey& key : ConfigKeys()) {
    SetConfigValue(key, key.setting.default_value(), ConfigText::kPlain,
                   config);
  }
}

std::string ConfigValueText(const ConfigKey& key, const v1::Config& config) {
  const Message& section =
      config.GetReflection()->GetMessage(config, key.section);
  const google::protobuf::Reflection& values = *section.GetReflection();
  if (IsConfigList(key)) return ListText(key, section);
  if (!values.HasField(section, key.field)) return "";
  switch (key.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(values.GetInt32(section, key.field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(values.GetInt64(section, key.field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return values.GetBool(section, key.field) ? "true" : "false";
    default: {
      const std::string text = values.GetString(section, key.field);
      return key.name == kProxyUrlKey ? RedactedUrl(text) : text;
    }
  }
}

}  // namespace convoy
