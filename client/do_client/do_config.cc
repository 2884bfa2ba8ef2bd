#include "client/do_client/do_config.h"

#include <cstdlib>
#include <cstring>

#include "client/do_client/do_errors.h"

int deliveryoptimization_set_iot_connection_string(const char*) {
  return microsoft::deliveryoptimization::errc::not_impl;
}

char* deliveryoptimization_get_components_version() { return strdup("convoy"); }

void deliveryoptimization_free_version_buf(char** ppBuffer) {
  if (ppBuffer == nullptr) return;
  std::free(*ppBuffer);
  *ppBuffer = nullptr;
}
