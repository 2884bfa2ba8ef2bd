#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_GATEWAY_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_GATEWAY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/delivery_optimization/download_properties.h"

namespace convoy::delivery_optimization {

// The IoT Edge gateway of this machine, on which a Connected Cache may run: a
// mirror of the http URLs of later downloads.

// GatewayHostName of an IoT connection string ("Name=value;..."): a host, with
// or without a port. Empty: it names none. Nothing: what it names is no host.
std::optional<std::string> GatewayIn(absl::string_view connection_string);

// Of this process; empty, as at first: none. Thread-safe.
void SetGateway(std::string host);
std::string Gateway();

// Makes the gateway the mirror of the file's URL, in place of one that is among
// its mirrors. None is where `gateway` is empty, where the URL is not http, and
// where the cache, which serves everybody, would get headers or a certificate
// of this download. False: nothing has changed.
bool NameGateway(absl::string_view gateway, DownloadParts* parts);

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_GATEWAY_H_
