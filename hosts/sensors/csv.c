/* Readings from a CSV file or a pipe, by libcsv: "csv:FILE" or "csv:-". The first line may name the columns. */
#include "sensors/numbers.h"
#include "sensors/sensor.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 8192, LONGEST_LINE = 1 << 16 };

typedef struct csv_source {
  sensor_facts facts;
  struct csv_parser parser;
  int fd;
  char separator;              /* '\0': not known yet */
  char start[LONGEST_LINE];    /* [n_start] what has come before that */
  size_t n_start, n_since_row; /* n_since_row: bytes since the last row ended */
  bool after_blank;            /* blanks separate: one has just been */
  uint32_t n_row;              /* fields of the row at hand, */
  double fields[SENSOR_MAX_FIELDS];
  char *texts[SENSOR_MAX_FIELDS]; /* and, as long as they may be names, their texts */
  uint32_t n_texts;               /* owned texts */
  bool is_comment, has_begun, last_is_empty, is_wide;
  sensor_take take; /* while reading */
  void *context;
} csv_source;

static void on_field(void *data, size_t size, void *context) {
  csv_source *self = context;
  const char *text = data ? data : "";
  if (self->n_row == 0) self->is_comment = text[0] == '#';
  if (self->n_row == SENSOR_MAX_FIELDS) {
    self->is_wide = true;
    return;
  }
  self->fields[self->n_row] = numbers_read(text, self->separator == ',' ? '.' : ',');
  if (!self->has_begun && !self->is_comment && self->n_texts < SENSOR_MAX_FIELDS) self->texts[self->n_texts++] = strdup(text);
  self->last_is_empty = size == 0;
  self->n_row++;
}

static void forget_texts(csv_source *self) {
  for (uint32_t i = 0; i < self->n_texts; i++) free(self->texts[i]);
  self->n_texts = 0;
}

/* The first row: names if a field is text and no number. */
static bool begin(csv_source *self) {
  bool has_names = false;
  self->has_begun = true;
  self->facts.n_fields = self->n_row;
  for (uint32_t i = 0; i < self->n_row; i++) {
    char first = self->texts[i] ? self->texts[i][0] : '\0';
    has_names = has_names || (isnan(self->fields[i]) && first && strcasecmp(self->texts[i], "nan") != 0);
    if (!self->texts[i]) return false;
  }
  if (has_names)
    self->facts.names = (const char *const *)self->texts;
  else
    forget_texts(self);
  return has_names;
}

static void on_row(int end, void *context) {
  csv_source *self = context;
  uint32_t n = self->n_row;
  (void)end;
  self->n_since_row = 0;
  if (n > 1 && self->last_is_empty && (!self->has_begun || n == self->facts.n_fields + 1)) n--; /* a separator at the line's end */
  self->n_row = n;
  if (n && !self->is_comment && (self->has_begun || !begin(self))) {
    if (n != self->facts.n_fields || self->is_wide)
      for (uint32_t i = 0; i < self->facts.n_fields; i++) self->fields[i] = NAN;
    self->take(self->context, self->fields, NAN);
  }
  self->n_row = 0;
  self->is_comment = self->is_wide = false;
}

