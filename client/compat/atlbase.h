#ifndef CONVOY_COMPAT_ATLBASE_H_
#define CONVOY_COMPAT_ATLBASE_H_

#include <atlcomcli.h>
#include <windows.h>

#endif  // CONVOY_COMPAT_ATLBASE_H_
