#include <bits.h>
