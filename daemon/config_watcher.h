#ifndef CONVOY_DAEMON_CONFIG_WATCHER_H_
#define CONVOY_DAEMON_CONFIG_WATCHER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "peer/base/unique_fd.h"

namespace convoy {

// Tells when files of the configuration change (inotify(7)): written in place,
// replaced by a rename, linked elsewhere, made or removed. Folders need not
// exist. Changes on other machines of a network file system are not seen.
class ConfigWatcher {
 public:
  struct Place {
    std::string folder;
    std::string name;  // Empty: all names in it.

    friend bool operator<(const Place& a, const Place& b) {
      return a.folder != b.folder ? a.folder < b.folder : a.name < b.name;
    }
  };
  // Whoever writes several files, or one in several steps, is waited for: until
  // nothing has happened for kQuiet, but no longer than kLongest.
  static constexpr absl::Duration kQuiet = absl::Milliseconds(200);
  static constexpr absl::Duration kLongest = absl::Seconds(2);

  // `places` is asked again after each change: links may lead elsewhere then.
  // `on_change` is called on a thread of the watcher. UNAVAILABLE: the kernel
  // has no watches left.
  static absl::StatusOr<std::unique_ptr<ConfigWatcher>> Start(
      std::function<std::vector<Place>()> places,
      std::function<void()> on_change);
  // `on_change` does not run, and is not called any more. Not on its thread.
  ~ConfigWatcher();
  ConfigWatcher(const ConfigWatcher&) = delete;
  ConfigWatcher& operator=(const ConfigWatcher&) = delete;

 private:
  ConfigWatcher(std::function<std::vector<Place>()> places,
                std::function<void()> on_change, UniqueFd inotify,
                UniqueFd stop);

  void Run();
  // False: to be stopped, or nothing came.
  bool WaitFor(absl::Duration patience);
  // Reads all that has come. Whether any of it matters.
  bool TakeEvents();
  // Watches what is to be watched now. Whether that is something else than
  // before.
  bool Rearm();

  const std::function<std::vector<Place>()> places_;
  const std::function<void()> on_change_;
  const UniqueFd inotify_;
  const UniqueFd stop_;
  // Of the thread. Names that matter by watch; an empty one: all.
  std::map<int, std::vector<std::string>> watches_;
  bool stopping_ = false;
  std::thread thread_;
};

// Where the configuration `file` (convoyd.yaml) is made of: itself, conf.d
// beside it, and where links lead to.
std::vector<ConfigWatcher::Place> ConfigPlaces(const std::string& file);
// Likewise of a folder all of whose files count.
std::vector<ConfigWatcher::Place> FolderPlaces(const std::string& folder);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_WATCHER_H_
