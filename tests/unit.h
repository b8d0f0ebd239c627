/* cmocka and the headers that it needs before it, in that order. */
#ifndef R2NN_UNIT_H
#define R2NN_UNIT_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
