#include "daemon/config_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/admin_service.pb.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/config_schema.h"
#include "daemon/config_together.h"
#include "daemon/config_yaml.h"
#include "daemon/field_check.h"
#include "daemon/settings.h"
#include "peer/base/bounded_read.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"
#include "peer/http_settings.h"
#include "proto/error_detail.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxProblems = 20;
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
constexpr char kCommandLine[] = "command line";

// What is wrong, in the order in which it was found.
class Problems {
 public:
  void Add(std::string problem) { problems_.push_back(std::move(problem)); }

  absl::Status ToStatus() const {
    if (problems_.empty()) return absl::OkStatus();
    std::vector<std::string> shown(
        problems_.begin(),
        problems_.begin() + std::min(problems_.size(), kMaxProblems));
    if (problems_.size() > shown.size()) {
      shown.push_back(
          absl::StrCat("and ", problems_.size() - shown.size(), " more"));
    }
    return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
        .Status(absl::StrJoin(shown, "\n"));
  }

 private:
  std::vector<std::string> problems_;
};

// "unknown key; did you mean ...".
std::string UnknownKey(absl::string_view name,
                       const std::vector<std::string>& allowed) {
  if (const ConfigKey* key = FindConfigKey(name)) {
    return absl::StrCat("a path of keys; write \"", key->field->name(),
                        "\" below \"", key->section->name(),
                        ":\"; allowed: ", absl::StrJoin(allowed, ", "));
  }
  const std::string nearest = NearestConfigKey(name);
  return absl::StrCat(
      "unknown key",
      nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
      "; allowed: ", absl::StrJoin(allowed, ", "));
}

// Reads one file into settings. Goes on after a problem, to find them all.
class FileReader {
 public:
  // All not owned.
  FileReader(const ConfigSource& source, Settings* settings, Problems* problems)
      : path_(ToUtf8(source.path)),
        text_(source.text),
        settings_(*settings),
        problems_(*problems) {}

  void Read();

 private:
  void Problem(int line, absl::string_view key, absl::string_view what);
  // Calls `on_entry(name, line, value)` with each entry of a map.
  template <typename OnEntry>
  void ForEachEntry(const YamlNode& map, const std::string& prefix,
                    const OnEntry& on_entry);
  void ReadSection(const std::string& name, int line, const YamlNode& value);
  void ReadValue(const std::string& name, int line, const YamlNode& value);
  void ReadItems(const ConfigKey& key, const YamlNode& sequence);

  const std::string path_;
  const std::string& text_;
  Settings& settings_;
  Problems& problems_;
};

void FileReader::Problem(int line, absl::string_view key,
                         absl::string_view what) {
  problems_.Add(absl::StrCat(path_, ":", line, ": ", Excerpt(key),
                             key.empty() ? "" : ": ", what));
}

void FileReader::Read() {
  YamlNode root;
  if (const auto problem = ParseYaml(text_, &root)) {
    Problem(problem->line, "", problem->what);
    return;
  }
  if (root.kind == YamlNode::Kind::kNull) return;
  if (root.kind != YamlNode::Kind::kMap) {
    Problem(root.line, "",
            absl::StrCat("not a map of keys; allowed: ",
                         absl::StrJoin(ConfigSections(), ", ")));
    return;
  }
  ForEachEntry(
      root, "",
      [this](const std::string& name, int line, const YamlNode& value) {
        ReadSection(name, line, value);
      });
}

template <typename OnEntry>
void FileReader::ForEachEntry(const YamlNode& map, const std::string& prefix,
                              const OnEntry& on_entry) {
  std::map<std::string, int> seen;
  for (const auto& [key, value] : map.entries) {
    const int line = key.line;
    if (key.kind != YamlNode::Kind::kScalar) {
      Problem(line, prefix, "a key that is not a text; allowed: names of keys");
      continue;
    }
    const std::string name =
        absl::StrCat(prefix, prefix.empty() ? "" : ".", key.text);
    const auto [first, is_new] = seen.emplace(name, line);
    if (is_new) {
      on_entry(name, line, value);
    } else {
      Problem(line, name,
              absl::StrCat("given twice, first in line ", first->second,
                           "; allowed: once"));
    }
  }
}

