// libgit2, and its variadic options as functions that Swift can call.
#include <git2.h>
#include <git2/sys/repository.h>

static inline int nextdeploy_git_set_owner_validation(int enabled) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int nextdeploy_git_set_strict_hash_verification(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}
