#include "daemon/error_remedy.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"

namespace convoy {
namespace {

absl::string_view RemedyOfHttpStatus(int status) {
  if (status == 401 || status == 407) {
    return "Give the credentials the server asks for, with UpdateJob (http).";
  }
  if (status == 403) {
    return "Ask the origin's operator for access, or give other credentials or "
           "headers with UpdateJob (http).";
  }
  if (status == 404 || status == 410) {
    return "Put the file on the origin, or give its right URL with UpdateFile.";
  }
  if (status == 416) {
    return "Compare the file's ranges with its size at the origin.";
  }
  if (status == 408 || status == 429 || status == 503) {
    return "The origin is busy: wait, or give a mirror with UpdateFile.";
  }
  if (status >= 500) {
    return "The origin fails: tell its operator, or give a mirror with "
           "UpdateFile.";
  }
  return "Try the URL with another client; give another one with UpdateFile.";
}

absl::string_view LimitOf(const v1::ErrorDetail& detail) {
  return detail.policy().empty() ? "the limit"
                                 : absl::string_view(detail.policy());
}

absl::string_view RemedyOfPath(v1::ErrorReason reason) {
  switch (reason) {
    case v1::ERROR_REASON_DISK_FULL:
      return "Free space, or raise the owner's disk quota.";
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
      return "Mount the file system for writing.";
    case v1::ERROR_REASON_PATH_NOT_FOUND:
      return "Make the folder, or the file that the file:// URL names.";
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
      return "Remove what stands at the path: it is not a plain file.";
    case v1::ERROR_REASON_LOCAL_FILE_CHANGED:
      return "Leave the temporary files alone; the file is fetched anew.";
    default:
      return "Look after the file system: the message holds its error.";
  }
}

}  // namespace

// Longer than a function should be: each reason has its line, so that the
// compiler finds the missing one.
std::string RemedyOf(const v1::ErrorDetail& detail) {
  switch (detail.reason()) {
    case v1::ERROR_REASON_INVALID_ARGUMENT:
    case v1::ERROR_REASON_STRING_TOO_LONG:
    case v1::ERROR_REASON_INVALID_RANGE:
    case v1::ERROR_REASON_OVERLAPPING_RANGES:
      return "Correct what the message names.";
    case v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE:
      return "Give an http, https or file URL with UpdateFile.";
    case v1::ERROR_REASON_NOT_FOUND:
    case v1::ERROR_REASON_INVALID_STATE:
    case v1::ERROR_REASON_ETAG_MISMATCH:
    case v1::ERROR_REASON_REQUEST_ID_REUSED:
      return "Read the job again with GetJob.";
    case v1::ERROR_REASON_EMPTY:
      return "Add files with AddFiles.";
    case v1::ERROR_REASON_ACCESS_DENIED:
      return "Give the job's owner the right to use the path.";
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_USER:
    case v1::ERROR_REASON_TOO_MANY_JOBS_PER_MACHINE:
      return absl::StrCat("Complete or cancel other jobs, or raise ",
                          LimitOf(detail), ".");
    case v1::ERROR_REASON_TOO_MANY_FILES_IN_JOB:
    case v1::ERROR_REASON_TOO_MANY_RANGES_IN_FILE:
      return absl::StrCat("Divide the work among several jobs, or raise ",
                          LimitOf(detail), ".");
    case v1::ERROR_REASON_NOT_WITH_HTTP_METHOD:
      return "Ask by GET with UpdateJob (http.method), or do without what the "
             "message names.";

    case v1::ERROR_REASON_NAME_RESOLUTION_FAILURE:
      return "Look at the URL's host name and at this machine's name servers.";
    case v1::ERROR_REASON_PROXY_NAME_RESOLUTION_FAILURE:
      return "Look at the proxy's host name (http.proxy_url, or the job's "
             "http.proxy).";
    case v1::ERROR_REASON_CONNECT_FAILURE:
      return "Look at the network, at firewalls, and whether the origin is up.";
    case v1::ERROR_REASON_CONNECTION_CLOSED:
      return "Look at the network; the transfer goes on where it broke off.";
    case v1::ERROR_REASON_TIMEOUT:
      return "Look at the network and the origin's load, or raise "
             "http.connect_timeout_seconds or http.low_speed_timeout_seconds.";
    case v1::ERROR_REASON_SECURE_CHANNEL_FAILURE:
      return "Look at the server's TLS versions and at the job's client "
             "certificate (http.tls).";
    case v1::ERROR_REASON_TRUST_FAILURE:
      return "Renew the server's certificate, or name its issuer's with "
             "http.ca_file or the job's http.tls.ca_file.";
    case v1::ERROR_REASON_HTTP_STATUS:
      return std::string(RemedyOfHttpStatus(detail.http_status()));
    case v1::ERROR_REASON_INVALID_SERVER_RESPONSE:
      return "Tell the origin's operator: its answers break HTTP. Or give "
             "another URL with UpdateFile.";
    case v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT:
      return "Add the file without ranges, or give an origin that serves them "
             "with UpdateFile.";
    case v1::ERROR_REASON_REDIRECT_REFUSED:
      return "Give the URL that the redirect leads to with UpdateFile, or "
             "allow it with UpdateJob (http.redirect_policy).";
    case v1::ERROR_REASON_REMOTE_FILE_CHANGED:
      return "Wait until the file at the origin stays as it is.";
    case v1::ERROR_REASON_AUTHENTICATION_FAILED:
      return "Give the right credentials with UpdateJob (http.credentials).";
    case v1::ERROR_REASON_PROXY_FAILURE:
      return "Look at the proxy and its credentials (http.proxy_url, or the "
             "job's http.proxy and http.credentials).";
    case v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED:
      return absl::StrCat("Look at the certificate, approve or refuse its key ",
                          detail.server_key(),
                          detail.server_key().empty() ? "" : " ",
                          "with UpdateJob (http.certificate_approval), then "
                          "call ResumeJob.");

    case v1::ERROR_REASON_VALIDATION_FAILED:
      if (detail.policy() == "swarm.integrity" ||
          detail.field() == "required_integrity") {
        return "Give the file's sha-256 in the job, or see to it that its "
               "manifest comes by https from the origin or is signed by a key "
               "of swarm.signers_file; then call ResumeJob.";
      }
      return "Compare expected_sha256 with the file at the origin: one of them "
             "is wrong. Bytes that the owner found wrong are fetched again "
             "with "
             "ResumeJob.";
    case v1::ERROR_REASON_SIZE_MISMATCH:
      return "Compare expected_size_bytes with the file at the origin: one of "
             "them is wrong.";

    case v1::ERROR_REASON_DISK_FULL:
    case v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM:
    case v1::ERROR_REASON_PATH_NOT_FOUND:
    case v1::ERROR_REASON_PATH_NOT_REGULAR:
    case v1::ERROR_REASON_LOCAL_FILE_CHANGED:
    case v1::ERROR_REASON_LOCAL_FILE_IO:
      return std::string(RemedyOfPath(detail.reason()));

    case v1::ERROR_REASON_DOWNLOAD_NO_PROGRESS:
      return "Look at the network and the origin, or raise the job's "
             "no_progress_timeout with UpdateJob.";
    case v1::ERROR_REASON_MAX_DOWNLOAD_TIME:
      return absl::StrCat(
          "Raise the job's maximum_download_time with "
          "UpdateJob",
          detail.policy().empty() ? "" : absl::StrCat(", or ", detail.policy()),
          ".");
    case v1::ERROR_REASON_MAX_DOWNLOAD_SIZE:
      return "Raise the job's maximum_download_bytes with UpdateJob.";
    case v1::ERROR_REASON_BLOCKED_BY_COST_POLICY:
      return "Wait for another network, or change the job's cost_flags with "
             "UpdateJob.";
    case v1::ERROR_REASON_BLOCKED_BY_POLICY:
      return absl::StrCat("Change ",
                          detail.policy().empty() ? "the policy that forbids it"
                                                  : detail.policy(),
                          ".");
    case v1::ERROR_REASON_JOB_INACTIVE:
      return "Make the job again.";

    case v1::ERROR_REASON_STORE_UNAVAILABLE:
      return "Look at the disk of paths.state_directory.";
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return "Wait until the daemon runs again.";
    case v1::ERROR_REASON_UNSPECIFIED:
    case v1::ERROR_REASON_INTERNAL:
    case v1::ErrorReason_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::ErrorReason_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return "Please report the message: it shows a defect of the daemon.";
}

}  // namespace convoy
