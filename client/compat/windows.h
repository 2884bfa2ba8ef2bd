// What a program written for Windows expects of its first include. With
// WIN32_LEAN_AND_MEAN without ole2.h and wincrypt.h, as there; bits.h and
// deliveryoptimization.h bring ole2.h themselves.
#ifndef CONVOY_COMPAT_WINDOWS_H_
#define CONVOY_COMPAT_WINDOWS_H_

#include <corecrt_wstdio.h>
#include <corecrt_wstring.h>
#include <guiddef.h>
#include <sdkddkver.h>
#include <stringapiset.h>
#include <winapifamily.h>
#include <winbase.h>
#include <windef.h>
#include <winerror.h>
#include <winnls.h>
#include <winuser.h>

#ifndef WIN32_LEAN_AND_MEAN
#include <ole2.h>
#include <wincrypt.h>
#endif

#endif  // CONVOY_COMPAT_WINDOWS_H_
