#include "client/cli/hints.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kHintPayload[] = "convoy/hint";

std::string HttpStatusHint(int status, absl::string_view id) {
  switch (status) {
    case 401:
      return absl::StrCat("give credentials: convoy set ", id,
                          " --user NAME --password-file FILE (or "
                          "--bearer-file FILE), then: convoy resume ",
                          id);
    case 403:
      return "the origin refuses this file to you; ask its operator, or give "
             "credentials with --user or --bearer-file";
    case 404:
    case 410:
      return absl::StrCat("check the URL; give another with: convoy set ", id,
                          " --file 0 --url URL");
    case 429:
    case 503:
      return absl::StrCat("the origin is busy; later: convoy resume ", id);
    default:
      return absl::StrCat("when the origin is well again: convoy resume ", id);
  }
}

std::string NotApprovedHint(const std::string& key, const std::string& id) {
  const std::string one = key.empty() ? "KEY" : key;
  return absl::StrCat("if the server's key is right: convoy set ", id,
                      " --approve-key ", one, " (else --refuse-key ", one,
                      "), then: convoy resume ", id);
}

}  // namespace

// Longer than a function should be: one line for each reason, so that the
// compiler finds the one that is missing.
std::string HintFor(const v1::ErrorDetail& detail, absl::string_view job_id) {
  const std::string id = job_id.empty() ? "ID" : std::string(job_id);
  const std::string again = absl::StrCat("then: convoy resume ", id);
  switch (detail.reason()) {
    case v1::ERROR_REASON_INVALID_ARGUMENT:
    case v1::ERROR_REASON_STRING_TOO_LONG:
    case v1::ERROR_REASON_INVALID_RANGE:
    case v1::ERROR_REASON_OVERLAPPING_RANGES:
      return detail.field().empty()
                 ? ""
                 : absl::StrCat("correct ", detail.field(), " and call again");
    case v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE:
      return "give an http, https or file URL";
    case v1::ERROR_REASON_NOT_FOUND:
      return detail.field() == "file.index" || detail.field() == "file_index"
                 ? absl::StrCat(
                       "see the numbers of its files with: convoy show ", id)
                 : "see your jobs with: convoy jobs --all";
    case v1::ERROR_REASON_INVALID_STATE:
      return absl::StrCat("see its state with: convoy show ", id);
    case v1::ERROR_REASON_EMPTY:
      return absl::StrCat("add a file with: convoy add ", id, " URL -o PATH");
    case v1::ERROR_REASON_ACCESS_DENIED:
      return detail.local_path().empty()
                 ? "an administrator (root or the group convoy) may do this"
                 : "choose a folder in which you may create files";
    case v1::ERROR_REASON_ETAG_MISMATCH:
      return absl::StrCat("somebody changed the job; look with: convoy show ",
                          id);
    case v1::ERROR_REASON_REQUEST_ID_REUSED:
      return "use another --request-id";
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER:
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_MACHINE:
      return "complete or cancel jobs that are not needed (convoy jobs), or "
             "have the limit raised";
    case v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB:
    case v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE:
      return "spread them over several jobs, or have the limit raised";
    case v1::ERROR_REASON_NOT_WITH_HTTP_METHOD:
      return "ask by GET (--method GET), or do without ranges, mirrors and "
             "manifests";
    case v1::ERROR_REASON_NAME_RESOLUTION_FAILURE:
      return absl::StrCat("check the host name and this machine's DNS, ",
                          again);
    case v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE:
    case v1::ERROR_REASON_PROXY_FAILURE:
      return absl::StrCat("check the proxy: convoy set ", id,
                          " --proxy URL (or --no-proxy), ", again);
    case v1::ERROR_REASON_CONNECT_FAILURE:
    case v1::ERROR_REASON_CONNECTION_CLOSED:
    case v1::ERROR_REASON_TIMEOUT:
      return absl::StrCat("check the network and the origin, ", again);
    case v1::ERROR_REASON_SECURE_CHANNEL_FAILURE:
      return absl::StrCat(
          "check --cert, --key and what TLS the server speaks, ", again);
    case v1::ERROR_REASON_TRUST_FAILURE:
      return absl::StrCat(
          "if you trust the server, name its certificate: "
          "convoy set ",
          id, " --cacert FILE, ", again);
    case v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED:
      return NotApprovedHint(detail.server_key(), id);
    case v1::ERROR_REASON_HTTP_STATUS:
      return HttpStatusHint(detail.http_status(), id);
    case v1::ERROR_REASON_INVALID_SERVER_RESPONSE:
      return "try the URL with curl -v; a proxy on the way may be at fault";
    case v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT:
      return "get the whole file, without --range";
    case v1::ERROR_REASON_REDIRECT_REFUSED:
      return absl::StrCat("give the URL that it leads to: convoy set ", id,
                          " --file 0 --url URL");
    case v1::ERROR_REASON_REMOTE_FILE_CHANGED:
      return absl::StrCat("wait until the file is no longer written, ", again);
    case v1::ERROR_REASON_AUTHENTICATION_FAILED:
      return HttpStatusHint(401, id);
    case v1::ERROR_REASON_VALIDATION_FAILED:
      if (detail.policy() == "swarm.integrity" ||
          detail.field() == "required_integrity") {
        return "give --sha256, or a --manifest from an https origin or signed "
               "by a key of swarm.signers_file";
      }
      return "check --sha256, --manifest and the origin; with --integrity "
             "mandatory one of them must vouch for the bytes";
    case v1::ERROR_REASON_SIZE_MISMATCH:
      return "the origin has other bytes than expected: check --size, or the "
             "origin";
    case v1::ERROR_REASON_DISK_FULL:
      return absl::StrCat("free space, ", again);
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
    case v1::ERROR_REASON_PATH_NOT_FOUND:
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
      return "the file must go into an existing folder of a writable file "
             "system, and replace nothing but a plain file";
    case v1::ERROR_REASON_LOCAL_FILE_CHANGED:
    case v1::ERROR_REASON_LOCAL_FILE_IO:
      return absl::StrCat("check the disk and who else writes there, ", again);
    case v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS:
      return absl::StrCat("see why with: convoy explain ", id, ", ", again);
    case v1::ERROR_REASON_MAX_DOWNLOAD_TIME:
      return absl::StrCat("give it more time: convoy set ", id,
                          " --max-time SPAN, ", again);
    case v1::ERROR_REASON_MAX_DOWNLOAD_SIZE:
      return absl::StrCat("let it fetch more: convoy set ", id,
                          " --max-size BYTES, ", again);
    case v1::ERROR_REASON_BLOCKED_BY_COST_POLICY:
      return absl::StrCat("allow the network: convoy set ", id, " --cost all");
    case v1::ERROR_REASON_BLOCKED_BY_POLICY:
      return "an administrator can change the policy in the daemon's "
             "configuration";
    case v1::ERROR_REASON_JOB_INACTIVE:
      return "get the file again";
    case v1::ERROR_REASON_STORE_UNAVAILABLE:
      return "check the disk of the daemon's state directory, then try again";
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return "try again when the daemon is back";
    case v1::ERROR_REASON_INTERNAL:
      return "this is a defect of the daemon; please report it with its log";
    // Not of this version.
    case v1::ERROR_REASON_UNSPECIFIED:
    case v1::ErrorReason_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::ErrorReason_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return "";
}

std::string HintFor(const absl::Status& status, absl::string_view job_id) {
  const absl::optional<absl::Cord> hint = status.GetPayload(kHintPayload);
  if (hint.has_value()) return std::string(*hint);
  if (IsSocketForbidden(status)) {
    return "this daemon is for other users; name your own daemon's socket with "
           "--socket PATH or $CONVOY_SOCKET";
  }
  if (IsDaemonUnreachable(status)) {
    return "is convoyd running (systemctl status convoyd)? Name another socket "
           "with --socket PATH or $CONVOY_SOCKET";
  }
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  if (detail.has_value()) return HintFor(*detail, job_id);
  if (absl::IsDeadlineExceeded(status)) {
    return "the call may still take effect; look with: convoy jobs, or give "
           "--timeout a longer time";
  }
  return "";
}

absl::Status UsageError(absl::string_view message, absl::string_view hint) {
  return WithHint(absl::InvalidArgumentError(message), hint);
}

absl::Status WithHint(absl::Status status, absl::string_view hint) {
  if (!hint.empty()) status.SetPayload(kHintPayload, absl::Cord(hint));
  return status;
}

}  // namespace convoy
