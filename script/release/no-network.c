/* What libgit2 begins with and can be told leads to its transports, and they to TLS, SSH and Kerberos. nextdeploy only
   opens repositories that are on the disk. With these in the place of libgit2's own, the linker takes none of that in. */

int git_mbedtls_stream_global_init(void) { return 0; }
int git_openssl_stream_global_init(void) { return 0; }
int git_transport_ssh_global_init(void) { return 0; }

/* Options that nobody sets. */
int git_http__expect_continue, git_smart__ofs_delta_enabled;
int git_mbedtls__set_cert_location(const char *file, const char *path) { return -1; }

/* For a remote that one would connect to. */
int git_transport_new(void **out, void *owner, const char *url) { return -1; }
int http_parser_parse_url(const char *text, unsigned long length, int connect, void *url) { return -1; }
