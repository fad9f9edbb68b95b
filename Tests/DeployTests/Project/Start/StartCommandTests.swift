@testable import Deploy
import Testing

private let scripts = [
  "build": "next build", "serve": "next start -p 3000", "with-env": "dotenv -e ../../.env --",
  "migrate": "prisma migrate deploy",
  "circle": "npm run circle", "both": "npm run both && npm run both",
  "production": "NODE_ENV=production node server.js",
  "all": "npm run migrate && npm run serve", "start": "next start",
]

private func read(_ line: String) -> StartCommand { StartCommand(line, scripts: scripts) }

@Suite("A start command")
struct StartCommandTests {
  @Test("may end in a backslash", arguments: ["node server.js \\", "\\", "\"\\", "a \\\\ \\", "next start \\"])
  func mayEndBackslash(_ line: String) {
    // Nothing is read past its end.
    _ = StartCommand(line, scripts: [:])
  }

  @Test(
    "is Next.js's whatever stands around it",
    arguments: [
      "next start", "next start -p 3000", "next start -p $PORT -H 0.0.0.0",
      "NODE_OPTIONS='--inspect' next start -p 3000",
      "NODE_ENV=production PORT=${PORT:-3000} next start", "dotenv -e ../../.env -- next start", "dotenv next start",
      "dotenv -c production -- next start", "cross-env A=b next start", "cross-env-shell A=b \"next start -p 3000\"",
      "npm run serve", "pnpm serve", "yarn run serve", "bun run serve", "npm run serve -- -p 4000",
      "pnpm with-env next start", "npm run with-env -- next start", "yarn with-env next start",
      "env-cmd -f .env next start",
      "env-cmd -e production next start", "dotenvx run -f .env -- next start", "env A=b next start", "exec next start",
      "npx next start", "npx --no-install next start", "pnpm exec next start", "pnpm next start", "yarn next start",
      "bunx --bun next start", "bun --bun next start", "bun x next start", "bun run next start", "npm exec next start",
      "node_modules/.bin/next start", "./node_modules/.bin/next start", "node ./node_modules/next/dist/bin/next start",
      "node --max-old-space-size=512 node_modules/.bin/next start",
      "node -r newrelic node_modules/next/dist/bin/next start",
      "node .next/standalone/server.js", "node ./.next/standalone/apps/web/server.js", "bun .next/standalone/server.js",
      "node --env-file=.env .next/standalone/server.js", "HOSTNAME=0.0.0.0 node .next/standalone/server.js",
      "cp -r public .next/standalone/ && cp -r .next/static .next/standalone/.next/ && node .next/standalone/server.js",
      "sh -c 'next start -p $PORT'", "bash -lc \"NODE_ENV=production next start\"",
      "pm2-runtime start npm -- run serve",
      "pm2 start node_modules/next/dist/bin/next -- start", "pm2-runtime \"next start\"",
      "pm2 start npx --name web -- next start",
      "pm2-runtime start npm --name web -- start",
      "concurrently \"next start\"", "concurrently npm:serve", "prisma migrate deploy && next start",
      "next build && next start",
      "npm run all", "export A=b && next start", "next start | pino-pretty", "next start || exit 1",
      "sleep 5; next start",
      "doppler run -- next start", "varlock run -- next start", "react-env -- next start",
      "infisical run -- npm run serve",
      "run-s migrate serve", "npm-run-all migrate serve", "next start & wait", "corepack pnpm serve",
      "nohup next start &",
      "next start 2>&1", "next start > log.txt", "nodemon --exec 'next start'",
    ])
  func nextJsWhatever(_ line: String) {
    #expect(read(line).target == .next, "\(line)")
  }

  @Test(
    "may be the development server",
    arguments: [
      "next dev", "next", "next dev -p 3000", "dotenv -- next dev", "npx next dev --turbo",
      "NODE_OPTIONS=--inspect next dev",
    ])
  func mayDevelopmentServer(_ line: String) {
    #expect(read(line).target == .nextDevelopment, "\(line)")
  }

  @Test(
    "is the app's own where it runs a file of it",
    arguments: [
      "node server.js", "node ./server.js", "NODE_ENV=production node server.js",
      "cross-env NODE_ENV=production node server",
      "tsx server.ts", "tsx watch server.ts", "ts-node --project tsconfig.server.json server.ts", "nodemon server.js",
      "nodemon --exec 'ts-node server.ts'", "node dist/server.js", "node -r dotenv/config server.js", "node .",
      "bun server.ts",
      "bun run server.ts", "bun ./server.ts", "bun run ./src/server", "deno run -A server.ts", "npm run production",
      "dotenv -e .env -- node server.js", "pnpm with-env node server.js", "sh start.sh", "./start.sh", "sh ./start.sh",
      "pm2-runtime start server.js", "node -e 'require(\"./server\")'", "prisma migrate deploy && node server.js",
      "node standalone.js", "node --import tsx server.ts", "npx tsx server.ts", "varlock run -- node server.js",
      "node next.js", "node ./next/server.js", "env-cmd node server.js", "exec node server.js", "tsm server.ts",
      "bun -r ./a.ts server.ts", "sst bind tsx server.ts",
    ])
  func appOwnRuns(_ line: String) {
    #expect(read(line).target == .ownFile, "\(line)")
  }

