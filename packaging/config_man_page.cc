// Prints the manual page convoyd.yaml(5), every key of convoy.v1.Config, or
// convoy-jobs.yaml(5), every key of convoy.v1.JobDeclaration, with the comment,
// default and range that the schema gives it.
//
// usage: config_man_page PROTOSET VERSION convoyd.yaml|convoy-jobs.yaml

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "convoy/v1/config.pb.h"
#include "convoy/v1/options.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace convoy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr char kConfigBegin[] = R"(.SH NAME
convoyd.yaml \- configuration of the download daemon convoyd
.SH SYNOPSIS
.nf
/etc/convoy/convoyd.yaml
/etc/convoy/conf.d/*.yaml
.fi
.SH DESCRIPTION
.BR convoyd (8)
reads convoyd.yaml, then the files of conf.d in the order of their names, then
its command line; a later one wins, key by key. A list replaces the whole list
of an earlier file. The daemon of an ordinary user reads the same files in
$XDG_CONFIG_HOME/convoy instead.
.PP
Files are YAML: sections, and keys with plain values. A key that does not exist,
or a value that is not allowed, is an error with file and line;
.B convoyd \-\-check\-config
looks without starting.
.SH EXAMPLE
.nf
bandwidth:
  background_bytes_per_second: 2000000
  schedule:
  - mon-fri 08:00-18:00 background=500000
swarm:
  download_mode: lan
.fi
)";

constexpr char kConfigEnd[] = R"(.SH SEE ALSO
.BR convoy-jobs.yaml (5),
.BR convoyd (8),
.BR convoy (1)
)";

constexpr char kJobsBegin[] = R"(.SH NAME
convoy-jobs.yaml \- files that shall be on this machine
.SH SYNOPSIS
.nf
/etc/convoy/jobs.d/*.yaml
.fi
.SH DESCRIPTION
.BR convoyd (8)
brings the machine into the state that these files declare, keeps it there, and
takes it back when a declaration goes. A file is a map from names of jobs to
their keys. A name is 1 to 64 letters, digits, "-", "_" and "."; it is given
once in all files, and so is a path, unless labels keep two jobs apart.
.PP
A key that does not exist, or a value that is not allowed, is an error with file
and line;
.B convoy rollout status
names it. The other files count all the same.
.SH EXAMPLE
.nf
dictionary:
  url: https://files.example.org/pub/dictionary.bin
  path: /srv/words/dictionary.bin
  owner: words
  percent: 25
.fi
.SH KEYS OF A JOB
)";

constexpr char kJobsEnd[] = R"(.SH SEE ALSO
.BR convoyd.yaml (5),
.BR convoy-rollout (1),
.BR convoyd (8)
)";

// Plain text as roff shows it.
std::string Roff(absl::string_view text) {
  std::string roff = absl::StrReplaceAll(
      text, {{"\\", "\\e"}, {"-", "\\-"}, {"'", "\\(aq"}, {"\"", "\\(dq"}});
  if (absl::StartsWith(roff, ".")) roff.insert(0, "\\&");
  return roff;
}

// The comment as one line, without indentation.
std::string Comment(absl::string_view comment) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(comment, '\n')) {
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (!text.empty()) lines.emplace_back(text);
  }
  return absl::StrJoin(lines, " ");
}

template <typename T>
std::string CommentOf(const T& descriptor) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  return Comment(location.leading_comments);
}

std::string TypeOf(const FieldDescriptor& field) {
  std::string type = "text";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      type = "true or false";
      break;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      type = "number";
      break;
    default:
      break;
  }
  return field.is_repeated() ? "list" : type;
}

// "number, 1 to 1000; default: 16".
std::string Allowed(const FieldDescriptor& field, const v1::Setting& setting) {
  std::string text = TypeOf(field);
  if (setting.absolute_path()) text = "absolute path";
  if (setting.allowed_size() > 0) text = absl::StrJoin(setting.allowed(), ", ");
  if (setting.has_min() && setting.has_max()) {
    absl::StrAppend(&text, ", ", setting.min(), " to ", setting.max());
  }
  if (!setting.default_value().empty()) {
    absl::StrAppend(&text, "; default: ", setting.default_value());
  }
  return text;
}

// A key with all that is known of it.
std::string Key(const std::string& name, const FieldDescriptor& field) {
  // The options are parsed with the page's own types.
  google::protobuf::FieldOptions options;
  options.ParseFromString(field.options().SerializeAsString());
  std::string text = absl::StrCat(".TP\n.B ", Roff(name), "\n");
  const std::string comment = CommentOf(field);
  if (!comment.empty()) absl::StrAppend(&text, Roff(comment), "\n.br\n");
  absl::StrAppend(&text, "(",
                  Roff(Allowed(field, options.GetExtension(v1::setting))),
                  ")\n");
  return text;
}

std::string ConfigPage(const Descriptor& config) {
  std::string page = kConfigBegin;
  for (int i = 0; i < config.field_count(); ++i) {
    const FieldDescriptor& section = *config.field(i);
    absl::StrAppend(&page, ".SH ",
                    absl::AsciiStrToUpper(Roff(
                        absl::StrReplaceAll(section.name(), {{"_", " "}}))),
                    "\n");
    const std::string about = CommentOf(*section.message_type());
    if (!about.empty()) absl::StrAppend(&page, Roff(about), "\n");
    for (int k = 0; k < section.message_type()->field_count(); ++k) {
      const FieldDescriptor& key = *section.message_type()->field(k);
      absl::StrAppend(&page,
                      Key(absl::StrCat(section.name(), ".", key.name()), key));
    }
  }
  return absl::StrCat(page, kConfigEnd);
}

std::string JobsPage(const Descriptor& job) {
  std::string page = kJobsBegin;
  const Descriptor* file = nullptr;
  for (int i = 0; i < job.field_count(); ++i) {
    const FieldDescriptor& key = *job.field(i);
    if (key.message_type() != nullptr) file = key.message_type();
    absl::StrAppend(&page, Key(key.name(), key));
  }
  absl::StrAppend(&page, ".SH KEYS OF A FILE\n");
  for (int i = 0; file != nullptr && i < file->field_count(); ++i) {
    absl::StrAppend(&page, Key(file->field(i)->name(), *file->field(i)));
  }
  return absl::StrCat(page, kJobsEnd);
}

int Run(const std::string& protoset, const std::string& version,
        const std::string& name) {
  std::ifstream file(protoset, std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromIstream(&file)) {
    std::fprintf(stderr, "%s: not a file of descriptors\n", protoset.c_str());
    return 1;
  }
  google::protobuf::DescriptorPool pool;
  for (const auto& proto : set.file()) {
    if (pool.BuildFile(proto) == nullptr) return 1;
  }
  const bool jobs = name == "convoy-jobs.yaml";
  const Descriptor* const type = pool.FindMessageTypeByName(
      jobs ? "convoy.v1.JobDeclaration" : "convoy.v1.Config");
  if (type == nullptr) return 1;
  std::printf(".TH %s 5 \"\" \"convoy %s\" \"File formats\"\n%s",
              absl::AsciiStrToUpper(name).c_str(), version.c_str(),
              (jobs ? JobsPage(*type) : ConfigPage(*type)).c_str());
  return 0;
}

}  // namespace
}  // namespace convoy

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: config_man_page PROTOSET VERSION "
                 "convoyd.yaml|convoy-jobs.yaml\n");
    return 2;
  }
  return convoy::Run(argv[1], argv[2], argv[3]);
}
