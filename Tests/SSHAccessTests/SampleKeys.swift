/// Public keys that ssh-keygen made (those with "sk-" were put together by hand), and broken ones.
enum SampleKeys {
  static let ed25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGMaaDP3AamLk7Dw5RPdL0j1c79Pm/mnfrgHgya+rl9"
  static let rsa2048 =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDILn7Q04f98df//jJhbtk5NzKxVrVBEfajav3yHPU4W1nhZrWG3+"
    + "csUozNQcimkJj5r82pqfiME1+kpJZbLzmUqkmMfrghQ2TrpVPMjPEdTvqB2WHCVO/3iqnxHv8pXooafQt/YW84Tw7Z"
    + "vrvs2yaWhyB+FqPrcyyy0ZG0C0AqCRjIG1GGc1R8DBV62DMSEiHuug0dh1/rjsXR+YZ8q+eDB6YScdTFTKaKjzYgMQ"
    + "/7ws+n7D16fn7PXHANYKoPk+s5CzuqIZbeH12loOmdbAdqsdlt1HrReQKTkWom+yh2kRrTVxqlDdQJ+rxePFJdhGT/"
    + "+jVn2gV32t6R3G864Cex"
  static let rsa1024 =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC/ukOuTsznoe0l5OwBmefci3J7UbSnpfl/ZZFc5ns11kiU5UfKYf"
    + "2JNMp8vKMruLt+uXm+sf4RAJtuEm8pbRAL6BXm/hoEIG6xSV0e00BROWCn9CDsM8SWM7QoGUPQuomC51kMV98xXCw2"
    + "2pb5pplZ4kKrrZcfOOzk/nwI0vv+jQ=="
  static let ecdsa256 =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNHWD/+ZcNYDcqJ0Ts"
    + "6JtGo1hutj5UmX/VXlqPXSdn50FUzD3qBAE5SWUAHN9otgKtHH72Pcf2nrn/Q/QMv+00g="
  static let ecdsa384 =
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBAARSJPpZo8pK3xULY"
    + "Emu1D+wcjMdGyfd6wKRLKisHdJJVaEmUG8cXGGCro1CFh4T+a7SEnBGaUgrFBmu+PXzhO1+NlUYnZjK29ddNaoSNET"
    + "4EPnLKWtBZU5/Zf+2PfJ0w=="
  static let ecdsa521 =
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAHdW5fHEmgL5F/wqv"
    + "bDbMAJsTJ/owocobtQzF2Lm/ZRKr6zhfRJOL4duxnLLYUYIsL6UFyI/+mfz/MJBR0m/HoNDgAGg4cSLk/ytXuX0iZ/"
    + "WNCDFabin91+gVmz6gbI+9eXs2oHv7gAZVmruWBx6XG4gnvprDLeNKIlfMI8UXloey7fgA=="
  static let securityKey =
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCww"
    + "NDg8QERITFBUWFxgZGhscHR4fAAAABHNzaDo="
  static let securityKeyECDSA =
    "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAA"
    + "IbmlzdHAyNTYAAABBBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    + "AAAAAAAAAAAAAAAAAAEc3NoOg=="
  static let ed25519Short =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
  static let ed25519WithMore =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABG1vcm"
    + "U="
  static let otherInside =
    "ssh-ed25519 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNHWD/+ZcNYDcqJ0Ts6JtGo1hu"
    + "tj5UmX/VXlqPXSdn50FUzD3qBAE5SWUAHN9otgKtHH72Pcf2nrn/Q/QMv+00g="

  static let working = [ed25519, rsa2048, ecdsa256, ecdsa384, ecdsa521, securityKey, securityKeyECDSA]
}
