/* A program in C that downloads with IDODownload. */
#ifndef CONVOY_TESTS_DELIVERY_OPTIMIZATION_CALLER_H_
#define CONVOY_TESTS_DELIVERY_OPTIMIZATION_CALLER_H_

#include <deliveryoptimization.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fetches `url` to `path` and gives the file its name. */
HRESULT DownloadInC(const WCHAR* url, const WCHAR* path);

#ifdef __cplusplus
}
#endif

#endif  // CONVOY_TESTS_DELIVERY_OPTIMIZATION_CALLER_H_
