#include "daemon/month_counters.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/descriptor.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

// All counters: the int64 fields.
std::vector<const google::protobuf::FieldDescriptor*> Counters() {
  std::vector<const google::protobuf::FieldDescriptor*> counters;
  const auto* const type = v1::MonthStatistics::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->cpp_type() ==
        google::protobuf::FieldDescriptor::CPPTYPE_INT64) {
      counters.push_back(type->field(i));
    }
  }
  return counters;
}

absl::Status Failed(const std::string& path, const char* what) {
  return absl::UnavailableError(
      absl::StrCat(path, " cannot be ", what, ": ", std::strerror(errno)));
}

}  // namespace

MonthCounters::MonthCounters(const std::string& path, absl::TimeZone zone,
                             absl::Time now)
    : zone_(zone) {
  std::ifstream file(path, std::ios::binary);
  if (!file || !month_.ParseFromIstream(&file)) month_.Clear();
  Add(totals_, now);
  changed_ = false;
}

void MonthCounters::BeginMonth(absl::Time now) {
  const absl::CivilMonth month = absl::ToCivilMonth(now, zone_);
  const absl::Time start = absl::FromCivil(absl::CivilSecond(month), zone_);
  if (month_.start_time().seconds() == absl::ToUnixSeconds(start)) return;
  month_.Clear();
  month_.mutable_start_time()->set_seconds(absl::ToUnixSeconds(start));
  changed_ = true;
}

bool MonthCounters::Add(const v1::MonthStatistics& totals, absl::Time now) {
  BeginMonth(now);
  const auto* const access = v1::MonthStatistics::GetReflection();
  bool any = false;
  for (const auto* const counter : Counters()) {
    const std::int64_t more =
        access->GetInt64(totals, counter) - access->GetInt64(totals_, counter);
    if (more <= 0) continue;
    access->SetInt64(&month_, counter,
                     access->GetInt64(month_, counter) + more);
    any = true;
  }
  totals_ = totals;
  if (any) changed_ = true;
  return any;
}

std::int64_t MonthCounters::uploaded_outside() const {
  return month_.uploaded_group_bytes() + month_.uploaded_internet_bytes();
}

std::optional<v1::MonthStatistics> MonthCounters::TakeUnsaved() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  return month_;
}

absl::Status SaveMonth(const std::string& path,
                       const v1::MonthStatistics& month) {
  const std::string temporary = absl::StrCat(path, ".new");
  const std::string bytes = month.SerializeAsString();
  {
    const UniqueFd fd(::open(temporary.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd.valid() ||
        ::write(fd.get(), bytes.data(), bytes.size()) !=
            static_cast<ssize_t>(bytes.size()) ||
        ::fdatasync(fd.get()) != 0) {
      return Failed(temporary, "written");
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return Failed(path, "replaced");
  }
  return absl::OkStatus();
}

}  // namespace convoy
