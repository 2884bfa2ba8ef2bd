#include <algorithm>
#include <cstddef>
#include <cwchar>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/background_copy/job.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/proxy_list.h"
#include "client/background_copy/request_headers.h"
#include "client/background_copy/security_flags.h"
#include "client/background_copy/wide_text.h"

// The parts of Job.http are changed one by one ("http.proxy", ...), because
// the secrets of the others cannot be read back.
namespace convoy::background_copy {
namespace {

// BITS' bounds; a password's is the contract's. In characters.
constexpr std::size_t kMaxProxyList = 32'767;
constexpr std::size_t kMaxHeaders = 16'383;  // And the end of the text.
constexpr std::size_t kMaxUserName = 300;
constexpr std::size_t kMaxPassword = 4096;

// A text of a caller; NULL is the empty one. Nothing if it is not text.
std::optional<std::string> TextOrEmpty(LPCWSTR text) {
  return text == nullptr ? std::string() : Utf8Of(text);
}

bool IsLonger(LPCWSTR text, std::size_t characters) {
  return text != nullptr && std::wcslen(text) > characters;
}

std::optional<v1::HttpCredentials::Target> TargetFrom(BG_AUTH_TARGET target) {
  switch (target) {
    case BG_AUTH_TARGET_SERVER:
      return v1::HttpCredentials::TARGET_SERVER;
    case BG_AUTH_TARGET_PROXY:
      return v1::HttpCredentials::TARGET_PROXY;
  }
  return std::nullopt;
}

bool IsScheme(BG_AUTH_SCHEME scheme) {
  return scheme >= BG_AUTH_SCHEME_BASIC && scheme <= BG_AUTH_SCHEME_PASSPORT;
}

// SCHEME_UNSPECIFIED for PASSPORT, which nobody speaks any more. With a name
// and a password NEGOTIATE comes down to NTLM: there are no Kerberos tickets.
v1::HttpCredentials::Scheme SchemeFrom(BG_AUTH_SCHEME scheme) {
  switch (scheme) {
    case BG_AUTH_SCHEME_BASIC:
      return v1::HttpCredentials::SCHEME_BASIC;
    case BG_AUTH_SCHEME_DIGEST:
      return v1::HttpCredentials::SCHEME_DIGEST;
    case BG_AUTH_SCHEME_NTLM:
    case BG_AUTH_SCHEME_NEGOTIATE:
      return v1::HttpCredentials::SCHEME_NTLM;
    default:
      return v1::HttpCredentials::SCHEME_UNSPECIFIED;
  }
}

bool IsWindowsLogin(BG_AUTH_SCHEME scheme) {
  return SchemeFrom(scheme) == v1::HttpCredentials::SCHEME_NTLM;
}

bool IsFor(v1::HttpCredentials::Target target, const v1::HttpCredentials& one) {
  const bool for_proxy = one.target() == v1::HttpCredentials::TARGET_PROXY;
  return for_proxy == (target == v1::HttpCredentials::TARGET_PROXY);
}

template <typename Predicate>
bool RemoveCredentialsIf(Predicate is_removed, v1::HttpOptions* http) {
  auto& all = *http->mutable_credentials();
  const auto kept = std::remove_if(all.begin(), all.end(), is_removed);
  const bool found = kept != all.end();
  all.erase(kept, all.end());
  return found;
}

// A target has one login, for one scheme or several: what the same user has
// given for other schemes stays, with the new password.
void AddLogin(const v1::HttpCredentials& login, v1::HttpOptions* http) {
  RemoveCredentialsIf(
      [&login](const v1::HttpCredentials& one) {
        return IsFor(login.target(), one) &&
               (one.scheme() == login.scheme() ||
                one.user_name() != login.user_name());
      },
      http);
  for (v1::HttpCredentials& one : *http->mutable_credentials()) {
    if (IsFor(login.target(), one)) one.set_password(login.password());
  }
  *http->add_credentials() = login;
}

bool HaveTheNamesOf(const std::vector<v1::HttpHeader>& given,
                    const v1::HttpOptions& http) {
  return std::equal(given.begin(), given.end(), http.headers().begin(),
                    http.headers().end(),
                    [](const v1::HttpHeader& a, const v1::HttpHeader& b) {
                      return a.name() == b.name();
                    });
}

}  // namespace

// What AUTODETECT discovers is what the daemon's configuration says, as with
// PRECONFIG.
HRESULT BackgroundCopyJob::SetProxySettings(BG_JOB_PROXY_USAGE usage,
                                            const WCHAR* list,
                                            const WCHAR* bypass) {
  const std::optional<std::string> proxies = TextOrEmpty(list);
  const std::optional<std::string> exceptions = TextOrEmpty(bypass);
  if (!proxies.has_value() || !exceptions.has_value()) return E_INVALIDARG;
  if (IsLonger(list, kMaxProxyList)) return job_.flavour().proxy_list_too_large;
  if (IsLonger(bypass, kMaxProxyList))
    return job_.flavour().proxy_bypass_list_too_large;
  v1::HttpProxy proxy;
  switch (usage) {
    case BG_JOB_PROXY_USAGE_PRECONFIG:
    case BG_JOB_PROXY_USAGE_AUTODETECT:
      proxy.set_mode(v1::HttpProxy::MODE_CONFIGURED);
      break;
    case BG_JOB_PROXY_USAGE_NO_PROXY:
      proxy.set_mode(v1::HttpProxy::MODE_DIRECT);
      break;
    case BG_JOB_PROXY_USAGE_OVERRIDE: {
      const std::optional<std::string> url = ProxyUrlOf(*proxies);
      if (!url.has_value()) return E_INVALIDARG;
      proxy.set_mode(v1::HttpProxy::MODE_OVERRIDE);
      proxy.set_url(*url);
      for (std::string& host : BypassOf(*exceptions)) {
        proxy.add_bypass(std::move(host));
      }
      break;
    }
    default:
      return E_INVALIDARG;
  }
  const bool has_list = usage == BG_JOB_PROXY_USAGE_OVERRIDE;
  if (!has_list && (list != nullptr || bypass != nullptr)) return E_INVALIDARG;
  return job_.Edit({"http.proxy", "annotations"}, [&](v1::Job& job) {
    *job.mutable_http()->mutable_proxy() = proxy;
    SetNote(kProxyListNote, has_list ? proxies : std::nullopt, &job);
    SetNote(kProxyBypassNote,
            has_list && bypass != nullptr ? exceptions : std::nullopt, &job);
    SetNote(kProxyAutodetectNote,
            usage == BG_JOB_PROXY_USAGE_AUTODETECT
                ? std::optional<std::string>("1")
                : std::nullopt,
            &job);
    return S_OK;
  });
}

HRESULT BackgroundCopyJob::GetProxySettings(BG_JOB_PROXY_USAGE* usage,
                                            LPWSTR* list, LPWSTR* bypass) {
  if (usage == nullptr || list == nullptr || bypass == nullptr) {
    return E_INVALIDARG;
  }
  *list = nullptr;
  *bypass = nullptr;
  v1::Job job;
  HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  const v1::HttpProxy& proxy = job.http().proxy();
  switch (proxy.mode()) {
    case v1::HttpProxy::MODE_DIRECT:
      *usage = BG_JOB_PROXY_USAGE_NO_PROXY;
      return S_OK;
    case v1::HttpProxy::MODE_OVERRIDE:
      *usage = BG_JOB_PROXY_USAGE_OVERRIDE;
      break;
    default:
      *usage = Note(job, kProxyAutodetectNote).has_value()
                   ? BG_JOB_PROXY_USAGE_AUTODETECT
                   : BG_JOB_PROXY_USAGE_PRECONFIG;
      return S_OK;
  }
  // The text that was given, unless another client has set the proxy since.
  std::optional<std::string> proxies = Note(job, kProxyListNote);
  std::optional<std::string> exceptions = Note(job, kProxyBypassNote);
  const std::vector<std::string> bypassed = BypassOf(exceptions.value_or(""));
  if (ProxyUrlOf(proxies.value_or("")) != proxy.url() ||
      !std::equal(bypassed.begin(), bypassed.end(), proxy.bypass().begin(),
                  proxy.bypass().end())) {
    proxies = proxy.url();
    exceptions.reset();
    if (!proxy.bypass().empty()) {
      exceptions = absl::StrJoin(proxy.bypass(), " ");
    }
  }
  result = GiveText(*proxies, list);
  if (FAILED(result) || !exceptions.has_value()) return result;
  return GiveText(*exceptions, bypass);
}

// One login for each target, for any of the schemes; BITS keeps one for each
// scheme. NTLM and NEGOTIATE without names, that is with the login of the
// logged-on user, are accepted and change nothing: there is none.
HRESULT BackgroundCopyJob::SetCredentials(BG_AUTH_CREDENTIALS* credentials) {
  if (credentials == nullptr) return E_INVALIDARG;
  const auto target = TargetFrom(credentials->Target);
  if (!target.has_value()) return job_.flavour().invalid_auth_target;
  if (!IsScheme(credentials->Scheme)) return job_.flavour().invalid_auth_scheme;
  const BG_BASIC_CREDENTIALS& given = credentials->Credentials.Basic;
  const v1::HttpCredentials::Scheme scheme = SchemeFrom(credentials->Scheme);
  if (scheme == v1::HttpCredentials::SCHEME_UNSPECIFIED) {
    return E_NOTIMPL;
  }
  if (given.UserName == nullptr && given.Password == nullptr &&
      IsWindowsLogin(credentials->Scheme)) {
    return S_OK;
  }
  if (given.UserName == nullptr || given.Password == nullptr) {
    return E_INVALIDARG;
  }
  const std::optional<std::string> user = Utf8Of(given.UserName);
  const std::optional<std::string> password = Utf8Of(given.Password);
  if (!user.has_value() || !password.has_value()) return E_INVALIDARG;
  if (IsLonger(given.UserName, kMaxUserName))
    return job_.flavour().user_name_too_large;
  if (IsLonger(given.Password, kMaxPassword))
    return job_.flavour().password_too_large;
  v1::HttpCredentials login;
  login.set_target(*target);
  login.set_scheme(scheme);
  login.set_user_name(*user);
  login.set_password(*password);
  return job_.Edit({"http.credentials"}, [&login](v1::Job& job) {
    AddLogin(login, job.mutable_http());
    return S_OK;
  });
}

// S_FALSE if there are none. Other schemes of the same login stay.
HRESULT BackgroundCopyJob::RemoveCredentials(BG_AUTH_TARGET target,
                                             BG_AUTH_SCHEME scheme) {
  const auto known = TargetFrom(target);
  if (!known.has_value()) return job_.flavour().invalid_auth_target;
  if (!IsScheme(scheme)) return job_.flavour().invalid_auth_scheme;
  return job_.Edit({"http.credentials"}, [&](v1::Job& job) {
    return RemoveCredentialsIf(
               [&](const v1::HttpCredentials& one) {
                 return IsFor(*known, one) &&
                        one.scheme() == SchemeFrom(scheme);
               },
               job.mutable_http())
               ? S_OK
               : S_FALSE;
  });
}

HRESULT BackgroundCopyJob::SetCustomHeaders(LPCWSTR headers) {
  const std::optional<std::string> text = TextOrEmpty(headers);
  if (!text.has_value()) return E_INVALIDARG;
  if (IsLonger(headers, kMaxHeaders)) return job_.flavour().string_too_long;
  const auto parsed = ParseRequestHeaders(*text);
  if (!parsed.has_value()) return E_INVALIDARG;
  return job_.Edit({"http.headers", "annotations"}, [&](v1::Job& job) {
    job.mutable_http()->clear_headers();
    for (const v1::HttpHeader& header : SentHeaders(*parsed)) {
      *job.mutable_http()->add_headers() = header;
    }
    const bool readable =
        headers != nullptr && !Note(job, kWriteOnlyHeadersNote).has_value();
    SetNote(kHeadersNote, readable ? text : std::nullopt, &job);
    return S_OK;
  });
}

// S_FALSE and NULL if there are none. E_ACCESSDENIED for those that another
// client has set: the daemon tells their values to nobody.
HRESULT BackgroundCopyJob::GetCustomHeaders(LPWSTR* headers) {
  if (headers == nullptr) return E_INVALIDARG;
  *headers = nullptr;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  if (Note(job, kWriteOnlyHeadersNote).has_value()) return E_ACCESSDENIED;
  const std::optional<std::string> text = Note(job, kHeadersNote);
  const auto given = ParseRequestHeaders(text.value_or(""));
  if (!given.has_value() || !HaveTheNamesOf(SentHeaders(*given), job.http())) {
    return job.http().headers().empty() ? S_FALSE : E_ACCESSDENIED;
  }
  return text.has_value() ? GiveText(*text, headers) : S_FALSE;
}

// From now on the headers are kept by the daemon alone, which tells them to
// nobody.
HRESULT BackgroundCopyJob::MakeCustomHeadersWriteOnly() {
  return job_.Edit({"annotations"}, [](v1::Job& job) {
    SetNote(kHeadersNote, std::nullopt, &job);
    SetNote(kWriteOnlyHeadersNote, std::string("1"), &job);
    return S_OK;
  });
}

HRESULT BackgroundCopyJob::SetSecurityFlags(ULONG flags) {
  if ((flags & ~kSecurityFlags) != 0) return E_NOTIMPL;
  return job_.Edit({"http.tls", "http.redirect_policy", "annotations"},
                   [flags](v1::Job& job) {
                     background_copy::SetSecurityFlags(flags, &job);
                     return S_OK;
                   });
}

HRESULT BackgroundCopyJob::GetSecurityFlags(ULONG* flags) {
  if (flags == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  *flags = SecurityFlagsOf(job);
  return S_OK;
}

HRESULT BackgroundCopyJob::SetHttpMethod(LPCWSTR method) {
  if (method == nullptr || *method == L'\0') return E_INVALIDARG;
  const std::optional<std::string> name = Utf8Of(method);
  if (!name.has_value()) return E_INVALIDARG;
  v1::Job job;
  job.mutable_http()->set_method(*name);
  return job_.Set({"http.method"}, std::move(job));
}

HRESULT BackgroundCopyJob::GetHttpMethod(LPWSTR* method) {
  if (method == nullptr) return E_INVALIDARG;
  *method = nullptr;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  return GiveText(job.http().method().empty() ? "GET" : job.http().method(),
                  method);
}

}  // namespace convoy::background_copy
