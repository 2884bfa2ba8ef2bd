#include "daemon/owner_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/owner_folder.h"
#include "daemon/owner_groups.h"
#include "daemon/owner_identity.h"
#include "daemon/small_file.h"
#include "peer/base/clock.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr absl::string_view kPrefix = ".convoy-";
constexpr absl::string_view kSuffix = ".part";
constexpr std::size_t kIdDigits = 36;
// Of one folder that is looked through.
constexpr std::size_t kMaxNames = 1'000'000;

std::string TemporaryName(const JobId& job, int file_index) {
  return absl::StrCat(kPrefix, job.ToString(), "-", file_index, kSuffix);
}

// A name that TemporaryName gives.
bool IsTemporaryName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kPrefix) ||
      !absl::ConsumeSuffix(&name, kSuffix) || name.size() < kIdDigits + 2) {
    return false;
  }
  const absl::string_view id = name.substr(0, kIdDigits);
  const absl::string_view index = name.substr(kIdDigits + 1);
  const auto parsed = JobId::Parse(id);
  return parsed.has_value() && parsed->ToString() == id &&
         name[kIdDigits] == '-' &&
         index.find_first_not_of("0123456789") == absl::string_view::npos;
}

absl::Status Changed(const std::string& path, absl::string_view how) {
  return Error(v1::ERROR_REASON_LOCAL_FILE_CHANGED,
               v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat("the temporary file ", path, " ", how,
                           "; it must be fetched again"));
}

absl::Status Defect(const std::string& path, absl::string_view what) {
  return Error(v1::ERROR_REASON_INTERNAL, v1::ERROR_CONTEXT_LOCAL_FILE)
      .LocalPath(path)
      .Status(absl::StrCat(path, " ", what));
}

bool IsOwners(const struct stat& found, const OwnerFolder& folder,
              const JobOwner& owner) {
  return !folder.keeps_owners() || found.st_uid == owner.uid;
}

// Is `found`, at `path` in `folder`, still the file that was made? The checks
// keep a user who may write in the folder from handing the owner a file with a
// past or another name: one that somebody else can write later.
absl::Status CheckTemporary(const struct stat& found, const OwnerFolder& folder,
                            const std::string& path, const JobOwner& owner,
                            const FileIdentity& identity) {
  if (!S_ISREG(found.st_mode))
    return Changed(path, "is no plain file any more");
  if (found.st_ino != identity.inode) {
    return Changed(path, "was replaced by another file");
  }
  if (!IsOwners(found, folder, owner)) {
    return Changed(path, absl::StrCat("belongs to uid ", found.st_uid, " now"));
  }
  if (found.st_nlink != 1) {
    return Changed(path, "has got another name too (a hard link)");
  }
  return absl::OkStatus();
}

absl::StatusOr<struct stat> StatOpen(int fd, const std::string& path,
                                     const JobOwner& owner) {
  struct stat found = {};
  if (fstat(fd, &found) != 0) {
    return FileError(errno, path, "look at", owner.uid);
  }
  return found;
}

// The temporary file, opened and checked. Gone: LOCAL_FILE_CHANGED.
absl::StatusOr<UniqueFd> OpenChecked(const OwnerFolder& folder,
                                     const std::string& name, int flags,
                                     const JobOwner& owner,
                                     const FileIdentity& identity) {
  const std::string path = folder.PathOf(name);
  CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> before,
                          folder.Stat(name));
  if (!before.has_value()) return Changed(path, "is gone");
  CONVOY_RETURN_IF_ERROR(
      CheckTemporary(*before, folder, path, owner, identity));
  CONVOY_ASSIGN_OR_RETURN(UniqueFd fd, folder.OpenPlain(name, flags));
  CONVOY_ASSIGN_OR_RETURN(const struct stat found,
                          StatOpen(fd.get(), path, owner));
  CONVOY_RETURN_IF_ERROR(CheckTemporary(found, folder, path, owner, identity));
  return fd;
}

