#ifndef CONVOY_COMPAT_RPCDCE_H_
#define CONVOY_COMPAT_RPCDCE_H_
#include <rpc.h>
#endif  // CONVOY_COMPAT_RPCDCE_H_
