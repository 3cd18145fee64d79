// These no longer set errno since 2.29. The results are the same.
#include "glibc/versions.h"

METATORCH_FIRST(double, exp, (double));
METATORCH_FIRST(double, log, (double));
METATORCH_FIRST(double, pow, (double, double));

METATORCH_HIDDEN double exp(double x) { return first_exp(x); }
METATORCH_HIDDEN double log(double x) { return first_log(x); }
METATORCH_HIDDEN double pow(double x, double y) { return first_pow(x, y); }
