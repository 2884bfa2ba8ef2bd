#include <oaidl.h>