// Adds what is in the folder `path`; `max`: of the files in all.
absl::Status ListFolder(const std::string& path, const JobOwner& owner,
                        std::size_t max, std::vector<FoundFile>* files,
                        std::vector<std::string>* folders) {
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder folder,
                          OwnerFolder::Open(path, owner.uid));
  CONVOY_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                          folder.Names(kMaxNames));
  std::vector<std::string> found;
  for (const std::string& name : names) {
    if (absl::StartsWith(name, ".")) continue;
    CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> entry,
                            folder.Stat(name));
    if (!entry.has_value()) continue;  // It went just now.
    if (S_ISDIR(entry->st_mode)) {
      found.push_back(folder.PathOf(name));
    } else if (S_ISREG(entry->st_mode)) {
      files->push_back({folder.PathOf(name), entry->st_size});
    }
    if (files->size() > max || folders->size() + found.size() > max) {
      return Error(v1::ERROR_REASON_INVALID_ARGUMENT,
                   v1::ERROR_CONTEXT_LOCAL_FILE)
          .LocalPath(path)
          .Status(absl::StrCat("with those in ", path, " there are more than ",
                               max, " files; name a smaller folder"));
    }
  }
  folders->insert(folders->end(), std::make_move_iterator(found.rbegin()),
                  std::make_move_iterator(found.rend()));
  return absl::OkStatus();
}

class ThreadOwnerFiles final : public OwnerFiles {
 public:
  explicit ThreadOwnerFiles(mode_t final_mode)
      : final_mode_(final_mode), groups_(clock_, LookUpGroups) {}

  absl::Status CheckDestination(const JobOwner& owner,
                                const std::string& local_path) override;
  absl::StatusOr<TemporaryFile> CreateTemporary(const JobOwner& owner,
                                                const std::string& local_path,
                                                const JobId& job,
                                                int file_index) override;
  absl::StatusOr<UniqueFd> OpenTemporary(const JobOwner& owner,
                                         const std::string& path,
                                         const FileIdentity& identity) override;
  absl::StatusOr<UniqueFd> OpenSource(const JobOwner& owner,
                                      const std::string& path) override;
  absl::StatusOr<std::string> ReadSmallFile(const JobOwner& owner,
                                            const std::string& path,
                                            std::size_t max_bytes) override;
  absl::StatusOr<std::vector<FoundFile>> ListFiles(const JobOwner& owner,
                                                   const std::string& path,
                                                   std::size_t max) override;
  absl::Status Publish(const JobOwner& owner, const std::string& temporary_path,
                       const FileIdentity& identity,
                       const std::string& local_path) override {
    return PublishAll(
        owner, {{temporary_path, identity, local_path, std::nullopt}})[0];
  }
  std::vector<absl::Status> PublishAll(
      const JobOwner& owner, const std::vector<Publication>& files) override;
  absl::Status RemoveTemporary(const JobOwner& owner, const std::string& path,
                               const FileIdentity& identity) override;
  absl::Status SetMode(const JobOwner& owner, const std::string& path,
                       mode_t mode) override;
  absl::Status Remove(const JobOwner& owner, const std::string& path) override;

 private:
  // A folder into which files are published.
  struct Target {
    std::optional<OwnerFolder> folder;
    UniqueFd file;  // One that has its final name.
    std::vector<std::size_t> published;
  };

  absl::StatusOr<std::unique_ptr<OwnerIdentity>> Become(const JobOwner& owner) {
    return OwnerIdentity::Take(owner, groups_.GroupsOf(owner));
  }
  // Opens the folder if need be; gives `file` its name; returns it open.
  absl::StatusOr<UniqueFd> Place(const JobOwner& owner, const Publication& file,
                                 std::map<std::string, Target>* targets,
                                 Target** target) const;
  absl::StatusOr<UniqueFd> PlaceIn(const OwnerFolder& folder,
                                   const JobOwner& owner,
                                   const FileIdentity& identity,
                                   const std::string& temporary_name,
                                   const std::string& name, mode_t mode) const;

