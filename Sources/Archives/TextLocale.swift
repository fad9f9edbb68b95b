#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Has libarchive take names as UTF-8 on this thread, whatever this process's locale is: in the locale "C" it gives none,
/// or others, for the names in a pax header.
@safe struct TextLocale: ~Copyable {
  private let own: locale_t
  private let before: locale_t?

  init() throws(ArchiveError) {
    guard let own = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) else {
      throw ArchiveError(.refused, "this machine's C library has no locale C.UTF-8, which the names in it need")
    }
    unsafe self.own = unsafe own
    unsafe before = uselocale(own)
  }

  deinit {
    unsafe uselocale(before)
    unsafe freelocale(own)
  }
}
