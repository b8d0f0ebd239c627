/* A client of a session manager: announced, opened under the manager's name, saved. ctest-labels: io */
#include "unit.h"

#ifdef R2NN_WITH_LO
#include "session.h"

#include <lo/lo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The manager. */
static lo_server manager;
static int n_announced, n_replies;

/* A text lies at a multiple of four bytes, a lo_arg wants eight: it is read as what it is. */
static int on_announce(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  (void)path, (void)n, (void)context;
  assert_string_equal(types, "sssiii");
  assert_string_equal((const char *)arguments[0], "R2NN");
  assert_string_equal((const char *)arguments[2], "r2nn");
  n_announced++;
  lo_address client = lo_message_get_source(message);
  lo_send_from(client, manager, LO_TT_IMMEDIATE, "/reply", "ssss", "/nsm/server/announce", "welcome", "test", "");
  lo_send_from(client, manager, LO_TT_IMMEDIATE, "/nsm/client/open", "sss", "song/r2nn.nXYZ", "song", "r2nn.nXYZ");
  lo_send_from(client, manager, LO_TT_IMMEDIATE, "/nsm/client/save", "");
  return 0;
}

static int on_reply(const char *path, const char *types, lo_arg **arguments, int n, lo_message message, void *context) {
  (void)path, (void)types, (void)n, (void)message, (void)context;
  n_replies += strncmp((const char *)arguments[0], "/nsm/client/", 12) == 0;
  return 0;
}

static void a_session_names_the_client(void **state) {
  (void)state;
  manager = lo_server_new(NULL, NULL);
  assert_non_null(manager);
  lo_server_add_method(manager, "/nsm/server/announce", NULL, on_announce, NULL);
  lo_server_add_method(manager, "/reply", NULL, on_reply, NULL);
  char *url = lo_server_get_url(manager);
  setenv("NSM_URL", url, 1);
  free(url);
  pid_t child = fork();
  if (child == 0) {
    session *self = session_begin("r2nn");
    if (!self || strcmp(session_client_name(self), "r2nn.nXYZ") != 0) _exit(1);
    for (int i = 0; i < 20; i++) {
      session_tick(self);
      usleep(10000);
    }
    session_end(self);
    _exit(0);
  }
  for (int i = 0; i < 100 && n_replies < 2; i++) lo_server_recv_noblock(manager, 50);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  assert_int_equal(n_announced, 1);
  assert_int_equal(n_replies, 2);
  lo_server_free(manager);
  unsetenv("NSM_URL");
  assert_null(session_begin("r2nn"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_session_names_the_client)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void) {
  print_message("skipped: built without liblo\n");
  return 77;
}
#endif
