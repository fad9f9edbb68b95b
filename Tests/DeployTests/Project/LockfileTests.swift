@testable import Deploy
import Testing

@Suite("A lockfile")
struct LockfileTests {
  private static let npm = """
    {
      "name": "top",
      "lockfileVersion": 3,
      "packages": {
        "": {
          "name": "top",
          "dependencies": {
            "next": "^15.0.0"
          }
        },
        "apps/web": {
          "version": "1.0.0",
          "dependencies": {
            "next": "^16.0.0"
          }
        },
        "apps/web/node_modules/next": {
          "version": "16.0.7",
          "dependencies": {
            "postcss": "8.4.31"
          }
        },
        "node_modules/next": {
          "version": "15.5.7"
        },
        "node_modules/top-link": {
          "resolved": "packages/top-link",
          "link": true
        },
        "node_modules/zod": {
          "version": "3.0.0"
        }
      }
    }
    """
  private static let npm1 = """
    {
    \t"lockfileVersion": 1,
    \t"dependencies": {
    \t\t"next": {
    \t\t\t"version": "14.2.35",
    \t\t\t"requires": {
    \t\t\t\t"caniuse-lite": "^1.0.0"
    \t\t\t}
    \t\t}
    \t}
    }
    """
  private static let pnpm5 = """
    lockfileVersion: 5.3

    specifiers:
      next: ^12.0.0
      react: 17.0.2

    dependencies:
      next: 12.1.0_react@17.0.2
      react: 17.0.2

    packages:

      /next/12.1.0_react@17.0.2:
        resolution: {integrity: sha512-x}
    """
  private static let pnpm5Workspace = """
    lockfileVersion: 5.4

    importers:

      .:
        specifiers:
          turbo: latest
        devDependencies:
          turbo: 1.13.4

      apps/web:
        specifiers:
          next: ^12.0.0
        dependencies:
          next: 12.3.4_biqbaboplfbrettd7655fr4n2y

      packages/ui:
        specifiers: {}
    """
  private static let pnpm6 = """
    lockfileVersion: '6.0'

    dependencies:
      next:
        specifier: ^13.4.0
        version: 13.4.1(react-dom@18.2.0)(react@18.2.0)

    packages:

      /next@13.4.1(react-dom@18.2.0)(react@18.2.0):
        resolution: {integrity: sha512-x}
    """
  private static let pnpm9 = """
    lockfileVersion: '9.0'

    catalogs:
      default:
        next:
          specifier: ^16.0.0
          version: 16.4.5

    importers:

      .:
        devDependencies:
          next:
            specifier: ^15.0.0
            version: 15.5.29

      'apps/web':
        dependencies:
          '@types/node':
            specifier: ^20
            version: 20.19.43
          next:
            specifier: 'catalog:'
            version: 16.4.5(@types/node@20.19.43)(react@19.3.1)
        dependenciesMeta:
          next:
            injected: true

      apps/web-admin:
        dependencies:
          next:
            specifier: ^14.0.0
            version: 14.2.35

    packages:

      next@16.4.5:
        resolution: {integrity: sha512-x}
    """
  /// As pnpm 11 and later write it where package.json says which pnpm, or pnpm-workspace.yaml names config dependencies.
  private static let pnpm12 = """
    ---
    lockfileVersion: '9.0'

    importers:

      .:
        configDependencies: {}
        packageManagerDependencies:
          '@pnpm/exe':
            specifier: 12.3.4
            version: 12.3.4
          pnpm:
            specifier: 12.3.4
            version: 12.3.4

    packages:

      pnpm@12.3.4:
        resolution: {integrity: sha512-x}

    ---
    \(pnpm9)
    """
  private static let yarn1 = """
    # yarn lockfile v1


    next-env@^1.0.0:
      version "1.0.0"

    next@^14.2.0, next@14.x:
      version "14.2.35"
      dependencies:
        caniuse-lite "^1.0.0"

    "next@^15.0.0":
      version "15.5.29"
    """
  private static let yarn4 = """
    __metadata:
      version: 8
      cacheKey: 10c0

    "next@npm:^16.0.0, next@npm:16.4.5":
      version: 16.4.5
      resolution: "next@npm:16.4.5"

    "web@workspace:apps/web":
      version: 0.0.0-use.local
      dependencies:
        next: "catalog:"
    """
  private static let bun = """
    {
      "lockfileVersion": 1,
      "workspaces": {
        "apps/web": {
          "name": "web",
          "dependencies": {
            "next": "catalog:",
          },
        },
      },
      "packages": {
        "next": ["next@15.5.29", "", { "dependencies": { "postcss": "8.4.31" } }, "sha512-x"],

        "web/next": ["next@16.4.5", "", {}, "sha512-x"],
      }
    }
    """

