// Programs include it for the profiles of users, of which nothing is here.
#ifndef CONVOY_COMPAT_USERENV_H_
#define CONVOY_COMPAT_USERENV_H_

#include <winnt.h>

#endif  // CONVOY_COMPAT_USERENV_H_
