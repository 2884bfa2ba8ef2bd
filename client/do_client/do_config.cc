#include "client/do_client/do_config.h"

#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "client/delivery_optimization/gateway.h"
#include "client/do_client/do_errors.h"

int deliveryoptimization_set_iot_connection_string(const char* value) {
  using microsoft::deliveryoptimization::errc::invalid_arg;
  if (value == nullptr) return invalid_arg;
  const std::optional<std::string> gateway =
      convoy::delivery_optimization::GatewayIn(value);
  if (!gateway.has_value()) return invalid_arg;
  convoy::delivery_optimization::SetGateway(*gateway);
  return 0;
}

char* deliveryoptimization_get_components_version() { return strdup("convoy"); }

void deliveryoptimization_free_version_buf(char** ppBuffer) {
  if (ppBuffer == nullptr) return;
  std::free(*ppBuffer);
  *ppBuffer = nullptr;
}