  const mode_t final_mode_;
  const RealClock clock_;
  OwnerGroups groups_;
};

absl::Status ThreadOwnerFiles::CheckDestination(const JobOwner& owner,
                                                const std::string& local_path) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(local_path));
  CONVOY_ASSIGN_OR_RETURN(const auto identity, Become(owner));
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder folder,
                          OwnerFolder::Open(split.folder, owner.uid));
  CONVOY_RETURN_IF_ERROR(folder.CheckWritable());
  CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> found,
                          folder.Stat(split.name));
  if (!found.has_value()) return absl::OkStatus();
  CONVOY_RETURN_IF_ERROR(CheckPlain(*found, local_path));
  if (folder.sticky() && owner.uid != 0 && found->st_uid != owner.uid &&
      folder.owner() != owner.uid) {
    return FileError(EPERM, local_path, "replace", owner.uid);
  }
  return absl::OkStatus();
}

absl::StatusOr<TemporaryFile> ThreadOwnerFiles::CreateTemporary(
    const JobOwner& owner, const std::string& local_path, const JobId& job,
    int file_index) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(local_path));
  CONVOY_ASSIGN_OR_RETURN(const auto identity, Become(owner));
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder folder,
                          OwnerFolder::Open(split.folder, owner.uid));
  const std::string name = TemporaryName(job, file_index);
  TemporaryFile made;
  made.path = folder.PathOf(name);
  CONVOY_ASSIGN_OR_RETURN(made.fd, folder.Create(name));
  if (!made.fd.valid()) {
    // Never opened again: somebody may have it open, or another name for it.
    CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> old,
                            folder.Stat(name));
    if (old.has_value()) {
      CONVOY_RETURN_IF_ERROR(CheckPlain(*old, made.path));
      if (!IsOwners(*old, folder, owner)) {
        return FileError(EPERM, made.path, "replace", owner.uid);
      }
      CONVOY_RETURN_IF_ERROR(folder.Remove(name));
    }
    CONVOY_ASSIGN_OR_RETURN(made.fd, folder.Create(name));
    if (!made.fd.valid())
      return FileError(EEXIST, made.path, "make", owner.uid);
  }
  CONVOY_ASSIGN_OR_RETURN(const struct stat found,
                          StatOpen(made.fd.get(), made.path, owner));
  made.identity = {found.st_dev, found.st_ino};
  CONVOY_RETURN_IF_ERROR(
      CheckTemporary(found, folder, made.path, owner, made.identity));
  return made;
}

absl::StatusOr<UniqueFd> ThreadOwnerFiles::OpenTemporary(
    const JobOwner& owner, const std::string& path,
    const FileIdentity& identity) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(path));
  if (!IsTemporaryName(split.name)) {
    return Defect(path, "is not the name of a temporary file");
  }
  CONVOY_ASSIGN_OR_RETURN(const auto rights, Become(owner));
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder folder,
                          OwnerFolder::Open(split.folder, owner.uid));
  return OpenChecked(folder, split.name, O_RDWR, owner, identity);
}

absl::StatusOr<UniqueFd> ThreadOwnerFiles::OpenSource(const JobOwner& owner,
                                                      const std::string& path) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(path));
  CONVOY_ASSIGN_OR_RETURN(const auto identity, Become(owner));
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder folder,
                          OwnerFolder::Open(split.folder, owner.uid));
  return folder.OpenPlain(split.name, O_RDONLY);
}

absl::StatusOr<std::string> ThreadOwnerFiles::ReadSmallFile(
    const JobOwner& owner, const std::string& path, std::size_t max_bytes) {
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd fd, OpenSource(owner, path));
  return convoy::ReadSmallFile(fd.get(), path, max_bytes, owner.uid);
}

