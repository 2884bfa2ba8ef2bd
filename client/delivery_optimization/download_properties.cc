#include "client/delivery_optimization/download_properties.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/background_copy/integrity_info.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/request_headers.h"
#include "client/background_copy/security_flags.h"
#include "client/com/variant_values.h"
#include "client/delivery_optimization/download_status.h"
#include "client/delivery_optimization/security_context.h"

namespace convoy::delivery_optimization {
namespace {

using background_copy::Note;
using background_copy::NumberNote;
using background_copy::SetNote;
using background_copy::SetNumberNote;
using Access = PropertyRule::Access;
using Change = PropertyRule::Change;

// Networks of each cost policy, as BITS' job transfer policies name them.
std::optional<std::uint32_t> CostFlagsOf(std::uint32_t policy) {
  switch (policy) {
    case DODownloadCostPolicy_Always:
      return BITS_JOB_TRANSFER_POLICY_ALWAYS;
    case DODownloadCostPolicy_Unrestricted:
      return BITS_JOB_TRANSFER_POLICY_UNRESTRICTED;
    case DODownloadCostPolicy_Standard:
    // No interface here says that it is cellular; those that are have a cap.
    case DODownloadCostPolicy_NoCellular:
      return BITS_JOB_TRANSFER_POLICY_STANDARD;
    case DODownloadCostPolicy_NoRoaming:
      return BITS_JOB_TRANSFER_POLICY_NOT_ROAMING;
    case DODownloadCostPolicy_NoSurcharge:
      return BITS_JOB_TRANSFER_POLICY_NO_SURCHARGE;
    default:
      return std::nullopt;
  }
}

// Both header texts as the headers of the job. False: a line is no header.
bool CombineHeaders(DownloadParts* parts) {
  auto& headers = *parts->job.mutable_http()->mutable_headers();
  headers.Clear();
  for (const std::string& text : {parts->headers, parts->auth_headers}) {
    const auto parsed = background_copy::ParseRequestHeaders(text);
    if (!parsed.has_value()) return false;
    for (const v1::HttpHeader& header : *parsed) *headers.Add() = header;
  }
  return true;
}

HRESULT SetUri(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::string> text = TextIn(value);
  if (!text.has_value()) return E_INVALIDARG;
  parts->file.set_remote_url(*text);
  return S_OK;
}

HRESULT SetLocalPath(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::string> text = TextIn(value);
  if (!text.has_value()) return E_INVALIDARG;
  parts->file.set_local_path(*text);
  return S_OK;
}

HRESULT SetDisplayName(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::string> text = TextIn(value);
  if (!text.has_value()) return E_INVALIDARG;
  parts->job.set_display_name(*text);
  return S_OK;
}

HRESULT SetTextNote(absl::string_view key, const VARIANT& value,
                    DownloadParts* parts) {
  const std::optional<std::string> text = TextIn(value);
  if (!text.has_value()) return E_INVALIDARG;
  SetNote(key, *text, &parts->job);
  return S_OK;
}

HRESULT SetBoolNote(absl::string_view key, const VARIANT& value,
                    DownloadParts* parts) {
  const std::optional<bool> is_true = BoolIn(value);
  if (!is_true.has_value()) return E_INVALIDARG;
  SetNumberNote(key, *is_true ? 1 : 0, &parts->job);
  return S_OK;
}

HRESULT GetTextNote(absl::string_view key, const DownloadParts& parts,
                    VARIANT* value) {
  return GiveText(Note(parts.job, key).value_or(""), value);
}

HRESULT GetBoolNote(absl::string_view key, const DownloadParts& parts,
                    VARIANT* value) {
  return GiveBool(NumberNote(parts.job, key, 0) != 0, value);
}

HRESULT SetHeaders(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::string> text = TextIn(value);
  if (!text.has_value()) return E_INVALIDARG;
  parts->headers = *text;
  if (!CombineHeaders(parts)) return E_INVALIDARG;
  SetNote(kHeadersTextNote, *text, &parts->job);
  return S_OK;
}

HRESULT SetAuthHeaders(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::string> text = TextIn(value);
  if (!text.has_value()) return E_INVALIDARG;
  parts->auth_headers = *text;
  return CombineHeaders(parts) ? S_OK : E_INVALIDARG;
}

// The daemon tells them to nobody: only the object that set them knows. Another
// one sees that there are more headers than those that can be read.
HRESULT GetAuthHeaders(const DownloadParts& parts, VARIANT* value) {
  if (!parts.auth_headers.empty()) return GiveText(parts.auth_headers, value);
  const auto others = background_copy::ParseRequestHeaders(
      Note(parts.job, kHeadersTextNote).value_or(""));
  const int readable =
      others.has_value() ? static_cast<int>(others->size()) : 0;
  if (parts.job.http().headers_size() > readable) return E_ACCESSDENIED;
  return GiveText("", value);
}

// By the cost policy and DisallowOnCellular, which leaves out what NoCellular
// does.
void SetCostFlags(v1::Job* job) {
  std::uint32_t flags = CostFlagsOf(NumberNote(*job, kCostPolicyNote,
                                               DODownloadCostPolicy_Always))
                            .value_or(BITS_JOB_TRANSFER_POLICY_ALWAYS);
  if (NumberNote(*job, kCellularNote, 0) != 0) {
    flags &= *CostFlagsOf(DODownloadCostPolicy_NoCellular);
  }
  job->set_cost_flags(flags);
}

HRESULT SetCostPolicy(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::uint32_t> policy = NumberIn(value);
  if (!policy.has_value() || !CostFlagsOf(*policy).has_value()) {
    return E_INVALIDARG;
  }
  SetNumberNote(kCostPolicyNote, *policy, &parts->job);
  SetCostFlags(&parts->job);
  return S_OK;
}

HRESULT SetNoCellular(const VARIANT& value, DownloadParts* parts) {
  const HRESULT noted = SetBoolNote(kCellularNote, value, parts);
  if (SUCCEEDED(noted)) SetCostFlags(&parts->job);
  return noted;
}

HRESULT SetSecurityFlags(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::uint32_t> flags = NumberIn(value);
  if (!flags.has_value() || (*flags & ~background_copy::kTlsFlags) != 0) {
    return E_INVALIDARG;
  }
  background_copy::SetTlsFlags(*flags,
                               parts->job.mutable_http()->mutable_tls());
  return S_OK;
}

HRESULT SetNoProgressTimeout(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::uint32_t> seconds = NumberIn(value);
  if (!seconds.has_value()) return E_INVALIDARG;
  parts->job.mutable_no_progress_timeout()->set_seconds(*seconds);
  return S_OK;
}

HRESULT SetForeground(const VARIANT& value, DownloadParts* parts) {
  const std::optional<bool> foreground = BoolIn(value);
  if (!foreground.has_value()) return E_INVALIDARG;
  parts->job.set_priority(*foreground ? v1::JOB_PRIORITY_FOREGROUND
                                      : v1::JOB_PRIORITY_NORMAL);
  return S_OK;
}

// Where Windows has a store, a program names a PEM file or a folder of them.
constexpr char kKeyVariable[] = "CONVOY_CLIENT_KEY";

// A certificate without its key is of no use.
HRESULT SetSecurityContext(const VARIANT& value, DownloadParts* parts) {
  std::optional<std::string> bytes = BytesIn(value);
  if (!bytes.has_value()) return E_INVALIDARG;
  switch (SecurityContextOf(*bytes)) {
    case SecurityContext::kNone:
      return CRYPT_E_FILE_ERROR;
    case SecurityContext::kCertificateAlone: {
      const char* const path = secure_getenv(kKeyVariable);
      *bytes = path == nullptr ? "" : WithKeyFrom(path, *bytes);
      if (bytes->empty()) return E_NOTIMPL;
      break;
    }
    case SecurityContext::kCertificateAndKey:
      break;
  }
  parts->certificate = *std::move(bytes);
  return S_OK;
}

// The daemon knows its caller by the socket.
HRESULT SetNetworkToken(const VARIANT& value, DownloadParts*) {
  return BoolIn(value).has_value() ? S_OK : E_INVALIDARG;
}

HRESULT SetDecryptionInfo(const VARIANT& value, DownloadParts*) {
  const std::optional<std::string> json = TextIn(value);
  return json.has_value() && background_copy::IsJsonObject(*json)
             ? E_NOTIMPL
             : E_INVALIDARG;
}

HRESULT SetIntegrityInfo(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::string> json = TextIn(value);
  if (!json.has_value()) return E_INVALIDARG;
  const std::optional<v1::Manifest> manifest =
      background_copy::ParseIntegrityInfo(*json);
  if (!manifest.has_value()) return E_INVALIDARG;
  *parts->file.mutable_manifest() = *manifest;
  return S_OK;
}

HRESULT SetIntegrityMandatory(const VARIANT& value, DownloadParts* parts) {
  const std::optional<bool> mandatory = BoolIn(value);
  if (!mandatory.has_value()) return E_INVALIDARG;
  parts->file.set_required_integrity(*mandatory ? v1::INTEGRITY_MANDATORY
                                                : v1::INTEGRITY_UNSPECIFIED);
  return S_OK;
}

HRESULT SetTotalSize(const VARIANT& value, DownloadParts* parts) {
  const std::optional<std::uint64_t> size = LargeNumberIn(value);
  if (!size.has_value()) return E_INVALIDARG;
  if (*size == DO_UNKNOWN_FILE_SIZE) {
    parts->file.clear_expected_size_bytes();
  } else if (*size > std::uint64_t{1} << 62) {
    return E_INVALIDARG;
  } else {
    parts->file.set_expected_size_bytes(static_cast<std::int64_t>(*size));
  }
  return S_OK;
}

// Of the ranges, where there are ranges.
HRESULT GetTotalSize(const DownloadParts& parts, VARIANT* value) {
  if (parts.file.has_size_bytes()) {
    return GiveLargeNumber(parts.file.size_bytes(), value);
  }
  return GiveLargeNumber(parts.file.has_expected_size_bytes()
                             ? parts.file.expected_size_bytes()
                             : DO_UNKNOWN_FILE_SIZE,
                         value);
}

HRESULT SetInsecureRedirect(const VARIANT& value, DownloadParts* parts) {
  const std::optional<bool> allowed = BoolIn(value);
  if (!allowed.has_value()) return E_INVALIDARG;
  parts->job.mutable_http()->set_redirect_policy(
      *allowed ? v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE
               : v1::HTTP_REDIRECT_POLICY_FOLLOW);
  return S_OK;
}

HRESULT GetResponseHeaders(const DownloadParts& parts, VARIANT* value) {
  std::string text;
  for (const v1::HttpHeader& header : parts.file.response_headers()) {
    absl::StrAppend(&text, header.name(), ": ", header.value(), "\r\n");
  }
  return GiveText(text, value);
}

// Without the port and the brackets of IPv6.
HRESULT GetServerAddress(const DownloadParts& parts, VARIANT* value) {
  absl::string_view address = parts.file.server_address();
  const std::size_t colon = address.rfind(':');
  if (colon != absl::string_view::npos) address = address.substr(0, colon);
  if (absl::ConsumePrefix(&address, "[")) absl::ConsumeSuffix(&address, "]");
  return GiveText(address, value);
}

const std::vector<PropertyRule>& Rules() {
  static const auto& rules = *new std::vector<PropertyRule>{
      {DODownloadProperty_Id,
       Access::kReadOnly,
       Change::kBeforeStart,
       {},
       nullptr,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveText(parts.job.id(), value);
       }},
      {DODownloadProperty_Uri,
       Access::kReadWrite,
       Change::kFile,
       {"remote_url"},
       SetUri,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveText(parts.file.remote_url(), value);
       }},
      {DODownloadProperty_ContentId,
       Access::kReadWrite,
       Change::kJob,
       {"annotations"},
       [](const VARIANT& value, DownloadParts* parts) {
         return SetTextNote(kContentIdNote, value, parts);
       },
       [](const DownloadParts& parts, VARIANT* value) {
         return GetTextNote(kContentIdNote, parts, value);
       }},
      {DODownloadProperty_DisplayName,
       Access::kReadWrite,
       Change::kJob,
       {"display_name"},
       SetDisplayName,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveText(parts.job.display_name(), value);
       }},
      {DODownloadProperty_LocalPath,
       Access::kReadWrite,
       Change::kBeforeStart,
       {},
       SetLocalPath,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveText(Note(parts.job, kStreamNote).has_value()
                             ? absl::string_view()
                             : absl::string_view(parts.file.local_path()),
                         value);
       }},
      {DODownloadProperty_HttpCustomHeaders,
       Access::kReadWrite,
       Change::kJob,
       {"http.headers", "annotations"},
       SetHeaders,
       [](const DownloadParts& parts, VARIANT* value) {
         return GetTextNote(kHeadersTextNote, parts, value);
       }},
      {DODownloadProperty_CostPolicy,
       Access::kReadWrite,
       Change::kJob,
       {"cost_flags", "annotations"},
       SetCostPolicy,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveNumber(NumberNote(parts.job, kCostPolicyNote,
                                      DODownloadCostPolicy_Always),
                           value);
       }},
      {DODownloadProperty_SecurityFlags,
       Access::kWriteOnly,
       Change::kJob,
       {"http.tls"},
       SetSecurityFlags,
       nullptr},
      {DODownloadProperty_NoProgressTimeoutSeconds,
       Access::kReadWrite,
       Change::kJob,
       {"no_progress_timeout"},
       SetNoProgressTimeout,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveNumber(static_cast<std::uint32_t>(
                               parts.job.no_progress_timeout().seconds()),
                           value);
       }},
      {DODownloadProperty_ForegroundPriority,
       Access::kReadWrite,
       Change::kJob,
       {"priority"},
       SetForeground,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveBool(parts.job.priority() == v1::JOB_PRIORITY_FOREGROUND,
                         value);
       }},
      {DODownloadProperty_SecurityContext,
       Access::kWriteOnly,
       Change::kJob,
       {"http.tls"},
       SetSecurityContext,
       nullptr},
      {DODownloadProperty_NetworkToken,
       Access::kWriteOnly,
       Change::kJob,
       {},
       SetNetworkToken,
       nullptr},
      {DODownloadProperty_CorrelationVector,
       Access::kReadWrite,
       Change::kJob,
       {"annotations"},
       [](const VARIANT& value, DownloadParts* parts) {
         return SetTextNote(kCorrelationVectorNote, value, parts);
       },
       [](const DownloadParts& parts, VARIANT* value) {
         return GetTextNote(kCorrelationVectorNote, parts, value);
       }},
      {DODownloadProperty_DecryptionInfo,
       Access::kWriteOnly,
       Change::kBeforeStart,
       {},
       SetDecryptionInfo,
       nullptr},
      {DODownloadProperty_IntegrityCheckInfo,
       Access::kWriteOnly,
       Change::kBeforeStart,
       {},
       SetIntegrityInfo,
       nullptr},
      {DODownloadProperty_IntegrityCheckMandatory,
       Access::kReadWrite,
       Change::kBeforeStart,
       {},
       SetIntegrityMandatory,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveBool(
             parts.file.required_integrity() == v1::INTEGRITY_MANDATORY, value);
       }},
      {DODownloadProperty_TotalSizeBytes,
       Access::kReadWrite,
       Change::kBeforeStart,
       {},
       SetTotalSize,
       GetTotalSize},
      {DODownloadProperty_DisallowOnCellular,
       Access::kReadWrite,
       Change::kJob,
       {"cost_flags", "annotations"},
       SetNoCellular,
       [](const DownloadParts& parts, VARIANT* value) {
         return GetBoolNote(kCellularNote, parts, value);
       }},
      {DODownloadProperty_HttpCustomAuthHeaders,
       Access::kReadWrite,
       Change::kJob,
       {"http.headers"},
       SetAuthHeaders,
       GetAuthHeaders},
      {DODownloadProperty_HttpAllowSecureToNonSecureRedirect,
       Access::kReadWrite,
       Change::kJob,
       {"http.redirect_policy"},
       SetInsecureRedirect,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveBool(parts.job.http().redirect_policy() ==
                             v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE,
                         value);
       }},
      {DODownloadProperty_NonVolatile,
       Access::kReadWrite,
       Change::kJob,
       {"annotations"},
       [](const VARIANT& value, DownloadParts* parts) {
         return SetBoolNote(kNonVolatileNote, value, parts);
       },
       [](const DownloadParts& parts, VARIANT* value) {
         return GetBoolNote(kNonVolatileNote, parts, value);
       }},
      {DODownloadProperty_HttpRedirectionTarget,
       Access::kReadOnly,
       Change::kBeforeStart,
       {},
       nullptr,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveText(parts.file.effective_url(), value);
       }},
      {DODownloadProperty_HttpResponseHeaders,
       Access::kReadOnly,
       Change::kBeforeStart,
       {},
       nullptr,
       GetResponseHeaders},
      {DODownloadProperty_HttpServerIPAddress,
       Access::kReadOnly,
       Change::kBeforeStart,
       {},
       nullptr,
       GetServerAddress},
      {DODownloadProperty_HttpStatusCode,
       Access::kReadOnly,
       Change::kBeforeStart,
       {},
       nullptr,
       [](const DownloadParts& parts, VARIANT* value) {
         return GiveNumber(static_cast<std::uint32_t>(parts.file.http_status()),
                           value);
       }},
  };
  return rules;
}

}  // namespace

const PropertyRule* FindPropertyRule(DODownloadProperty property) {
  for (const PropertyRule& rule : Rules()) {
    if (rule.property == property) return &rule;
  }
  return nullptr;
}

}  // namespace convoy::delivery_optimization
