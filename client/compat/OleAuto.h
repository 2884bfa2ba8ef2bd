#include <oleauto.h>
