/* Small text helpers: numbers that read back exactly in any locale, and UTF-8. */
#ifndef R2NN_CORE_TEXT_H
#define R2NN_CORE_TEXT_H

#include <stddef.h>

/* Room for any printed number with its NUL, bytes. */
#define R2NN_NUMBER_SIZE 32

/* The shortest of 15 to 17 (float: 6 to 9) significant digits that reads back as the same bits, with a decimal point whatever
 * the locale; "nan", "inf", "-inf" for messages. Writes into text and returns it. Any thread. */
char *r2nn_double_print(char text[R2NN_NUMBER_SIZE], double value);
char *r2nn_float_print(char text[R2NN_NUMBER_SIZE], float value);

/* A double as text for a message, living until the end of the enclosing block. */
#define R2NN_NUMBER(value) r2nn_double_print((char[R2NN_NUMBER_SIZE]){0}, value)

/* Bytes of the UTF-8 character that begins at text (RFC 3629), 0 when it is none or the text ends. Any thread. */
size_t r2nn_utf8_step(const char *text);

#endif
