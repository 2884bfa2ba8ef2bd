#ifndef CONVOY_COMPAT_WRL_H_
#define CONVOY_COMPAT_WRL_H_

#include <wrl/client.h>
#include <wrl/implements.h>

#endif  // CONVOY_COMPAT_WRL_H_
