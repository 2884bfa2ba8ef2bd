#ifndef CONVOY_CLIENT_BACKGROUND_COPY_SECURITY_FLAGS_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_SECURITY_FLAGS_H_

#include <bits.h>

#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// BG_SSL_ and BG_HTTP_REDIRECT_POLICY_ flags, as the contract's fields and
// back. The fields say less than the flags: those that were given are kept as a
// note.

inline constexpr ULONG kTlsFlags =
    BG_SSL_ENABLE_CRL_CHECK | BG_SSL_IGNORE_CERT_CN_INVALID |
    BG_SSL_IGNORE_UNKNOWN_CA | BG_SSL_IGNORE_CERT_DATE_INVALID |
    BG_SSL_IGNORE_CERT_WRONG_USAGE;
inline constexpr ULONG kSecurityFlags =
    kTlsFlags | BG_HTTP_REDIRECT_POLICY_MASK |
    BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;

// The files of `tls` stay.
void SetTlsFlags(ULONG flags, v1::HttpTls* tls);
void SetSecurityFlags(ULONG flags, v1::Job* job);

// The flags that were given, unless another client has set the fields to
// something else since: then what they mean.
ULONG SecurityFlagsOf(const v1::Job& job);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_SECURITY_FLAGS_H_