void FileReader::ReadSection(const std::string& name, int line,
                             const YamlNode& value) {
  const std::vector<std::string> keys = ConfigKeysOf(name);
  if (keys.empty()) {
    Problem(line, name, UnknownKey(name, ConfigSections()));
  } else if (value.kind == YamlNode::Kind::kMap) {
    ForEachEntry(value, name,
                 [this](const std::string& key, int key_line,
                        const YamlNode& key_value) {
                   ReadValue(key, key_line, key_value);
                 });
  } else if (value.kind != YamlNode::Kind::kNull) {
    Problem(line, name,
            absl::StrCat("not a map of keys; allowed: ",
                         absl::StrJoin(keys, ", ")));
  }
}

void FileReader::ReadValue(const std::string& name, int line,
                           const YamlNode& value) {
  const ConfigKey* key = FindConfigKey(name);
  if (key == nullptr) {
    const std::string section = name.substr(0, name.find('.'));
    Problem(line, name, UnknownKey(name, ConfigKeysOf(section)));
    return;
  }
  if (IsConfigList(*key) && value.kind == YamlNode::Kind::kSequence) {
    ReadItems(*key, value);
    settings_.providers[name] = absl::StrCat(path_, ":", line);
    return;
  }
  const absl::string_view what = WrongInScalar(value);
  if (!what.empty()) {
    return Problem(
        line, name,
        absl::StrCat(what, "; allowed: ", AllowedConfigValues(*key)));
  }
  const std::string problem = SetConfigValue(
      *key, value.text, value.quoted ? ConfigText::kQuoted : ConfigText::kPlain,
      &settings_.config);
  if (!problem.empty()) return Problem(line, name, problem);
  settings_.providers[name] = absl::StrCat(path_, ":", line);
}

void FileReader::ReadItems(const ConfigKey& key, const YamlNode& sequence) {
  SetConfigValue(key, "", ConfigText::kPlain, &settings_.config);
  int count = 0;
  for (const YamlNode& item : sequence.items) {
    const absl::string_view what = WrongInScalar(item);
    const std::string problem =
        what.empty()
            ? AddConfigItem(key, item.text, &settings_.config)
            : absl::StrCat(what, "; allowed: ", AllowedConfigValues(key));
    if (!problem.empty()) Problem(item.line, key.name, problem);
    // All others are too many as well.
    if (++count > kMaxConfigItems) return;
  }
}

void ReadCommandLine(const ConfigOverrides& command_line, Settings* settings,
                     Problems* problems) {
  std::set<std::string> begun;  // Lists.
  for (const auto& [name, value] : command_line) {
    const ConfigKey* key = FindConfigKey(name);
    std::string problem;
    if (key == nullptr) {
      const std::string section = name.substr(0, name.find('.'));
      const std::vector<std::string> keys = ConfigKeysOf(section);
      problem = UnknownKey(name, keys.empty() ? ConfigSections() : keys);
    } else if (IsConfigList(*key) && !value.empty() &&
               !begun.insert(name).second) {
      problem = AddConfigItem(*key, value, &settings->config);
    } else {
      problem =
          SetConfigValue(*key, value, ConfigText::kPlain, &settings->config);
    }
    if (problem.empty()) {
      settings->providers[name] = kCommandLine;
    } else {
      problems->Add(
          absl::StrCat(kCommandLine, ": ", Excerpt(name), ": ", problem));
    }
  }
}

absl::Status CannotRead(const std::string& path, int error) {
  const v1::ErrorReason reason =
      error == ENOENT || error == ENOTDIR ? v1::ERROR_REASON_PATH_NOT_FOUND
      : error == EACCES || error == EPERM ? v1::ERROR_REASON_ACCESS_DENIED
                                          : v1::ERROR_REASON_LOCAL_FILE_IO;
  return Error(reason, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat(
          "the configuration ", path, " cannot be read: ", std::strerror(error),
          reason == v1::ERROR_REASON_ACCESS_DENIED
              ? absl::StrCat("; uid ", geteuid(), " must be able to read it")
              : std::string()));
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return CannotRead(path, errno);
  std::string text;
  const int error = BoundedRead(fd.get(), kMaxFileBytes, &text);
  if (error != 0) return CannotRead(path, error);
  if (text.size() > kMaxFileBytes) return CannotRead(path, EFBIG);
  return text;
}

// conf.d/*.yaml beside `path`, in name order.
absl::StatusOr<std::vector<std::string>> ListFragments(
    const std::string& path) {
  const std::filesystem::path folder =
      std::filesystem::path(path).parent_path() / "conf.d";
  std::vector<std::string> fragments;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (absl::EndsWith(name, ".yaml") && !absl::StartsWith(name, ".")) {
      fragments.push_back(entry->path().string());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return CannotRead(folder.string(), error.value());
  }
  absl::c_sort(fragments);
  return fragments;
}