absl::StatusOr<std::vector<FoundFile>> ThreadOwnerFiles::ListFiles(
    const JobOwner& owner, const std::string& path, std::size_t max) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(path));
  CONVOY_ASSIGN_OR_RETURN(const auto identity, Become(owner));
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder parent,
                          OwnerFolder::Open(split.folder, owner.uid));
  CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> named,
                          parent.Stat(split.name));
  if (!named.has_value()) return FileError(ENOENT, path, "read", owner.uid);
  std::vector<FoundFile> files;
  // Folders that are still to be looked through, the next one last.
  std::vector<std::string> folders;
  if (S_ISDIR(named->st_mode)) {
    folders.push_back(path);
  } else {
    CONVOY_RETURN_IF_ERROR(CheckPlain(*named, path));
    files.push_back({path, named->st_size});
  }
  while (!folders.empty()) {
    const std::string next = std::move(folders.back());
    folders.pop_back();
    CONVOY_RETURN_IF_ERROR(ListFolder(next, owner, max, &files, &folders));
  }
  return files;
}

absl::StatusOr<UniqueFd> ThreadOwnerFiles::PlaceIn(
    const OwnerFolder& folder, const JobOwner& owner,
    const FileIdentity& identity, const std::string& temporary_name,
    const std::string& name, mode_t mode) const {
  const std::string path = folder.PathOf(name);
  CONVOY_ASSIGN_OR_RETURN(std::optional<struct stat> found, folder.Stat(name));
  if (found.has_value()) {
    CONVOY_RETURN_IF_ERROR(CheckPlain(*found, path));
    if (CheckTemporary(*found, folder, path, owner, identity).ok()) {
      return folder.OpenPlain(name, O_RDONLY);
    }
  }
  CONVOY_ASSIGN_OR_RETURN(UniqueFd fd, OpenChecked(folder, temporary_name,
                                                   O_RDONLY, owner, identity));
  if (fchmod(fd.get(), mode) != 0 &&
      (folder.keeps_owners() || errno != EPERM)) {
    return FileError(errno, folder.PathOf(temporary_name), "chmod", owner.uid);
  }
  CONVOY_RETURN_IF_ERROR(folder.Rename(temporary_name, name));
  // Somebody else who may write in the folder can have put another file under
  // the temporary name in between.
  CONVOY_ASSIGN_OR_RETURN(found, folder.Stat(name));
  if (!found.has_value() || found->st_ino != identity.inode) {
    return Changed(folder.PathOf(temporary_name),
                   "was replaced by another file");
  }
  return fd;
}

absl::StatusOr<UniqueFd> ThreadOwnerFiles::Place(
    const JobOwner& owner, const Publication& file,
    std::map<std::string, Target>* targets, Target** target) const {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath to,
                          SplitAbsolutePath(file.local_path));
  CONVOY_ASSIGN_OR_RETURN(const SplitPath from,
                          SplitAbsolutePath(file.temporary_path));
  if (from.folder != to.folder || !IsTemporaryName(from.name)) {
    return Defect(file.temporary_path, "is no temporary file of that path");
  }
  *target = &(*targets)[to.folder];
  if (!(*target)->folder.has_value()) {
    CONVOY_ASSIGN_OR_RETURN((*target)->folder,
                            OwnerFolder::Open(to.folder, owner.uid));
  }
  return PlaceIn(*(*target)->folder, owner, file.identity, from.name, to.name,
                 file.mode.value_or(final_mode_));
}

