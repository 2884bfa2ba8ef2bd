#include "daemon/declaration_folder.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/declaration_reader.h"
#include "daemon/field_check.h"
#include "peer/base/bounded_read.h"
#include "peer/base/status_macros.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

// Who may write here decides what runs as any user. Empty: nobody else may.
std::string WhyNotTrusted(const struct stat& found,
                          const DaemonIdentity& identity) {
  const bool owned = found.st_uid == 0 || found.st_uid == identity.uid ||
                     found.st_uid == geteuid();
  if (!owned) {
    return absl::StrCat("belongs to uid ", found.st_uid,
                        "; allowed: root, or the user of convoyd");
  }
  const bool group = (found.st_mode & S_IWGRP) != 0 && found.st_gid != 0 &&
                     found.st_gid != identity.gid;
  if (group || (found.st_mode & S_IWOTH) != 0) {
    return "may be written by others; allowed: mode 0644";
  }
  return "";
}

// Errors here are texts; no caller looks at their code.
absl::StatusOr<std::string> ReadText(const std::string& path,
                                     const DaemonIdentity& identity) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found = {};
  if (!fd.valid() || fstat(fd.get(), &found) != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot be read: ", std::strerror(errno)));
  }
  const std::string why_not = WhyNotTrusted(found, identity);
  if (!why_not.empty()) return absl::PermissionDeniedError(why_not);
  std::string text;
  if (const int error = BoundedRead(fd.get(), kMaxFileBytes, &text)) {
    return absl::UnavailableError(
        absl::StrCat("cannot be read: ", std::strerror(error)));
  }
  return text;
}

// The NSS functions: `call` is getpwnam_r and the like.
template <typename Record, typename Call>
std::optional<Record> LookUp(std::vector<char>* buffer, Call call) {
  Record record = {};
  Record* found = nullptr;
  int error = 0;
  buffer->resize(1 << 12);
  while ((error = call(&record, buffer->data(), buffer->size(), &found)) ==
         ERANGE) {
    buffer->resize(buffer->size() * 2);
  }
  if (error != 0 || found == nullptr) return std::nullopt;
  return record;
}

// An error's message is what is wrong with the key `owner` or `group`.
absl::Status ReadUser(const std::string& text, JobOwner* owner) {
  std::vector<char> buffer;
  uid_t uid = 0;
  const bool number = absl::SimpleAtoi(text, &uid);
  const auto user = LookUp<passwd>(
      &buffer,
      [&](passwd* record, char* bytes, std::size_t size, passwd** found) {
        return number ? getpwuid_r(uid, record, bytes, size, found)
                      : getpwnam_r(text.c_str(), record, bytes, size, found);
      });
  if (user.has_value()) {
    *owner = {user->pw_uid, user->pw_gid};
    return absl::OkStatus();
  }
  if (number && uid != static_cast<uid_t>(-1)) {
    *owner = {uid, static_cast<gid_t>(uid)};
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("there is no user \"", Excerpt(text),
                   "\" here; allowed: the name or the number of a user"));
}

absl::Status ReadGroup(const std::string& text, gid_t* gid) {
  if (absl::SimpleAtoi(text, gid) && *gid != static_cast<gid_t>(-1)) {
    return absl::OkStatus();
  }
  std::vector<char> buffer;
  const auto found = LookUp<group>(
      &buffer,
      [&](group* record, char* bytes, std::size_t size, group** result) {
        return getgrnam_r(text.c_str(), record, bytes, size, result);
      });
  if (!found.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no group \"", Excerpt(text),
                     "\" here; allowed: the name or the number of a group"));
  }
  *gid = found->gr_gid;
  return absl::OkStatus();
}

// What is wrong, as a mistake of the file; empty: nothing.
std::string FindOwner(const DaemonIdentity& identity, OwnedDeclaration* job) {
  const v1::JobDeclaration& keys = job->declaration.keys;
  const auto mistake = [&](absl::string_view key, absl::string_view what) {
    return job->declaration.Mistake(key, what);
  };
  job->owner = {identity.uid, identity.gid};
  if (keys.has_owner()) {
    const absl::Status status = ReadUser(keys.owner(), &job->owner);
    if (!status.ok()) return mistake("owner", status.message());
  }
  if (keys.has_group()) {
    const absl::Status status = ReadGroup(keys.group(), &job->owner.gid);
    if (!status.ok()) return mistake("group", status.message());
  }
  if (identity.serves_all_users()) return "";
  if (job->owner.uid != identity.uid) {
    return mistake("owner",
                   "is another user; allowed: the one that convoyd runs as, "
                   "unless that is root");
  }
  if (job->owner.gid != identity.gid) {
    return mistake("group",
                   "is another group; allowed: the one that convoyd runs as, "
                   "unless that is root");
  }
  return "";
}

