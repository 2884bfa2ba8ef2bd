// The ids that the headers only declare.
#include <initguid.h>
//
#include <objidl.h>
