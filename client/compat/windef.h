#ifndef CONVOY_COMPAT_WINDEF_H_
#define CONVOY_COMPAT_WINDEF_H_

#include <minwindef.h>
#include <winnt.h>

typedef struct tagPOINT {
  LONG x;
  LONG y;
} POINT, *PPOINT, *LPPOINT;

#endif  // CONVOY_COMPAT_WINDEF_H_
