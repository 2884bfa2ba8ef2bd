#ifndef CONVOY_PEER_PROXY_BYPASS_H_
#define CONVOY_PEER_PROXY_BYPASS_H_

#include <string>
#include <vector>

#include "peer/curl_url.h"

namespace convoy {

// One of `entries` (HttpProxy.bypass in convoy/v1/job.proto) means `url`: it is
// asked for without the job's proxy. Names are not resolved: an entry with an
// address means URLs that name that address.
bool IsBypassed(const std::vector<std::string>& entries, const HttpUrl& url);

}  // namespace convoy

#endif  // CONVOY_PEER_PROXY_BYPASS_H_
