#include "daemon/user_names.h"

#include <pwd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/base/mutex.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxNames = 1024;
constexpr absl::Duration kBelieved = absl::Minutes(10);
constexpr std::size_t kMaxEntryBytes = std::size_t{1} << 20;

}  // namespace

UserNames::UserNames(const Clock& clock, Lookup lookup)
    : clock_(clock), lookup_(std::move(lookup)) {}

std::string UserNames::NameOf(uid_t uid) {
  const absl::Duration now = clock_.Monotonic();
  {
    MutexLock lock(&mutex_);
    const auto found = names_.find(uid);
    if (found != names_.end() && now - found->second.looked_up < kBelieved) {
      return found->second.name;
    }
  }
  std::string name = lookup_(uid);
  MutexLock lock(&mutex_);
  if (names_.size() >= kMaxNames) names_.clear();
  names_[uid] = {name, now};
  return name;
}

std::string LookUpUserName(uid_t uid) {
  std::vector<char> buffer(4096);
  while (true) {
    passwd entry;
    passwd* found = nullptr;
    const int error =
        getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < kMaxEntryBytes) {
      buffer.resize(buffer.size() * 2);
    } else if (error != EINTR) {
      return found == nullptr ? "" : found->pw_name;
    }
  }
}

}  // namespace convoy
