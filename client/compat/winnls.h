#ifndef CONVOY_COMPAT_WINNLS_H_
#define CONVOY_COMPAT_WINNLS_H_

#include <stringapiset.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LOCALE_SYSTEM_DEFAULT 0x0800u
#define LOCALE_USER_DEFAULT 0x0400u
#define LOCALE_NEUTRAL 0u

// English of the United States: the language of all texts here.
LCID GetThreadLocale(void);
LANGID GetUserDefaultLangID(void);
LANGID GetSystemDefaultLangID(void);
LANGID GetUserDefaultUILanguage(void);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_COMPAT_WINNLS_H_
