#include "peer/curl_transport.h"
