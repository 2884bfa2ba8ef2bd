#include "daemon/declaration_reader.h"

#include <cstddef>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "daemon/config_yaml.h"
#include "daemon/declaration_check.h"
#include "daemon/declaration_keys.h"
#include "daemon/field_check.h"
#include "google/protobuf/descriptor.h"
#include "proto/utf8.h"

namespace convoy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kMaxProblems = 20;
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxFiles = 10000;
constexpr char kFiles[] = "files";
constexpr char kNames[] =
    "1 to 64 letters, digits, \"-\", \"_\" and \".\", the first one no \".\"";

std::vector<std::string> KeysOf(const Descriptor* type) {
  std::vector<std::string> keys;
  for (int i = 0; i < type->field_count(); ++i) {
    keys.push_back(type->field(i)->name());
  }
  return keys;
}

bool IsJobName(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxName && text.front() != '.' &&
         absl::c_all_of(text, [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// Goes on after a mistake, to find them all.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(ToUtf8(path)) {}

  DeclarationFile Read(absl::string_view text);

 private:
  void Wrong(int line, absl::string_view key, absl::string_view what) {
    mistakes_.push_back(absl::StrCat(path_, ":", line, ": ", Excerpt(key),
                                     key.empty() ? "" : ": ", what));
  }
  // Calls `on_entry(name, line, value)` with each entry of a map.
  template <typename OnEntry>
  void ForEachEntry(const YamlNode& map, const std::string& prefix,
                    const OnEntry& on_entry);
  void ReadJob(const std::string& name, int line, const YamlNode& value);
  void ReadFiles(const YamlNode& value, int line, Declaration* job);
  void ReadKey(const std::string& prefix, const std::string& key, int line,
               const YamlNode& value, google::protobuf::Message* message,
               Declaration* job);

  const std::string path_;
  std::vector<std::string> mistakes_;
  std::vector<Declaration> jobs_;
};

DeclarationFile Reader::Read(absl::string_view text) {
  YamlNode root;
  if (text.size() > kMaxFileBytes) {
    Wrong(1, "", "too long; allowed: 1 MiB");
  } else if (const auto problem = ParseYaml(text, &root)) {
    Wrong(problem->line, "", problem->what);
  } else if (root.kind == YamlNode::Kind::kMap) {
    ForEachEntry(root, "",
                 [this](const std::string& name, int line,
                        const YamlNode& value) { ReadJob(name, line, value); });
  } else if (root.kind != YamlNode::Kind::kNull) {
    Wrong(root.line, "", "not a map; allowed: names of jobs, each with a map");
  }
  if (mistakes_.size() > kMaxProblems) mistakes_.resize(kMaxProblems);
  DeclarationFile file;
  file.mistakes = std::move(mistakes_);
  if (file.mistakes.empty()) file.jobs = std::move(jobs_);
  return file;
}

template <typename OnEntry>
void Reader::ForEachEntry(const YamlNode& map, const std::string& prefix,
                          const OnEntry& on_entry) {
  std::map<std::string, int> seen;
  for (const auto& [key, value] : map.entries) {
    if (key.kind != YamlNode::Kind::kScalar) {
      Wrong(key.line, prefix,
            "a key that is not a text; allowed: names of keys");
      continue;
    }
    const auto [first, is_new] = seen.emplace(key.text, key.line);
    if (is_new) {
      on_entry(key.text, key.line, value);
    } else {
      Wrong(key.line, absl::StrCat(prefix, prefix.empty() ? "" : ".", key.text),
            absl::StrCat("given twice, first in line ", first->second,
                         "; allowed: once"));
    }
  }
}

void Reader::ReadJob(const std::string& name, int line, const YamlNode& value) {
  if (!IsJobName(name)) {
    return Wrong(line, name,
                 absl::StrCat("not the name of a job; allowed: ", kNames));
  }
  if (value.kind != YamlNode::Kind::kMap) {
    return Wrong(line, name,
                 "not a map; allowed: the job's keys, such as url and path");
  }
  Declaration job;
  job.name = name;
  job.file = path_;
  job.line = line;
  const Descriptor* const type = v1::JobDeclaration::descriptor();
  const Descriptor* const file_type = v1::DeclaredFile::descriptor();
  v1::DeclaredFile only;
  const std::size_t before = mistakes_.size();
  ForEachEntry(value, name,
               [&](const std::string& key, int key_line, const YamlNode& node) {
                 if (key == kFiles) {
                   job.lines[key] = key_line;
                   ReadFiles(node, key_line, &job);
                 } else if (file_type->FindFieldByName(key) != nullptr) {
                   ReadKey(absl::StrCat(kFiles, "[0]."), key, key_line, node,
                           &only, &job);
                 } else if (type->FindFieldByName(key) != nullptr) {
                   ReadKey("", key, key_line, node, &job.keys, &job);
                 } else {
                   std::vector<std::string> allowed = KeysOf(type);
                   absl::c_copy(KeysOf(file_type), std::back_inserter(allowed));
                   Wrong(key_line, absl::StrCat(name, ".", key),
                         UnknownDeclarationKey(key, allowed));
                 }
               });
  if (only.ByteSizeLong() > 0) {
    if (!job.keys.files().empty()) {
      Wrong(job.lines[kFiles], absl::StrCat(name, ".", kFiles),
            "stands beside url or path; allowed: one or the other");
    }
    *job.keys.add_files() = std::move(only);
  }
  SetDeclarationDefaults(&job.keys);
  // Of a job that was read whole.
  if (mistakes_.size() == before) {
    CheckDeclaration(&job, &mistakes_);
  }
  jobs_.push_back(std::move(job));
}

void Reader::ReadFiles(const YamlNode& value, int line, Declaration* job) {
  const std::string key = absl::StrCat(job->name, ".", kFiles);
  if (value.kind != YamlNode::Kind::kSequence || value.items.empty() ||
      value.items.size() > kMaxFiles) {
    return Wrong(line, key,
                 absl::StrCat("not a list of files; allowed: 1 to ", kMaxFiles,
                              " maps, each with url and path"));
  }
  const Descriptor* const type = v1::DeclaredFile::descriptor();
  for (const YamlNode& item : value.items) {
    const std::string prefix =
        absl::StrCat(kFiles, "[", job->keys.files_size(), "]");
    v1::DeclaredFile* const file = job->keys.add_files();
    job->lines[prefix] = item.line;
    if (item.kind != YamlNode::Kind::kMap) {
      Wrong(item.line, absl::StrCat(job->name, ".", prefix),
            "not a map; allowed: a file's keys, such as url and path");
      continue;
    }
    ForEachEntry(
        item, absl::StrCat(job->name, ".", prefix),
        [&](const std::string& name, int name_line, const YamlNode& node) {
          if (type->FindFieldByName(name) == nullptr) {
            Wrong(name_line, absl::StrCat(job->name, ".", prefix, ".", name),
                  UnknownDeclarationKey(name, KeysOf(type)));
          } else {
            ReadKey(absl::StrCat(prefix, "."), name, name_line, node, file,
                    job);
          }
        });
  }
}

void Reader::ReadKey(const std::string& prefix, const std::string& key,
                     int line, const YamlNode& value,
                     google::protobuf::Message* message, Declaration* job) {
  const std::string path = absl::StrCat(prefix, key);
  job->lines[path] = line;
  const std::string problem = SetDeclarationKey(
      message->GetDescriptor()->FindFieldByName(key), value, message);
  if (!problem.empty()) {
    Wrong(line, absl::StrCat(job->name, ".", path), problem);
  }
}

}  // namespace

DeclarationFile ReadDeclarations(const std::string& path,
                                 absl::string_view text) {
  return Reader(path).Read(text);
}

}  // namespace convoy
