#include "client/com/waitable.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace convoy {
namespace {

// The object that ends a wait for any, or 0 for all that end it together; -1:
// not yet.
int FindSet(const std::vector<std::shared_ptr<Waitable>>& objects, bool all) {
  int count = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i]->IsSet()) {
      if (!all) {
        return static_cast<int>(i);
      }
      ++count;
    }
  }
  return all && count == static_cast<int>(objects.size()) ? 0 : -1;
}

}  // namespace

HandleTable& HandleTable::Get() {
  static HandleTable& table = *new HandleTable;
  return table;
}

HANDLE HandleTable::Add(std::shared_ptr<Waitable> object) {
  MutexLock lock(&mutex_);
  return Insert(std::move(object));
}

HANDLE HandleTable::Insert(std::shared_ptr<Waitable> object) {
  const auto handle = reinterpret_cast<HANDLE>(next_);
  next_ += 4;
  handles_[handle] = std::move(object);
  return handle;
}

HANDLE HandleTable::InsertNamed(const std::wstring& name,
                                std::shared_ptr<Waitable> object) {
  for (auto entry = names_.begin(); entry != names_.end();) {
    entry = entry->second.expired() ? names_.erase(entry) : std::next(entry);
  }
  names_[name] = object;
  return Insert(std::move(object));
}

bool HandleTable::Close(HANDLE handle) {
  std::shared_ptr<Waitable> closed;
  MutexLock lock(&mutex_);
  const auto found = handles_.find(handle);
  if (found == handles_.end()) {
    return false;
  }
  closed = std::move(found->second);
  handles_.erase(found);
  return true;
}

std::optional<int> HandleTable::Wait(const std::vector<HANDLE>& handles,
                                     bool all, absl::Duration time,
                                     std::shared_ptr<Waitable> last) {
  const auto start = std::chrono::steady_clock::now();
  MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<Waitable>> objects;
  for (const HANDLE handle : handles) {
    const auto found = handles_.find(handle);
    if (found == handles_.end()) {
      return std::nullopt;
    }
    objects.push_back(found->second);
  }
  if (last != nullptr) objects.push_back(std::move(last));
  while (true) {
    const int set = FindSet(objects, all);
    if (set >= 0) {
      for (std::size_t i = 0; i < objects.size(); ++i) {
        if (all || static_cast<int>(i) == set) {
          objects[i]->Take();
        }
      }
      return set;
    }
    absl::Duration wait =
        time - absl::FromChrono(std::chrono::steady_clock::now() - start);
    if (wait <= absl::ZeroDuration()) {
      return -1;
    }
    for (const std::shared_ptr<Waitable>& object : objects) {
      wait = std::min(wait, object->UntilSet());
    }
    changed_.WaitFor(&mutex_, wait);
  }
}

}  // namespace convoy
