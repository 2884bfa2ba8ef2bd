// The ids that deliveryoptimization.h only declares.
#include <initguid.h>
//
#include <deliveryoptimization.h>
