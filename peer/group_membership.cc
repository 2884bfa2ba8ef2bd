#include "peer/group_membership.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/base/log.h"

namespace convoy {
namespace {

constexpr char kCaKey[] = "group.ca_file";
constexpr char kCertificateKey[] = "group.certificate_file";
constexpr char kKeyKey[] = "group.key_file";

}  // namespace

GroupMembership::GroupMembership(const SwarmSettings& settings,
                                 const Clock& clock)
    : clock_(clock), is_configured_(!settings.group_ca_pem.empty()) {
  if (is_configured_) {
    Enter(settings);
    return;
  }
  policy_ = kCaKey;
  reason_ =
      absl::StrCat("there is no authenticated group: ", kCaKey, " is not set");
}

void GroupMembership::Enter(const SwarmSettings& settings) {
  const auto missing = [](absl::string_view what, absl::string_view key) {
    return absl::StrCat("the group has no ", what, ": ", key, " is not set");
  };
  if (settings.group_certificate_pem.empty()) {
    return Refuse(missing("certificate", kCertificateKey), kCertificateKey);
  }
  if (settings.group_key_pem.empty()) {
    return Refuse(missing("key", kKeyKey), kKeyKey);
  }
  absl::StatusOr<std::unique_ptr<GroupIdentity>> made =
      GroupIdentity::Make(settings.group_ca_pem, settings.group_certificate_pem,
                          settings.group_key_pem, settings.group_id, clock_);
  if (made.ok()) {
    identity_ = *std::move(made);
    return;
  }
  // Begins with the key that is to blame.
  const absl::string_view why = made.status().message();
  Refuse(std::string(why), std::string(why.substr(0, why.find(' '))));
}

void GroupMembership::Refuse(std::string reason, std::string policy) {
  reason_ = std::move(reason);
  policy_ = std::move(policy);
  LogError("no peers are met: ", reason_);
}

std::string GroupMembership::Refusal(std::string* policy) const {
  if (identity_ == nullptr) {
    *policy = policy_;
    return reason_;
  }
  if (clock_.Now() <= identity_->expiry()) return "";
  *policy = kCertificateKey;
  return absl::StrCat(kCertificateKey, " has expired at ",
                      absl::FormatTime(absl::RFC3339_sec, identity_->expiry(),
                                       absl::UTCTimeZone()));
}

}  // namespace convoy
