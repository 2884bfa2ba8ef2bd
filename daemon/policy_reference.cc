#include "daemon/policy_reference.h"

#include <fstream>
#include <istream>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/config_changes.h"
#include "daemon/config_schema.h"
#include "google/protobuf/descriptor.h"

namespace convoy {
namespace {

constexpr char kHead[] =
    R"(# Policy reference

Every key of the configuration. Made from `proto/convoy/v1/config.proto` by
`bazel run //daemon:policy_reference`; a test keeps it equal.

A key is named by its path: `http.max_redirects` is

    http:
      max_redirects: 5

in `/etc/convoy/convoyd.yaml` or a file of `conf.d/` beside it, and
`--set http.max_redirects=5` on convoyd's command line. `convoy config show --effective` tells
each value in force, and the file and line that set it; `convoy config check FILE` finds mistakes.

*Takes effect*: *at once* is within seconds of a change of the file, *restart* when convoyd starts
again. *Windows*: the policy of Delivery Optimization (DO...) or BITS that the key stands for.
)";

// Policies of Windows by key. What is not here has none there.
struct Windows {
  absl::string_view key;
  absl::string_view policy;
};
constexpr Windows kWindows[] = {
    {"limits.max_jobs_per_user", "BITS MaxJobsPerUser"},
    {"limits.max_jobs_per_machine", "BITS MaxJobsPerMachine"},
    {"limits.max_files_per_job", "BITS MaxFilesPerJob"},
    {"limits.max_ranges_per_file", "BITS MaxRangesPerFile"},
    {"limits.job_inactivity_seconds", "BITS JobInactivityTimeout"},
    {"limits.max_download_seconds", "BITS MaxDownloadTime"},
    {"swarm.download_mode", "DODownloadMode"},
    {"swarm.min_file_size_bytes", "DOMinFileSizeToCache"},
    {"swarm.origin_delay_foreground_seconds",
     "DODelayForegroundDownloadFromHttp"},
    {"swarm.origin_delay_background_seconds",
     "DODelayBackgroundDownloadFromHttp"},
    {"swarm.peer_selection", "DORestrictPeerSelectionBy"},
    {"swarm.min_memory_bytes", "DOMinRAMAllowedToPeer"},
    {"swarm.min_disk_bytes", "DOMinDiskSizeAllowedToPeer"},
    {"swarm.monthly_upload_bytes", "DOMonthlyUploadDataCap"},
    {"swarm.background_min_bytes_per_second", "DOMinBackgroundQoS"},
    {"swarm.min_battery_percent_to_upload",
     "DOMinBatteryPercentageAllowedToUpload"},
    {"group.id", "DOGroupId"},
    {"group.id_source", "DOGroupIdSource"},
    {"cache.directory", "DOModifyCacheDrive"},
    {"cache.max_age_seconds", "DOMaxCacheAge"},
    {"cache.max_size_percent", "DOMaxCacheSize"},
    {"cache.max_size_bytes", "DOAbsoluteMaxCacheSize"},
    {"bandwidth.foreground_bytes_per_second",
     "DOMaxForegroundDownloadBandwidth"},
    {"bandwidth.foreground_percent", "DOPercentageMaxForegroundBandwidth"},
    {"bandwidth.background_bytes_per_second",
     "DOMaxBackgroundDownloadBandwidth, BITS MaxTransferRateOnSchedule"},
    {"bandwidth.background_percent", "DOPercentageMaxBackgroundBandwidth"},
    {"bandwidth.upload_bytes_per_second", "DOMaxUploadBandwidth"},
    {"bandwidth.schedule",
     "DOSetHoursToLimitForegroundDownloadBandwidth, "
     "DOSetHoursToLimitBackgroundDownloadBandwidth, BITS work schedule"},
    {"network.cost", "BITS transfer policy by cost"},
    {"network.vpn_peers", "DOAllowVPNPeerCaching"},
    {"network.vpn_interfaces", "DOVpnKeywords"},
    {"cache_host.hosts", "DOCacheHost"},
    {"cache_host.source", "DOCacheHostSource"},
    {"cache_host.fallback_delay_foreground_seconds",
     "DODelayCacheServerFallbackForeground"},
    {"cache_host.fallback_delay_background_seconds",
     "DODelayCacheServerFallbackBackground"},
    {"cache_host.on_vpn", "DODisallowCacheServerDownloadsOnVPN"},
};

absl::string_view WindowsPolicy(absl::string_view key) {
  for (const Windows& one : kWindows) {
    if (one.key == key) return one.policy;
  }
  return "";
}

// What stands above a message or field of config.proto, as one paragraph, by
// its name: "LimitsConfig", "LimitsConfig.max_jobs_per_user". The schema is one
// statement a line.
std::map<std::string, std::string> CommentsOf(std::istream& schema) {
  std::map<std::string, std::string> comments;
  std::string message;
  std::vector<std::string> above;
  for (std::string line; std::getline(schema, line);) {
    absl::string_view text = absl::StripAsciiWhitespace(line);
    if (absl::ConsumePrefix(&text, "//")) {
      above.emplace_back(absl::StripAsciiWhitespace(text));
      continue;
    }
    const std::vector<std::string> words =
        absl::StrSplit(text, ' ', absl::SkipEmpty());
    const std::string comment = absl::StrJoin(above, " ");
    above.clear();
    if (words.size() > 1 && words[0] == "message") {
      message = words[1];
      comments[message] = comment;
    } else if (words.size() > 3 &&
               (words[0] == "optional" || words[0] == "repeated")) {
      comments[absl::StrCat(message, ".", words[2])] = comment;
    }
  }
  return comments;
}

std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"<", "&lt;"}, {"*", "\\*"}});
}