  @Test(
    "may be something else",
    arguments: [
      ("nest start", StartCommand.Target.program("nest")), ("vite preview", .program("vite")),
      ("npx serve@latest out", .program("serve")),
      ("npx -y @scope/serve@1 out", .program("serve")), ("turbo run start", .program("turbo")),
      ("npm --prefix web start", .program("npm")),
      ("pnpm --filter web start", .program("pnpm")), ("yarn workspace web start", .program("yarn")),
      ("npm run absent", .program("npm")),
      ("next lint", .program("next")), ("pm2-runtime ecosystem.config.js", .program("pm2-runtime")),
      ("concurrently \"next start\" \"node worker.js\"", .several), ("node worker.js & next start", .several),
      ("next start & node worker.js", .several), ("run-p serve migrate", .several),
      ("npm-run-all -p serve migrate", .several),
      ("npm run circle", .unclear), ("npm run both", .unclear), ("if [ -f x ]; then next start; fi", .unclear),
      ("(next start)", .unclear), ("next 'start", .unclear), ("", .unclear), ("A=b", .unclear),
      ("next start &&", .unclear),
      ("cat <<EOF", .unclear), ("npx", .unclear), ("dotenv", .unclear), ("sh -c", .unclear),
      ("\u{301}\"\u{301}", .unclear),
    ])
  func maySomethingElse(_ line: String, _ target: StartCommand.Target) {
    #expect(read(line).target == target, "\(line)")
  }

  @Test(
    "gives what it sets to what it starts",
    arguments: [
      ("A=b C='d e' next start", ["A": "b", "C": "d e"]), ("cross-env A=b C=d next start", ["A": "b", "C": "d"]),
      ("cross-env A=b dotenv -e shop.env -- next start", ["A": "b", "B": "shop"]),
      ("dotenv -e shop.env -e top.env -- next start", ["A": "shop", "B": "shop", "C": "three"]),
      ("dotenv -e top.env -o -- cross-env A=z next start", ["A": "z", "C": "three"]),
      ("dotenv -e ../../top.env -- next start", ["A": "root"]), ("dotenv -e ../../../top.env -- next start", [:]),
      ("dotenv -e /etc/passwd -e absent.env -- next start", [:]),
      ("dotenv -v A=b -- next start", ["E": "env", "A": "b"]),
      ("dotenv -- next start", ["E": "env"]), ("dotenv -e shop -c production -- next start", ["E": "shop.production"]),
      ("env-cmd -f shop.env next start", ["A": "shop", "B": "shop"]),
      ("A=b env-cmd -f shop.env next start", ["A": "shop", "B": "shop"]),
      ("A=b env-cmd --no-override -f shop.env next start", ["A": "b", "B": "shop"]),
      ("env-cmd next start", ["E": "env"]),
      ("dotenvx run -f shop.env -- next start", ["A": "shop", "B": "shop"]),
      ("node --env-file=shop.env .next/standalone/server.js", ["A": "shop", "B": "shop"]),
      ("node -r dotenv/config .next/standalone/server.js dotenv_config_path=shop.env", ["A": "shop", "B": "shop"]),
      (
        "node --max-old-space-size=512 -r newrelic node_modules/.bin/next start",
        ["NODE_OPTIONS": "--max-old-space-size=512 -r newrelic"]
      ),
      ("NODE_OPTIONS=\"$NODE_OPTIONS --inspect\" next start", ["NODE_OPTIONS": "--inspect"]),
      ("export A=b && next start", ["A": "b"]),
      ("set -a; . ./shop.env; set +a; next start", ["A": "shop", "B": "shop"]),
      ("pnpm with-env next start", ["T": "top"]),
      ("next start --keepAliveTimeout 70000", ["KEEP_ALIVE_TIMEOUT": "70000"]),
      ("sh -c 'A=b next start'", ["A": "b"]), ("PORT=3000 HOSTNAME=x NODE_ENV=test PATH=/x 1A=b next start", [:]),
      ("A=$B C=$(date) D=`id` E=\\$F next start", ["E": "$F"]), ("env -i A=b next start", ["A": "b"]),
    ])
  func givesSetsStarts(_ line: String, _ wanted: [String: String]) throws {
    let files = [
      "apps/web/shop.env": "A=shop\nB=shop\n", "apps/web/top.env": "A=top\nC=three", "top.env": "A=root",
      ".env": "T=top", "apps/web/.env": "E=env", "apps/web/shop.production": "E=shop.production",
      "apps/web/shop": "E=shop",
    ]
    let app = try #require(RelativePath("apps/web"))

    let variables = try read(line).settings.variables(in: app) { files[$0] }

    #expect(variables == wanted)
  }

