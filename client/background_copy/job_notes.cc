#include "client/background_copy/job_notes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace convoy::background_copy {
namespace {

// Of an annotation's value: 4,096 characters at most, so that this many bytes
// always fit.
constexpr std::size_t kPartBytes = 4096;

std::string PartKey(absl::string_view key, int part) {
  return part == 0 ? std::string(key) : absl::StrCat(key, ".", part);
}

// Where to cut `text` so that no character is parted.
std::size_t PartEnd(absl::string_view text) {
  if (text.size() <= kPartBytes) return text.size();
  std::size_t end = kPartBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return end;
}

}  // namespace

std::optional<std::string> Note(const v1::Job& job, absl::string_view key) {
  std::optional<std::string> text;
  for (int part = 0;; ++part) {
    const auto found = job.annotations().find(PartKey(key, part));
    if (found == job.annotations().end()) return text;
    text = absl::StrCat(text.value_or(""), found->second);
  }
}

void SetNote(absl::string_view key, const std::optional<std::string>& text,
             v1::Job* job) {
  auto& annotations = *job->mutable_annotations();
  for (int part = 0; annotations.erase(PartKey(key, part)) > 0; ++part) {
  }
  if (!text.has_value()) return;
  absl::string_view rest = *text;
  int part = 0;
  do {
    const std::size_t end = PartEnd(rest);
    annotations[PartKey(key, part++)] = std::string(rest.substr(0, end));
    rest.remove_prefix(end);
  } while (!rest.empty());
}

std::uint32_t NumberNote(const v1::Job& job, absl::string_view key,
                         std::uint32_t fallback) {
  std::uint32_t number = 0;
  const std::optional<std::string> text = Note(job, key);
  return text.has_value() && absl::SimpleAtoi(*text, &number) ? number
                                                              : fallback;
}

void SetNumberNote(absl::string_view key, std::uint32_t number, v1::Job* job) {
  SetNote(key, absl::StrCat(number), job);
}

}  // namespace convoy::background_copy
