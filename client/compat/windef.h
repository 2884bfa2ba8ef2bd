#ifndef CONVOY_COMPAT_WINDEF_H_
#define CONVOY_COMPAT_WINDEF_H_

#include <minwindef.h>
#include <winnt.h>

#endif  // CONVOY_COMPAT_WINDEF_H_