  @Test("names the variables that only a shell could tell")
  func namesVariablesShell() {
    #expect(read("A=$B PORT=$X next start").settings.unknown == ["A"])
  }

  @Test("is refused where what it sets is too long, or no .env file")
  func refusedSetsLong() {
    let long = read("A=\(String(repeating: "x", count: 131_072)) next start")

    #expect(throws: Failure.self) { try long.settings.variables(in: .top) { _ in nil } }
    #expect(throws: Failure.self) { try read("dotenv next start").settings.variables(in: .top) { _ in "no variable" } }
  }

  @Test(
    "says what runs before it",
    arguments: [
      ("next start", []), ("prisma migrate deploy && next start", ["prisma migrate deploy"]),
      ("npm run all", ["npm run migrate"]),
      ("next build && next start", []), ("npm run build && npm ci && next start", []),
      ("echo \"a  b\" && next start", []),
      ("node \"a  b.js\"; npx prisma db push&&next start", ["node \"a  b.js\"; npx prisma db push"]),
      ("npm run build || exit 1; next start", []),
      ("prisma migrate deploy || true; next start", ["prisma migrate deploy || true"]),
      ("cp -r public x && prisma migrate deploy && node .next/standalone/server.js", ["prisma migrate deploy"]),
      ("dotenv -- sh -c 'prisma migrate deploy && next start'", ["prisma migrate deploy"]),
      ("export A=b && next start", []),
      ("node a.js && npm run all", ["node a.js", "npm run migrate"]), ("run-s migrate serve", ["npm run migrate"]),
      ("yes | prisma db push && next start", ["yes | prisma db push"]),
      ("pnpm build && pnpm migrate && pnpm serve", ["pnpm migrate"]),
    ] as [(String, [String])])
  func tellsRunsBefore(_ line: String, _ commands: [String]) {
    #expect(read(line).preceding == commands)
  }

  @Test(
    "says what is left out",
    arguments: [
      ("next start", []), ("doppler run -- next start", ["doppler run --"]),
      ("next start | pino-pretty", ["pino-pretty"]),
      ("env-cmd -e production,eu next start", ["env-cmd -e production,eu"]), ("bunx --bun next start", ["bunx --bun"]),
      ("bun --bun next start", ["bun --bun"]),
    ] as [(String, [String])])
  func tellsLeftOut(_ line: String, _ leftOut: [String]) {
    #expect(read(line).leftOut == leftOut)
  }

  @Test(
    "names the programs and packages that it needs",
    arguments: [
      ("nest start", [.program("nest")]), ("npx serve out", [.program("npx"), .fetched("serve")]),
      (
        "cross-env A=b node -r ts-node/register -r ./x src/a.ts",
        [.program("cross-env"), .program("node"), .package("ts-node")]
      ),
      ("prisma migrate deploy && node a.js", [.program("prisma"), .program("node")]),
      ("node --import @swc-node/register/esm a.ts", [.program("node"), .package("@swc-node/register")]),
      ("a || b && c", [.program("c")]), ("concurrently \"nest start\"", [.program("concurrently"), .program("nest")]),
      ("npm run production", [.program("npm"), .program("node")]),
    ] as [(String, [StartCommand.Need])])
  func namesProgramsPackages(_ line: String, _ needs: [StartCommand.Need]) {
    #expect(read(line).needs == needs)
  }

  @Test(
    "says whether Node loads something before it",
    arguments: [
      ("NODE_OPTIONS='-r @newrelic/next' next start", true), ("NODE_OPTIONS=--require=./a.js next start", true),
      ("node --import ./a.mjs node_modules/.bin/next start", true),
      ("NODE_OPTIONS=--max-old-space-size=512 next start", false),
      ("next start", false),
    ])
  func saysWhetherNode(_ line: String, _ preloads: Bool) {
    #expect(read(line).preloads == preloads)
  }

  @Test("of any length is read", .timeLimit(.minutes(1))) func anyLengthRead() {
    _ = read(String(repeating: "a=b ", count: 20_000))
    _ = read(String(repeating: "$(", count: 20_000))
    _ = read(String(repeating: "env ", count: 10_000) + "next start")
    _ = read(String(repeating: "a && ", count: 5_000) + "next start")
  }
}
