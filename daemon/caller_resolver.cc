#include "daemon/caller_resolver.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/caller.h"
#include "daemon/descriptor_blocks.h"
#include "daemon/rpc_call.h"
#include "peer/base/mutex.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxDatabaseEntry = 1 << 22;

absl::Status Unauthenticated() {
  return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
      .StatusWithCode(absl::StatusCode::kUnauthenticated,
                      "the daemon cannot tell which user makes this call; use "
                      "its Unix socket");
}

absl::Status ServesAnother(const SocketPeer& user,
                           const DaemonIdentity& identity) {
  return Error(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_CONTEXT_REQUEST)
      .Status(absl::StrCat("this daemon serves user ", identity.uid,
                           " alone, and user ", user.uid, " calls"));
}

// Calls one of getpwuid_r and its kin with a buffer that is large enough. Null:
// no such entry.
template <typename Entry, typename Get>
std::optional<Entry> FromDatabase(std::vector<char>& buffer, const Get& get) {
  buffer.resize(1024);
  while (true) {
    Entry entry = {};
    Entry* found = nullptr;
    const int error = get(&entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < kMaxDatabaseEntry) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (found == nullptr) return std::nullopt;
    return entry;
  }
}

std::vector<gid_t> GroupsOf(const passwd& user) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0 &&
         static_cast<std::size_t>(count) > groups.size()) {
    groups.resize(static_cast<std::size_t>(count));
  }
  groups.resize(std::min(groups.size(), static_cast<std::size_t>(count)));
  return groups;
}

}  // namespace

CallerResolver::CallerResolver(const Parts& parts,
                               const DaemonIdentity& identity,
                               IsAdministrator is_administrator)
    : parts_(parts),
      identity_(identity),
      is_administrator_(std::move(is_administrator)) {}

void CallerResolver::Resolve(absl::string_view peer, Done done) {
  if (absl::StartsWith(peer, kTlsPeer)) {
    std::move(done)(Caller{identity_.uid, identity_.gid, true});
    return;
  }
  int number = -1;
  std::optional<SocketPeer> user;
  if (absl::ConsumePrefix(&peer, "fd:") && absl::SimpleAtoi(peer, &number)) {
    user = parts_.blocks->OwnerOf(number);
  }
  if (!user.has_value()) {
    std::move(done)(Unauthenticated());
    return;
  }
  if (user->uid == 0 || user->uid == identity_.uid) {
    std::move(done)(Caller{user->uid, user->gid, true});
    return;
  }
  if (!identity_.serves_all_users()) {
    std::move(done)(ServesAnother(*user, identity_));
    return;
  }
  if (const std::optional<bool> administrator = Cached(*user)) {
    std::move(done)(Caller{user->uid, user->gid, *administrator});
    return;
  }
  parts_.lookups->Post([this, user = *user, done = std::move(done)]() mutable {
    // Others that asked at the same time may have had the answer.
    const std::optional<bool> cached = Cached(user);
    const bool administrator = cached.has_value() ? *cached : LookUp(user);
    std::move(done)(Caller{user.uid, user.gid, administrator});
  });
}

std::optional<bool> CallerResolver::Cached(const SocketPeer& user) {
  MutexLock lock(&mutex_);
  const auto found = answers_.find({user.uid, user.gid});
  if (found == answers_.end() ||
      found->second.expires <= parts_.clock->Monotonic()) {
    return std::nullopt;
  }
  return found->second.administrator;
}

bool CallerResolver::LookUp(const SocketPeer& user) {
  const bool administrator = is_administrator_(user);
  MutexLock lock(&mutex_);
  answers_[{user.uid, user.gid}] = {administrator,
                                    parts_.clock->Monotonic() + kCacheTime};
  return administrator;
}

bool IsMemberOf(const SocketPeer& user, const char* group) {
  std::vector<char> group_buffer;
  const std::optional<::group> entry = FromDatabase<::group>(
      group_buffer, [group](::group* result, char* buffer, std::size_t size,
                            ::group** found) {
        return ::getgrnam_r(group, result, buffer, size, found);
      });
  if (!entry.has_value()) return false;
  if (user.gid == entry->gr_gid) return true;
  std::vector<char> user_buffer;
  const std::optional<passwd> account = FromDatabase<passwd>(
      user_buffer,
      [&user](passwd* result, char* buffer, std::size_t size, passwd** found) {
        return ::getpwuid_r(user.uid, result, buffer, size, found);
      });
  if (!account.has_value()) return false;
  const std::vector<gid_t> groups = GroupsOf(*account);
  return std::find(groups.begin(), groups.end(), entry->gr_gid) != groups.end();
}

}  // namespace convoy
