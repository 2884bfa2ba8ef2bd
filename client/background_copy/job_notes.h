#ifndef CONVOY_CLIENT_BACKGROUND_COPY_JOB_NOTES_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_JOB_NOTES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// What the library alone has to know of a job, kept as annotations
// (Job.annotations), so that every process of the user sees it. They are
// shown to the job's owner and to administrators, and to nobody else.

// Flavour::queue.
inline constexpr absl::string_view kQueueNote = "background_copy.queue";
// Texts as they were given, where the contract keeps what they mean.
inline constexpr absl::string_view kHeadersNote = "background_copy.headers";
inline constexpr absl::string_view kNotifyParametersNote =
    "background_copy.notify_parameters";
inline constexpr absl::string_view kProxyListNote =
    "background_copy.proxy_list";
inline constexpr absl::string_view kProxyBypassNote =
    "background_copy.proxy_bypass";
// Present: AUTODETECT was asked for.
inline constexpr absl::string_view kProxyAutodetectNote =
    "background_copy.proxy_autodetect";
// Present: MakeCustomHeadersWriteOnly was called.
inline constexpr absl::string_view kWriteOnlyHeadersNote =
    "background_copy.write_only_headers";
// Present: when peers were asked for, the configuration allowed none.
inline constexpr absl::string_view kNoPeersNote = "background_copy.no_peers";
inline constexpr absl::string_view kNotificationClassNote =
    "background_copy.notification_class";
inline constexpr absl::string_view kCertificateStoreNameNote =
    "background_copy.certificate_store_name";
// Numbers, in decimal digits.
inline constexpr absl::string_view kSecurityFlagsNote =
    "background_copy.security_flags";
inline constexpr absl::string_view kPeerCachingNote =
    "background_copy.peer_caching_flags";
inline constexpr absl::string_view kCertificateStoreNote =
    "background_copy.certificate_store";
inline constexpr absl::string_view kNotificationIntervalNote =
    "background_copy.notification_interval_ms";
inline constexpr absl::string_view kDynamicContentNote =
    "background_copy.dynamic_content";
inline constexpr absl::string_view kHighPerformanceNote =
    "background_copy.high_performance";
// BG_AUTH_TARGET_PROXY, of BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS.
inline constexpr absl::string_view kStoredCredentialsNote =
    "background_copy.stored_credentials";
inline constexpr absl::string_view kFileAclNote = "background_copy.file_acl";
// As it was given, where one priority stands for several.
inline constexpr absl::string_view kPriorityNote = "background_copy.priority";

// A note's text, which may be longer than one annotation: it goes on in
// KEY.1, KEY.2 and so on.
std::optional<std::string> Note(const v1::Job& job, absl::string_view key);
// Nothing: removes it.
void SetNote(absl::string_view key, const std::optional<std::string>& text,
             v1::Job* job);

// `fallback` if there is none.
std::uint32_t NumberNote(const v1::Job& job, absl::string_view key,
                         std::uint32_t fallback);
void SetNumberNote(absl::string_view key, std::uint32_t number, v1::Job* job);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_JOB_NOTES_H_