static r2nn_status open_csv(const sensor_def *def, void **source, r2nn_error *error) {
  csv_source *self = *source = calloc(1, sizeof *self);
  if (!self || csv_init(&self->parser, CSV_APPEND_NULL) != 0) {
    free(self);
    return r2nn_fail(error, R2NN_NO_MEMORY, "out of memory");
  }
  struct stat info;
  bool is_stdin = strcmp(def->where, "-") == 0;
  self->separator = def->separator;
  self->after_blank = true;
  self->fd =
      is_stdin ? STDIN_FILENO : open(def->where, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe without a writer must not hold us */
  int reason = self->fd < 0 || fstat(self->fd, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
  if (reason) {
    if (self->fd > 0) close(self->fd);
    csv_free(&self->parser);
    free(self);
    return r2nn_fail(error, R2NN_BAD_DATA, "cannot be read: %s", strerror(reason));
  }
  return R2NN_OK;
}

static void close_csv(void *source) {
  csv_source *self = source;
  if (self->fd > 0) close(self->fd);
  forget_texts(self);
  csv_free(&self->parser);
  free(self);
}

static const sensor_facts *look(const void *source) {
  return &((const csv_source *)source)->facts;
}

/* The separator is what the first line has: a tab, a semicolon, a bar, a comma or a blank, in that order. */
static char guess(const char *text, size_t size) {
  static const char candidates[] = "\t;|, ";
  const char *line = text, *end = memchr(text, '\n', size);
  while (end && *line == '#' && (size_t)(end + 1 - text) < size) {
    line = end + 1;
    end = memchr(line, '\n', size - (size_t)(line - text));
  }
  size_t length = end ? (size_t)(end - line) : size - (size_t)(line - text);
  for (const char *c = candidates; *c; c++)
    if (memchr(line, *c, length)) return *c;
  return ',';
}

/* Several blanks between numbers are one; none counts at a line's beginning. */
static size_t squeeze(csv_source *self, char *text, size_t size) {
  size_t n = 0;
  for (size_t i = 0; i < size; i++) {
    bool is_blank = text[i] == ' ' || text[i] == '\t', is_end = text[i] == '\n' || text[i] == '\r';
    if (!is_blank || !self->after_blank) text[n++] = is_blank ? ' ' : text[i];
    self->after_blank = is_blank || is_end;
  }
  return n;
}

static bool parse(csv_source *self, char *text, size_t size, r2nn_error *error) {
  if (memchr(text, '\0', size)) {
    r2nn_fail(error, R2NN_BAD_DATA, "is not text: it holds a zero byte");
    return false;
  }
  if (self->separator == ' ') size = squeeze(self, text, size);
  self->n_since_row += size;
  size_t n_done = csv_parse(&self->parser, text, size, on_field, on_row, self);
  if (n_done != size)
    r2nn_fail(error, R2NN_BAD_DATA, "%s", csv_strerror(csv_error(&self->parser)));
  else if (self->n_since_row > LONGEST_LINE)
    r2nn_fail(error, R2NN_BAD_DATA, "a line is longer than %d bytes", LONGEST_LINE);
  return n_done == size && self->n_since_row <= LONGEST_LINE;
}

/* Keep what comes until there is a whole line to look at. */
static bool begin_text(csv_source *self, bool is_end, r2nn_error *error) {
  bool is_line = memchr(self->start, '\n', self->n_start) != NULL;
  if (self->n_start >= 3 && memcmp(self->start, "\xef\xbb\xbf", 3) == 0) memmove(self->start, self->start + 3, self->n_start -= 3);
  if (!is_line && !is_end && self->n_start < sizeof self->start) return true;
  if (!self->separator) self->separator = guess(self->start, self->n_start);
  csv_set_delim(&self->parser, (unsigned char)self->separator);
  size_t n = self->n_start;
  self->n_start = 0;
  return parse(self, self->start, n, error);
}

static sensor_state finish(csv_source *self, r2nn_error *error) {
  if (self->n_start && !begin_text(self, true, error)) return SENSOR_FAILED;
  csv_fini(&self->parser, on_field, on_row, self);
  return SENSOR_ENDED;
}

static sensor_state read_csv(void *source, sensor_take take, void *context, r2nn_error *error) {
  csv_source *self = source;
  char chunk[CHUNK];
  self->take = take;
  self->context = context;
  if (poll(&(struct pollfd){.fd = self->fd, .events = POLLIN}, 1, 0) == 0) return SENSOR_WAITS;
  bool starts = !self->has_begun && self->n_since_row == 0;
  char *into = starts ? self->start + self->n_start : chunk;
  size_t room = starts ? sizeof self->start - self->n_start : sizeof chunk;
  ssize_t n = read(self->fd, into, room < CHUNK ? room : CHUNK);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return SENSOR_WAITS;
  if (n < 0) {
    r2nn_fail(error, R2NN_BAD_DATA, "cannot be read: %s", strerror(errno));
    return SENSOR_FAILED;
  }
  if (n == 0) return finish(self, error);
  if (starts) {
    self->n_start += (size_t)n;
    return begin_text(self, false, error) ? SENSOR_GOES_ON : SENSOR_FAILED;
  }
  return parse(self, chunk, (size_t)n, error) ? SENSOR_GOES_ON : SENSOR_FAILED;
}

const sensor_kind sensor_csv = {"csv", "FILE|-", true, open_csv, look, read_csv, close_csv};
