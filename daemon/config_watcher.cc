#include "daemon/config_watcher.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                                  IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                  IN_DELETE_SELF | IN_MOVE_SELF;

// `folder`, or the nearest one above it that exists; and what is to be watched
// there for it.
ConfigWatcher::Place Existing(ConfigWatcher::Place place) {
  std::error_code error;
  while (!fs::is_directory(place.folder, error)) {
    const fs::path path(place.folder);
    if (!path.has_relative_path()) break;
    place = {path.parent_path().string(), path.filename().string()};
  }
  return place;
}

using Places = std::set<ConfigWatcher::Place>;

// As the kernel counts them.
constexpr int kMaxLinks = 40;

// Every link that `path` leads through, and what it leads to in the end.
void AddLinks(const fs::path& path, Places* places) {
  fs::path at = path.root_path();
  std::deque<fs::path> rest;
  for (const fs::path& part : path.relative_path()) rest.push_back(part);
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = rest.front();
    rest.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      at = at.parent_path();
      continue;
    }
    std::error_code error;
    const fs::path target = fs::read_symlink(at / part, error);
    if (error) {  // No link.
      at /= part;
      continue;
    }
    places->insert({at.string(), part.string()});
    if (++links > kMaxLinks) return;
    if (target.is_absolute()) at = target.root_path();
    const fs::path steps = target.relative_path();
    rest.insert(rest.begin(), steps.begin(), steps.end());
  }
  if (links > 0 && at.has_relative_path()) {
    places->insert({at.parent_path().string(), at.filename().string()});
  }
}

// A folder of which all names count, and where the links in it lead to.
void AddFolder(const fs::path& folder, Places* places) {
  places->insert({folder.parent_path().string(), folder.filename().string()});
  places->insert({folder.string(), ""});
  AddLinks(folder, places);
  std::error_code error;
  for (fs::directory_iterator entry(folder, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_symlink(ignored)) AddLinks(entry->path(), places);
  }
}

}  // namespace

std::vector<ConfigWatcher::Place> ConfigPlaces(const std::string& file) {
  const fs::path path = fs::absolute(file);
  const fs::path folder = path.parent_path();
  Places places = {
      {folder.string(), path.filename().string()},
      // Kubernetes replaces all files of a folder by renaming this link.
      {folder.string(), "..data"}};
  AddLinks(path, &places);
  AddFolder(folder / "conf.d", &places);
  return {places.begin(), places.end()};
}

std::vector<ConfigWatcher::Place> FolderPlaces(const std::string& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  Places places;
  AddFolder(path, &places);
  return {places.begin(), places.end()};
}

absl::StatusOr<std::unique_ptr<ConfigWatcher>> ConfigWatcher::Start(
    std::function<std::vector<Place>()> places,
    std::function<void()> on_change) {
  UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  UniqueFd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!inotify.valid() || !stop.valid()) {
    return absl::UnavailableError(absl::StrCat(
        "changes of the configuration cannot be watched: ",
        std::strerror(errno), "; SIGHUP and `convoy config reload` work"));
  }
  std::unique_ptr<ConfigWatcher> watcher(
      new ConfigWatcher(std::move(places), std::move(on_change),
                        std::move(inotify), std::move(stop)));
  // Here, so that no change after this call is missed.
  watcher->Rearm();
  watcher->thread_ = std::thread([raw = watcher.get()] { raw->Run(); });
  pthread_setname_np(watcher->thread_.native_handle(), "config");
  return watcher;
}

ConfigWatcher::ConfigWatcher(std::function<std::vector<Place>()> places,
                             std::function<void()> on_change, UniqueFd inotify,
                             UniqueFd stop)
    : places_(std::move(places)),
      on_change_(std::move(on_change)),
      inotify_(std::move(inotify)),
      stop_(std::move(stop)) {}

ConfigWatcher::~ConfigWatcher() {
  const std::uint64_t one = 1;
  (void)!::write(stop_.get(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
}

void ConfigWatcher::Run() {
  while (!stopping_) {
    if (!WaitFor(absl::InfiniteDuration())) continue;
    bool matters = TakeEvents();
    if (Rearm()) matters = true;
    if (!matters) continue;
    const absl::Time begin = absl::Now();
    while (absl::Now() - begin < kLongest && WaitFor(kQuiet)) TakeEvents();
    if (stopping_) return;
    Rearm();
    on_change_();
  }
}

bool ConfigWatcher::WaitFor(absl::Duration patience) {
  pollfd set[] = {{inotify_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  const int timeout =
      patience == absl::InfiniteDuration()
          ? -1
          : static_cast<int>(absl::ToInt64Milliseconds(patience));
  ::poll(set, 2, timeout);
  if (set[1].revents != 0) stopping_ = true;
  return !stopping_ && set[0].revents != 0;
}

bool ConfigWatcher::TakeEvents() {
  alignas(inotify_event) char buffer[16384];
  bool matters = false;
  while (true) {
    const ssize_t got = ::read(inotify_.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return matters;
    for (const char* at = buffer; at < buffer + got;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof(event));
      const std::string name =
          event.len == 0 ? "" : std::string(at + sizeof(event));
      at += sizeof(event) + event.len;
      const auto watch = watches_.find(event.wd);
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        matters = true;
      } else if (watch != watches_.end() && !name.empty()) {
        matters = matters || absl::c_any_of(watch->second, [&](const auto& of) {
                    return of.empty() || of == name;
                  });
      }
    }
  }
}

bool ConfigWatcher::Rearm() {
  std::map<int, std::vector<std::string>> watches;
  for (const Place& place : places_()) {
    const Place there = Existing(place);
    const int watch = ::inotify_add_watch(inotify_.get(), there.folder.c_str(),
                                          kEvents | IN_ONLYDIR);
    if (watch < 0) {
      LogWarning("changes of ", place.folder,
                 " are not seen by themselves: ", std::strerror(errno));
      continue;
    }
    watches[watch].push_back(there.name);
  }
  for (const auto& [watch, names] : watches_) {
    if (watches.count(watch) == 0) ::inotify_rm_watch(inotify_.get(), watch);
  }
  watches_.swap(watches);
  return watches_ != watches;
}

}  // namespace convoy