std::vector<absl::Status> ThreadOwnerFiles::PublishAll(
    const JobOwner& owner, const std::vector<Publication>& files) {
  const auto identity = Become(owner);
  std::vector<absl::Status> results(files.size(), identity.status());
  if (!identity.ok()) return results;

  std::map<std::string, Target> targets;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Target* target = nullptr;
    absl::StatusOr<UniqueFd> fd = Place(owner, files[i], &targets, &target);
    results[i] = fd.status();
    if (!fd.ok()) continue;
    target->file = *std::move(fd);
    target->published.push_back(i);
  }
  // The mode needs no sync of its own: it was changed before the name was, and
  // journals keep that order. What is lost in the worst case is the mode 0666.
  for (const auto& [folder, target] : targets) {
    if (target.published.empty()) continue;
    const absl::Status status = target.folder->Sync(target.file.get());
    for (const std::size_t i : target.published) results[i] = status;
  }
  return results;
}

absl::Status ThreadOwnerFiles::SetMode(const JobOwner& owner,
                                       const std::string& path, mode_t mode) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(path));
  CONVOY_ASSIGN_OR_RETURN(const auto identity, Become(owner));
  CONVOY_ASSIGN_OR_RETURN(const OwnerFolder folder,
                          OwnerFolder::Open(split.folder, owner.uid));
  CONVOY_ASSIGN_OR_RETURN(const UniqueFd fd,
                          folder.OpenPlain(split.name, O_RDONLY));
  if (fchmod(fd.get(), mode & 0777) != 0 || fsync(fd.get()) != 0) {
    return FileError(errno, path, "chmod", owner.uid);
  }
  return absl::OkStatus();
}

absl::Status ThreadOwnerFiles::Remove(const JobOwner& owner,
                                      const std::string& path) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(path));
  CONVOY_ASSIGN_OR_RETURN(const auto identity, Become(owner));
  const absl::StatusOr<OwnerFolder> folder =
      OwnerFolder::Open(split.folder, owner.uid);
  if (!folder.ok()) {
    const bool gone = ErrorDetailOf(folder.status()).reason() ==
                      v1::ERROR_REASON_PATH_NOT_FOUND;
    return gone ? absl::OkStatus() : folder.status();
  }
  CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> found,
                          folder->Stat(split.name));
  if (!found.has_value()) return absl::OkStatus();
  CONVOY_RETURN_IF_ERROR(CheckPlain(*found, path));
  return folder->Remove(split.name);
}

absl::Status ThreadOwnerFiles::RemoveTemporary(const JobOwner& owner,
                                               const std::string& path,
                                               const FileIdentity& identity) {
  CONVOY_ASSIGN_OR_RETURN(const SplitPath split, SplitAbsolutePath(path));
  if (!IsTemporaryName(split.name)) {
    return Defect(path, "is not the name of a temporary file");
  }
  CONVOY_ASSIGN_OR_RETURN(const auto rights, Become(owner));
  const absl::StatusOr<OwnerFolder> folder =
      OwnerFolder::Open(split.folder, owner.uid);
  if (!folder.ok()) {
    const bool gone = ErrorDetailOf(folder.status()).reason() ==
                      v1::ERROR_REASON_PATH_NOT_FOUND;
    return gone ? absl::OkStatus() : folder.status();
  }
  CONVOY_ASSIGN_OR_RETURN(const std::optional<struct stat> found,
                          folder->Stat(split.name));
  const bool by_name = identity.device == 0 && identity.inode == 0;
  if (!found.has_value() || !S_ISREG(found->st_mode) ||
      !IsOwners(*found, *folder, owner) ||
      (!by_name && found->st_ino != identity.inode)) {
    return absl::OkStatus();
  }
  return folder->Remove(split.name);
}

}  // namespace

std::string TemporaryPath(const std::string& local_path, const JobId& job,
                          int file_index) {
  return absl::StrCat(local_path.substr(0, local_path.rfind('/') + 1),
                      TemporaryName(job, file_index));
}

std::unique_ptr<OwnerFiles> MakeOwnerFiles() {
  // umask(2) cannot be read without being set; what others make meanwhile is
  // rather too private than too open.
  const mode_t mask = umask(0777);
  umask(mask);
  return std::make_unique<ThreadOwnerFiles>(0666 & ~mask);
}

}  // namespace convoy
