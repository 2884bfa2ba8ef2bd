#include "daemon/last_good_config.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "peer/base/unique_fd.h"

namespace convoy {
namespace {

constexpr absl::string_view kHead = "convoyd configuration 1\n";

std::string PathIn(const std::string& state_directory) {
  return state_directory + "/last_good_config";
}

// Length, line feed, bytes, line feed.
void AddField(absl::string_view text, std::string* bytes) {
  absl::StrAppend(bytes, text.size(), "\n", text, "\n");
}

// Nothing: `bytes` does not begin with a field.
std::optional<std::string> TakeField(absl::string_view* bytes) {
  const std::size_t end = bytes->find('\n');
  std::size_t size = 0;
  if (end == absl::string_view::npos ||
      !absl::SimpleAtoi(bytes->substr(0, end), &size)) {
    return std::nullopt;
  }
  bytes->remove_prefix(end + 1);
  if (size >= bytes->size() || (*bytes)[size] != '\n') return std::nullopt;
  std::string text(bytes->substr(0, size));
  bytes->remove_prefix(size + 1);
  return text;
}

std::optional<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file),
                     std::istreambuf_iterator<char>());
}

absl::Status Failed(const std::string& path, absl::string_view verb) {
  return absl::UnavailableError(
      absl::StrCat(path, " cannot be ", verb, ": ", std::strerror(errno)));
}

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

absl::Status KeepLastGoodConfig(const std::string& state_directory,
                                const std::string& config_file,
                                const std::vector<ConfigSource>& files) {
  std::string bytes(kHead);
  AddField(config_file, &bytes);
  for (const ConfigSource& file : files) {
    AddField(file.path, &bytes);
    AddField(file.text, &bytes);
  }
  const std::string path = PathIn(state_directory);
  if (ReadWhole(path) == bytes) return absl::OkStatus();
  const std::string temporary = path + ".new";
  {
    // Texts may hold secrets.
    const UniqueFd fd(::open(temporary.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd.valid() || !WriteAll(fd.get(), bytes) || ::fsync(fd.get()) != 0) {
      return Failed(temporary, "written");
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return Failed(path, "replaced");
  }
  const UniqueFd folder(
      ::open(state_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::fsync(folder.get()) != 0) {
    return Failed(path, "replaced");
  }
  return absl::OkStatus();
}

absl::StatusOr<Settings> LoadLastGoodConfig(
    const std::string& state_directory, const std::string& config_file,
    const ConfigOverrides& command_line) {
  const std::string path = PathIn(state_directory);
  const std::optional<std::string> kept = ReadWhole(path);
  if (!kept.has_value()) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  }
  const absl::Status damaged =
      absl::DataLossError(absl::StrCat(path, " is damaged"));
  absl::string_view rest = *kept;
  if (!absl::ConsumePrefix(&rest, kHead)) return damaged;
  const std::optional<std::string> whose = TakeField(&rest);
  if (!whose.has_value()) return damaged;
  if (*whose != config_file) {
    return absl::NotFoundError(absl::StrCat(path, " is of ", *whose));
  }
  std::vector<ConfigSource> files;
  while (!rest.empty()) {
    std::optional<std::string> name = TakeField(&rest);
    if (!name.has_value()) return damaged;
    std::optional<std::string> text = TakeField(&rest);
    if (!text.has_value()) return damaged;
    files.push_back({*std::move(name), *std::move(text)});
  }
  return ParseConfig(files, command_line);
}

}  // namespace convoy