std::vector<std::string> FilesOf(const std::string& folder,
                                 std::error_code* error) {
  std::vector<std::string> files;
  std::filesystem::directory_iterator entry(folder, *error);
  for (; !*error && entry != std::filesystem::directory_iterator();
       entry.increment(*error)) {
    const std::string name = entry->path().filename().string();
    if (absl::EndsWith(name, ".yaml") && !absl::StartsWith(name, ".")) {
      files.push_back(entry->path().string());
    }
  }
  absl::c_sort(files);
  return files;
}

// Of no machine that has one value for each name of a label.
bool Exclude(const RolloutRule& a, const RolloutRule& b) {
  return absl::c_any_of(a.labels, [&b](absl::string_view label) {
    const absl::string_view name = label.substr(0, label.find('=') + 1);
    return absl::c_any_of(b.labels, [&](absl::string_view other) {
      return absl::StartsWith(other, name) && other != label;
    });
  });
}

class FolderReader {
 public:
  FolderReader(const DaemonIdentity& identity, DeclarationFolder* result)
      : identity_(identity), result_(*result) {}

  void Read(const std::string& path) {
    const absl::StatusOr<std::string> text = ReadText(path, identity_);
    if (!text.ok()) {
      return Wrong(path, {absl::StrCat(path, ":1: ", text.status().message())});
    }
    DeclarationFile file = ReadDeclarations(path, *text);
    std::vector<OwnedDeclaration> jobs;
    Uses uses = uses_;
    for (Declaration& declaration : file.jobs) {
      OwnedDeclaration job{std::move(declaration), {}};
      std::string wrong = FindOwner(identity_, &job);
      if (wrong.empty()) wrong = DeclaredBefore(job.declaration);
      if (wrong.empty()) wrong = UsedBefore(job.declaration, &uses);
      if (!wrong.empty()) file.mistakes.push_back(std::move(wrong));
      jobs.push_back(std::move(job));
    }
    if (!file.mistakes.empty()) return Wrong(path, std::move(file.mistakes));
    uses_ = std::move(uses);
    for (OwnedDeclaration& job : jobs) {
      names_.emplace(job.declaration.name, job.declaration.provider());
      result_.jobs.push_back(std::move(job));
    }
  }

 private:
  // A job that a path belongs to.
  struct Use {
    std::string provider;
    RolloutRule rollout;
  };
  using Uses = std::multimap<std::string, Use>;

  void Wrong(const std::string& path, std::vector<std::string> mistakes) {
    result_.wrong_files.insert(path);
    for (std::string& mistake : mistakes) {
      result_.mistakes.push_back(std::move(mistake));
    }
  }

  std::string DeclaredBefore(const Declaration& declaration) const {
    const auto first = names_.find(declaration.name);
    return first == names_.end()
               ? ""
               : declaration.Mistake(
                     "", absl::StrCat("is declared in ", first->second,
                                      " too; allowed: once"));
  }

  // Two jobs would take turns in replacing each other's file. Adds the paths of
  // one that is right.
  static std::string UsedBefore(const Declaration& declaration, Uses* uses) {
    Uses more;
    for (int i = 0; i < declaration.keys.files_size(); ++i) {
      if (!declaration.keys.files(i).has_path()) continue;
      const std::string path =
          std::filesystem::path(declaration.keys.files(i).path())
              .lexically_normal()
              .string();
      const auto [first, last] = uses->equal_range(path);
      for (auto use = first; use != last; ++use) {
        if (Exclude(use->second.rollout, declaration.rollout)) continue;
        return declaration.Mistake(
            absl::StrCat("files[", i, "].path"),
            absl::StrCat("belongs to the job of ", use->second.provider,
                         " too; allowed: one job for a path, or labels of "
                         "which no machine has both"));
      }
      more.emplace(path, Use{declaration.provider(), declaration.rollout});
    }
    uses->merge(more);
    return "";
  }

  const DaemonIdentity& identity_;
  DeclarationFolder& result_;
  std::map<std::string, std::string> names_;  // And where they are declared.
  Uses uses_;                                 // Of each path.
};

}  // namespace

DeclarationFolder ReadDeclarationFolder(const std::string& folder,
                                        const DaemonIdentity& identity) {
  DeclarationFolder result;
  std::error_code error;
  const std::vector<std::string> files = FilesOf(folder, &error);
  struct stat found = {};
  if (!error && stat(folder.c_str(), &found) == 0) {
    const std::string why_not = WhyNotTrusted(found, identity);
    if (!why_not.empty()) {
      result.readable = false;
      result.mistakes.push_back(absl::StrCat(folder, ":1: ", why_not));
      return result;
    }
  }
  if (error) {
    result.readable = false;
    // Most machines have none.
    if (error != std::errc::no_such_file_or_directory) {
      result.mistakes.push_back(
          absl::StrCat(folder, ":1: cannot be read: ", error.message()));
    }
    return result;
  }
  FolderReader reader(identity, &result);
  for (const std::string& file : files) reader.Read(file);
  return result;
}

}  // namespace convoy