  @Test(
    "says which version of a package an app gets",
    arguments: [
      (PackageManager.npm, npm, "^16.0.0", "apps/web", "16.0.7"), (.npm, npm, "^15.0.0", "apps/admin", "15.5.7"),
      (.npm, npm, "^15.0.0", "", "15.5.7"), (.npm, npm1, "^14", "", "14.2.35"), (.npm, "{", "1", "", nil),
      (.pnpm, pnpm5, "^12.0.0", "", "12.1.0"), (.pnpm, pnpm5Workspace, "^12.0.0", "apps/web", "12.3.4"),
      (.pnpm, pnpm5Workspace, "^12.0.0", "packages/ui", nil), (.pnpm, pnpm6, "^13.4.0", "", "13.4.1"),
      (.pnpm, pnpm9, "catalog:", "apps/web", "16.4.5"), (.pnpm, pnpm9, "^15.0.0", "", "15.5.29"),
      (.pnpm, pnpm9, "^14.0.0", "apps/web-admin", "14.2.35"), (.pnpm, pnpm9, "1", "apps", nil),
      (.pnpm, pnpm12, "^15.0.0", "", "15.5.29"), (.pnpm, pnpm12, "catalog:", "apps/web", "16.4.5"),
      (.yarn, yarn1, "14.x", "", "14.2.35"), (.yarn, yarn1, "^15.0.0", "", "15.5.29"), (.yarn, yarn1, "^13", "", nil),
      (.yarn, yarn4, "^16.0.0", "", "16.4.5"), (.yarn, yarn4, "catalog:", "apps/web", "16.4.5"),
      (.bun, bun, "catalog:", "apps/web", "16.4.5"), (.bun, "", "1", "", nil),
    ] as [(PackageManager, String, String, String, String?)])
  func saysVersionPackage(
    _ manager: PackageManager, _ text: String, _ range: String, _ place: String, _ version: String?
  ) {
    for text in [text, text.replacing("\n", with: "\r\n")] {
      let lockfile = Lockfile(manager, text)

      #expect(lockfile.version(of: "next", range: range, for: "web", in: place.pathParts) == version)
    }
  }

  @Test("of Bun has one version where the app has none of its own")
  func bunVersionApp() {
    #expect(
      Lockfile(.bun, Self.bun).version(of: "next", range: "^15", for: "admin", in: ["apps", "admin"]) == "15.5.29")
  }

  @Test(
    "that is cut off or damaged says nothing",
    arguments: [
      "", "\n", "importers:", "importers:\n  .:\n    dependencies:", "importers:\n  .:\n    dependencies:\n      next:",
      "dependencies:\n  next:\n    version:", "dependencies:\n  next: ,", "dependencies:\n  '",
      "\"node_modules/next\": {", "next@1:",
      "\"next\": [\"next@", "lockfileVersion:", "__metadata:", "\u{feff}\u{0}",
    ])
  func cutOffDamaged(_ text: String) {
    for manager in PackageManager.allCases {
      let lockfile = Lockfile(manager, text)

      #expect(lockfile.version(of: "next", range: "1", for: "web", in: []) == nil)
      if manager == .pnpm { #expect(lockfile.format == nil) }
    }
  }
}
