// Programs include it for the folders of users, of which nothing is here.
#ifndef CONVOY_COMPAT_SHLOBJ_H_
#define CONVOY_COMPAT_SHLOBJ_H_

#include <ole2.h>

#endif  // CONVOY_COMPAT_SHLOBJ_H_
