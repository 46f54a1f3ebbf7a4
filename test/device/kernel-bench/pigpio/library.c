/*
 * libpigpio for the bench, the process's side: who may use it, what it opens, and what it does to signals. All of it as
 * the original does (version 79), because that is what the driver keeps out of the server.
 */
#define _GNU_SOURCE
#include "library.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define VERSION 79
#define LOCK "/var/run/pigpio.pid"
#define COMMAND_PIPE "/dev/pigpio"
#define COMMAND_PORT 8888
#define LAST_SIGNAL 63

int initialised;
static unsigned interfaces;

static void complain(const char *function, const char *format, ...) {
  char when[32];
  time_t now = time(NULL);
  strftime(when, sizeof when, "%F %T", localtime(&now));
  fprintf(stderr, "%s %s: ", when, function);
  va_list values;
  va_start(values, format);
  vfprintf(stderr, format, values);
  va_end(values);
  fputc('\n', stderr);
}

static void complain_in_a_box(const char *function, const char *sentence) {
  static const char line[] = "+---------------------------------------------------------+";
  complain(function, "\n%s\n|%-57s|\n%s\n\n", line, sentence, line);
}

unsigned gpioHardwareRevision(void) {
  uint32_t revision = 0;
  FILE *file = fopen("/proc/device-tree/system/linux,revision", "rb");
  if (file == NULL) return 0;
  if (fread(&revision, sizeof revision, 1, file) != 1) revision = 0;
  fclose(file);
  return ntohl(revision) & 0xffffff;
}

static int known_board(void) {
  unsigned revision = gpioHardwareRevision();
  if ((revision & 0x800000) == 0) return revision > 0 && revision < 0x16;
  return ((revision >> 12) & 15) <= 3;
}

static int lock(void) {
  char text[20] = "";
  int fd = open(LOCK, O_RDONLY);
  if (fd >= 0) {
    int holder = read(fd, text, sizeof text - 1) > 0 ? atoi(text) : 0;
    close(fd);
    if (holder == 0 || kill(holder, 0) != 0) unlink(LOCK);
  }
  fd = open(LOCK, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (fd < 0) return -1;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) return -1;
  dprintf(fd, "%d\n", (int)getpid());
  return 0;
}

static void on_signal(int number) {
  if (number == SIGUSR1 || number == SIGUSR2 || number == SIGPIPE || number == SIGWINCH || number == SIGCHLD) return;
  complain("sigHandler", "Unhandled signal %d, terminating\n", number);
  gpioTerminate();
  exit(-1);
}

static void grab_signals(void) {
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(number, &action, NULL);
  }
}

/* Listens on all interfaces and answers nothing: that it listens is what matters. */
static int open_socket(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(COMMAND_PORT)};
  int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -1;
  return listen(fd, 100);
}

int gpioInitialise(void) {
  if (initialised) return VERSION;
  if (!known_board()) {
    complain_in_a_box("initCheckPermitted", "Sorry, this system does not appear to be a raspberry pi.");
    return PI_INIT_FAILED;
  }
  if (geteuid() != 0) {
    complain_in_a_box("initCheckPermitted", "Sorry, you don't have permission to run this program.");
    return PI_INIT_FAILED;
  }
  if (lock() < 0) {
    complain("initInitialise", "Can't lock %s", LOCK);
    return PI_INIT_FAILED;
  }
  grab_signals();
  if (open_pins() < 0) return PI_INIT_FAILED;
  atexit(gpioTerminate);
  if (!(interfaces & PI_DISABLE_FIFO_IF)) mkfifo(COMMAND_PIPE, 0660);
  if (!(interfaces & PI_DISABLE_SOCK_IF) && open_socket() < 0) {
    complain("initInitialise", "bind to port %d failed", COMMAND_PORT);
    return PI_INIT_FAILED;
  }
  initialised = 1;
  return VERSION;
}

void gpioTerminate(void) {
  if (!initialised) return;
  stop_pins();
  unlink(LOCK);
  initialised = 0;
}

int gpioCfgInterfaces(unsigned flags) {
  if (initialised) return PI_INITIALISED;
  interfaces = flags;
  return 0;
}