// `files`, then what stands beside `path`, then the command line.
absl::StatusOr<Settings> WithFragments(std::vector<ConfigSource> files,
                                       const std::string& path,
                                       const ConfigOverrides& command_line) {
  CONVOY_ASSIGN_OR_RETURN(const std::vector<std::string> fragments,
                          ListFragments(path));
  for (const std::string& fragment : fragments) {
    CONVOY_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(fragment));
    files.push_back({fragment, std::move(text)});
  }
  return ParseConfig(files, command_line);
}

}  // namespace

absl::StatusOr<Settings> ParseConfig(const std::vector<ConfigSource>& files,
                                     const ConfigOverrides& command_line) {
  Settings settings;
  Problems problems;
  SetConfigDefaults(&settings.config);
  for (const ConfigSource& file : files) {
    FileReader(file, &settings, &problems).Read();
  }
  ReadCommandLine(command_line, &settings, &problems);
  for (std::string& problem : WrongTogether(settings)) {
    problems.Add(std::move(problem));
  }
  CONVOY_RETURN_IF_ERROR(problems.ToStatus());
  settings.files = files;
  return settings;
}

absl::StatusOr<Settings> LoadConfig(const std::string& path,
                                    const ConfigOverrides& command_line) {
  CONVOY_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(path));
  return WithFragments({{path, std::move(text)}}, path, command_line);
}

absl::StatusOr<Settings> LoadDefaultConfig(
    const std::string& path, const ConfigOverrides& command_line) {
  if (path.empty()) return ParseConfig({}, command_line);
  absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (text.ok()) {
    return WithFragments({{path, *std::move(text)}}, path, command_line);
  }
  if (ErrorDetailOf(text.status()).reason() ==
      v1::ERROR_REASON_PATH_NOT_FOUND) {
    return WithFragments({}, path, command_line);
  }
  return text.status();
}

v1::PathsConfig PathsOfWrongConfig(const std::string& path,
                                   const ConfigOverrides& command_line) {
  std::vector<std::string> paths;
  if (!path.empty()) {
    paths.push_back(path);
    const auto fragments = ListFragments(path);
    if (fragments.ok()) {
      paths.insert(paths.end(), fragments->begin(), fragments->end());
    }
  }
  Settings settings;
  Problems ignored;
  for (const std::string& one : paths) {
    const absl::StatusOr<std::string> text = ReadWholeFile(one);
    if (text.ok()) FileReader({one, *text}, &settings, &ignored).Read();
  }
  ReadCommandLine(command_line, &settings, &ignored);
  return settings.config.paths();
}

absl::Status CheckConfigFile(const std::string& path) {
  CONVOY_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(path));
  return ParseConfig({{path, std::move(text)}}, {}).status();
}

HttpLimits MakeHttpLimits(const Settings& settings) {
  const v1::HttpConfig& http = settings.config.http();
  HttpLimits limits;
  limits.max_connections_per_host = http.max_connections_per_host();
  limits.max_connections_per_file = http.max_connections_per_file();
  limits.connect_timeout = absl::Seconds(http.connect_timeout_seconds());
  limits.low_speed_bytes_per_second = http.low_speed_bytes_per_second();
  limits.low_speed_timeout = absl::Seconds(http.low_speed_timeout_seconds());
  limits.max_redirects = http.max_redirects();
  limits.allow_https_to_http = http.allow_https_to_http();
  limits.proxy_url = http.proxy_url();
  limits.ca_file = http.ca_file();
  limits.client_certificate_file = http.client_certificate_file();
  limits.client_key_file = http.client_key_file();
  limits.blocked_urls = {http.blocked_urls().begin(),
                         http.blocked_urls().end()};
  return limits;
}

v1::GetEffectiveConfigResponse EffectiveConfig(const Settings& settings) {
  v1::GetEffectiveConfigResponse response;
  for (const ConfigKey& key : ConfigKeys()) {
    v1::ConfigValue* value = response.add_values();
    value->set_key(key.name);
    value->set_value(ConfigValueText(key, settings.config));
    value->set_provider(settings.ProviderOf(key.name));
  }
  return response;
}

}  // namespace convoy
