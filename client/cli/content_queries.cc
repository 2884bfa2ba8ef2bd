#include "client/cli/content_queries.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/hints.h"
#include "peer/base/status_macros.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr int kPage = 1000;
constexpr std::size_t kMinPrefix = 4;
constexpr std::size_t kIdDigits = 40;
constexpr char kSeeContents[] = "see the contents with: convoy cache";

bool IsPrefixOfId(absl::string_view text) {
  return text.size() >= kMinPrefix && text.size() <= kIdDigits &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

}  // namespace

absl::Status ForEachContent(
    const SwarmClient& client,
    const std::function<void(const v1::Content&)>& use) {
  v1::ListContentsRequest request;
  request.set_page_size(kPage);
  do {
    CONVOY_ASSIGN_OR_RETURN(const v1::ListContentsResponse page,
                            client.ListContents(request));
    for (const v1::Content& content : page.contents()) use(content);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::StatusOr<std::string> ResolveContentId(const SwarmClient& client,
                                             absl::string_view text) {
  const std::string prefix = absl::AsciiStrToLower(text);
  if (!IsPrefixOfId(prefix)) {
    return UsageError(
        absl::StrCat("\"", text, "\" is no content's id"),
        "give an id or its first 4 or more digits; see: convoy cache");
  }
  if (prefix.size() == kIdDigits) return prefix;
  std::vector<std::string> ids;
  CONVOY_RETURN_IF_ERROR(
      ForEachContent(client, [&](const v1::Content& content) {
        if (absl::StartsWith(content.id(), prefix)) ids.push_back(content.id());
      }));
  if (ids.empty()) {
    return WithHint(
        Error(v1::ERROR_REASON_NOT_FOUND, v1::ERROR_CONTEXT_REQUEST)
            .Status(absl::StrCat("no content of yours has an id that begins "
                                 "with ",
                                 prefix)),
        kSeeContents);
  }
  if (ids.size() > 1) {
    return UsageError(absl::StrCat(prefix, " fits ", ids.size(),
                                   " contents: ", absl::StrJoin(ids, ", ")),
                      "give more digits");
  }
  return ids.front();
}

absl::Status AboutContent(const absl::Status& status) {
  switch (ErrorDetailOf(status).reason()) {
    case v1::ERROR_REASON_NOT_FOUND:
      return WithHint(status, kSeeContents);
    case v1::ERROR_REASON_INVALID_STATE:
      return WithHint(status,
                      "see which job fetches it with: convoy cache "
                      "show ID");
    case v1::ERROR_REASON_VALIDATION_FAILED:
      return WithHint(status,
                      "take the manifest that was made of this very file, or "
                      "make one with: convoy publish");
    default:
      return status;
  }
}

}  // namespace convoy