std::string TypeOf(const ConfigKey& key) {
  if (IsConfigList(key)) return "list";
  switch (key.field->cpp_type()) {
    case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case google::protobuf::FieldDescriptor::CPPTYPE_INT32:
    case google::protobuf::FieldDescriptor::CPPTYPE_INT64:
      return "number";
    default:
      return key.setting.allowed().empty() ? "text" : "one of";
  }
}

std::string RowOf(const ConfigKey& key, const std::string& meaning) {
  const std::string type = TypeOf(key);
  const std::string& preset = key.setting.default_value();
  const std::string allowed =
      type == "true or false" ? "" : AllowedConfigValues(key);
  return absl::StrCat("| `", key.name, "` | ", Cell(meaning), " | ", type,
                      " | ",
                      preset.empty() ? (type == "list" ? "empty" : "unset")
                                     : absl::StrCat("`", preset, "`"),
                      " | ", Cell(allowed), " | ",
                      NeedsRestart(key.name) ? "restart" : "at once", " | ",
                      WindowsPolicy(key.name), " |\n");
}

}  // namespace

absl::StatusOr<std::string> PolicyReference(const std::string& proto_root) {
  const std::string path = proto_root + "/convoy/v1/config.proto";
  std::ifstream schema(path);
  if (!schema) return absl::NotFoundError(absl::StrCat(path, " is not there"));
  const std::map<std::string, std::string> comments = CommentsOf(schema);
  const auto comment = [&comments](const std::string& name) -> std::string {
    const auto found = comments.find(name);
    return found == comments.end() ? "" : found->second;
  };
  std::string page = kHead;
  absl::string_view section;
  for (const ConfigKey& key : ConfigKeys()) {
    const std::string& message = key.section->message_type()->name();
    if (section != key.section->name()) {
      section = key.section->name();
      absl::StrAppend(&page, "\n## ", section, "\n\n");
      const std::string text = comment(message);
      if (!text.empty()) absl::StrAppend(&page, Cell(text), "\n\n");
      absl::StrAppend(&page,
                      "| key | meaning | type | default | allowed | takes "
                      "effect | Windows |\n"
                      "| --- | --- | --- | --- | --- | --- | --- |\n");
    }
    absl::StrAppend(
        &page,
        RowOf(key, comment(absl::StrCat(message, ".", key.field->name()))));
  }
  return page;
}

}  // namespace convoy
