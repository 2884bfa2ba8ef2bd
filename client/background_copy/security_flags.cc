#include "client/background_copy/security_flags.h"

#include "client/background_copy/job_notes.h"

namespace convoy::background_copy {
namespace {

constexpr ULONG kIgnoreChain = BG_SSL_IGNORE_UNKNOWN_CA |
                               BG_SSL_IGNORE_CERT_DATE_INVALID |
                               BG_SSL_IGNORE_CERT_WRONG_USAGE;

v1::HttpRedirectPolicy RedirectPolicyOf(ULONG flags) {
  if ((flags & BG_HTTP_REDIRECT_POLICY_MASK) ==
      BG_HTTP_REDIRECT_POLICY_DISALLOW) {
    return v1::HTTP_REDIRECT_POLICY_REFUSE;
  }
  return flags & BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP
             ? v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE
             : v1::HTTP_REDIRECT_POLICY_FOLLOW;
}

ULONG FlagsOfFields(const v1::HttpOptions& http) {
  ULONG flags = 0;
  if (http.tls().check_revocation()) flags |= BG_SSL_ENABLE_CRL_CHECK;
  if (http.tls().ignore_host_name()) flags |= BG_SSL_IGNORE_CERT_CN_INVALID;
  if (http.tls().ignore_untrusted_chain()) flags |= kIgnoreChain;
  if (http.tls().ignore_unknown_ca()) flags |= BG_SSL_IGNORE_UNKNOWN_CA;
  if (http.tls().ignore_certificate_dates()) {
    flags |= BG_SSL_IGNORE_CERT_DATE_INVALID;
  }
  if (http.tls().ignore_certificate_usage()) {
    flags |= BG_SSL_IGNORE_CERT_WRONG_USAGE;
  }
  if (http.redirect_policy() == v1::HTTP_REDIRECT_POLICY_REFUSE) {
    flags |= BG_HTTP_REDIRECT_POLICY_DISALLOW;
  }
  if (http.redirect_policy() == v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE) {
    flags |= BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;
  }
  return flags;
}

}  // namespace

void SetTlsFlags(ULONG flags, v1::HttpTls* tls) {
  tls->set_check_revocation((flags & BG_SSL_ENABLE_CRL_CHECK) != 0);
  tls->set_ignore_host_name((flags & BG_SSL_IGNORE_CERT_CN_INVALID) != 0);
  tls->clear_ignore_untrusted_chain();
  tls->set_ignore_unknown_ca((flags & BG_SSL_IGNORE_UNKNOWN_CA) != 0);
  tls->set_ignore_certificate_dates((flags & BG_SSL_IGNORE_CERT_DATE_INVALID) !=
                                    0);
  tls->set_ignore_certificate_usage((flags & BG_SSL_IGNORE_CERT_WRONG_USAGE) !=
                                    0);
}

void SetSecurityFlags(ULONG flags, v1::Job* job) {
  SetTlsFlags(flags, job->mutable_http()->mutable_tls());
  job->mutable_http()->set_redirect_policy(RedirectPolicyOf(flags));
  SetNumberNote(kSecurityFlagsNote, flags, job);
}

ULONG SecurityFlagsOf(const v1::Job& job) {
  const ULONG now = FlagsOfFields(job.http());
  const ULONG given = NumberNote(job, kSecurityFlagsNote, now);
  v1::Job same;
  SetSecurityFlags(given, &same);
  return FlagsOfFields(same.http()) == now ? given : now;
}

}  // namespace convoy::background_copy
