// Preloaded into nextdeploy and git by script/faults: makes calls on files below FAULTS_ROOT fail now and then with EIO,
// or has the clock go wrong. FAULTS_EIO=N fails one call in N; FAULTS_CLOCK=SECONDS is added to the time of day.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static unsigned long state;

static int fails(void) {
  const char *rate = getenv("FAULTS_EIO");
  if (!rate || atol(rate) < 1) return 0;
  if (!state) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    state = strtoul(getenv("FAULTS_SEED") ?: "1", NULL, 10) * 2654435761u + (unsigned long)getpid() + (unsigned long)now.tv_nsec;
  }
  state = state * 6364136223846793005ul + 1442695040888963407ul;
  return (state >> 33) % (unsigned long)atol(rate) == 0;
}

// Whether it is a file of nextdeploy's: pipes and sockets are other people's.
static int is_below(int descriptor) {
  const char *root = getenv("FAULTS_ROOT");
  char link[64], path[4096];
  if (!root) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  return length > 0 && (size_t)length >= strlen(root) && strncmp(path, root, strlen(root)) == 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (is_below(descriptor) && fails()) { errno = EIO; return -1; }
  return REAL(write)(descriptor, bytes, count);
}

int fsync(int descriptor) {
  if (is_below(descriptor) && fails()) { errno = EIO; return -1; }
  return REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
  if (is_below(descriptor) && fails()) { errno = EIO; return -1; }
  return REAL(fdatasync)(descriptor);
}

int rename(const char *from, const char *to) {
  const char *root = getenv("FAULTS_ROOT");
  if (root && strncmp(to, root, strlen(root)) == 0 && fails()) { errno = EIO; return -1; }
  return REAL(rename)(from, to);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  if ((to_directory == AT_FDCWD || is_below(to_directory)) && fails()) { errno = EIO; return -1; }
  return REAL(renameat)(from_directory, from, to_directory, to);
}

int unlinkat(int directory, const char *path, int flags) {
  if (is_below(directory) && fails()) { errno = EIO; return -1; }
  return REAL(unlinkat)(directory, path, flags);
}

int mkdirat(int directory, const char *path, mode_t mode) {
  if (is_below(directory) && fails()) { errno = EIO; return -1; }
  return REAL(mkdirat)(directory, path, mode);
}

static long shift(void) { return atol(getenv("FAULTS_CLOCK") ?: "0"); }

time_t time(time_t *result) {
  struct timespec now;
  REAL(clock_gettime)(CLOCK_REALTIME, &now);
  time_t seconds = now.tv_sec + shift();
  if (result) *result = seconds;
  return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *result) {
  int status = REAL(clock_gettime)(clock, result);
  if (status == 0 && clock == CLOCK_REALTIME) result->tv_sec += shift();
  return status;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
  struct timespec now;
  (void)zone;
  REAL(clock_gettime)(CLOCK_REALTIME, &now);
  result->tv_sec = now.tv_sec + shift();
  result->tv_usec = now.tv_nsec / 1000;
  return 0;
}
