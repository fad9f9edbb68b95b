import Testing

@testable import Deploy

@Suite("What a build elsewhere is given")
struct BuildElsewhereTests {
  private func given(_ variables: [String: AppEnvironment.Variable], doppler: [String: String] = [:]) throws
    -> BuildElsewhere
  {
    let world = try World()
    world.variables = variables
    world.doppler = doppler
    return try BuildElsewhere(id: ReleaseID("20261127-220153-471100"), seams: world.seams)
  }

  @Test("is what a build here would get of the app's, the id and the key, and nothing of this machine's")
  func variables() throws {
    let own: [String: AppEnvironment.Variable] = [
      "API_KEY": .init("secret one"), "NPM_TOKEN": .init("secret two", .build), "SMTP": .init("secret three", .run),
      "NEXT_PUBLIC_NAME": .init("everybody's", .run), "TURBO_FORCE": .init("false"), "PATH": .init("/server/bin"),
      "LD_PRELOAD": .init("/server/lib"), "BASH_ENV": .init("/server/env"), "UID": .init("7"),
      "RANDOM": .init("a[$(id)]"),
      "NODE_ENV": .init("production"), "PWD": .init("/server"), "NEXT_DEPLOYMENT_ID": .init("own"),
    ]

    let build = try given(own)

    #expect(
      build.variables == [
        "API_KEY": "secret one", "NPM_TOKEN": "secret two", "NEXT_PUBLIC_NAME": "everybody's",
        "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY": "the app's key", "NEXT_DEPLOYMENT_ID": "20261127-220153-471100",
        "NEXT_PRIVATE_STANDALONE": "true", "TURBO_TELEMETRY_DISABLED": "1", "TURBO_ENV_MODE": "loose",
        "TURBO_FORCE": "false", "NX_SKIP_NX_CACHE": "true", "NX_DAEMON": "false", "NODE_ENV": "production",
      ])
    #expect(build.leftOut == ["BASH_ENV", "LD_PRELOAD", "PATH", "RANDOM", "UID"])
    #expect(Set(build.secrets) == ["secret one", "secret two", "false", "the app's key"])
  }

  @Test("has what Doppler keeps, without the token, and the app's own key for server actions")
  func doppler() throws {
    let own: [String: AppEnvironment.Variable] = [
      "DOPPLER_TOKEN": .init("dp.st.prd.secret"), "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY": .init("their own key", .run),
    ]

    let build = try given(own, doppler: ["API_KEY": "from-doppler", "DOPPLER_CONFIG": "prd", "PORT": "80"])

    #expect(build.variables["API_KEY"] == "from-doppler")
    #expect(build.variables["NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"] == "their own key")
    #expect(build.variables["DOPPLER_TOKEN"] == nil && build.variables["PORT"] == nil)
    #expect(Set(build.secrets) == ["from-doppler", "their own key"])
  }

  @Test("is text for a shell, in which no value means anything")
  func text() throws {
    let build = try given(["A": .init("it's $HOME `x` \\ \"y\"\n#z\n"), "B": .init("")])

    #expect(build.shellText.hasPrefix("A='it'\\''s $HOME `x` \\ \"y\"\n#z\n'\nB=''\nNEXT_"))
  }
}
