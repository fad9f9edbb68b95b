// What somebody has to do with an exported folder.
extension ContainerApp {
  func readme(for engine: Engine, _ needs: [SharedNeed], lacksMigration: Bool) -> EngineFile {
    var parts = ["# \(name), release \(release)\n", steps(for: engine)]
    if !secrets.isEmpty {
      let list = secrets.map { "- `\($0)`" }.joined(separator: "\n")
      parts.append(
        """
        ## Secrets

        Only their names are here. `nextdeploy env list \(name) --show` prints the values on the server, a key of server actions that
        was made for the app is in `apps/\(name)/server-actions-key`, and one that came with an archive is known to who built that.

        \(list)

        """)
    }
    if !volumes.isEmpty {
      let list = volumes.map { "- `\($0)`, from `apps/\(name)/shared/\($0)` on the server" }.joined(separator: "\n")
      parts.append(
        "## Data\n\nWhat these paths hold is not here. Copy it to the volumes, readable for user \(Self.user):\n\n\(list)\n"
      )
    }
    if migration != nil {
      parts.append(
        "## Release command\n\n`\(Self.migrationFile)` in the image runs it, once for each release, before that is started.\n"
          + (lacksMigration
            ? "What it runs seems not to be in the release, which has production packages only: add that to \"dependencies\", or "
              + "run the command elsewhere.\n" : ""))
    }
    if leavesMigration {
      parts.append(
        "## Release command\n\nNothing here runs it: Caddy runs no programs. Run it where this is deployed.\n")
    }
    let list = needs.map { "- \($0.isMet ? "[x]" : "[ ]") \($0.text)" }.joined(separator: "\n")
    parts.append("## More than one instance\n\n\(list)\n")
    parts.append(
      """
      ## The way back

      `nextdeploy export` without `--as` writes the archive that `nextdeploy ship` takes on any server with NextDeploy.

      """)
    return EngineFile("README.md", parts.joined(separator: "\n"))
  }

  private func steps(for engine: Engine) -> String {
    let build = "podman build --format docker -t \(image) ."
    switch engine {
    case .oci:
      return """
        A finished image (OCI Image Layout): the release, \(runtime.kind.title) \(runtime.version.numbers) and the libraries that it needs, as they are on the
        server. Nothing has to be built; what is fixed in those later takes another export.

            skopeo copy oci:.:\(release) docker://REGISTRY/\(image)
            podman pull oci:$PWD:\(release)
            podman run --init\(secrets.isEmpty ? "" : " --env-file FILE") -p 127.0.0.1:\(Self.port):\(Self.port) IMAGE

        """
    case .compose:
      return """
        \(secrets.isEmpty ? "On a machine with Docker:" : "Write the secrets below to `.env`, as NAME=value, then:")

            docker compose up --build --detach --wait

        The app is at 127.0.0.1:\(Self.port). A proxy with TLS belongs in front, which passes Host on and sets X-Forwarded-Host, -Proto
        and -For.

        """
    case .kubernetes:
      return """
        Build the image, push it where the cluster finds it, and put its whole name in the place of `\(image)`:

            \(build)
        \(secrets.isEmpty ? "" : "    kubectl create secret generic \(name) --from-env-file=FILE\n")\
        \(volumes.isEmpty ? "" : "    kubectl apply -f volumes.yaml\n")\
        \(migration == nil ? "" : "    kubectl create -f migrate.yaml && kubectl wait --for=condition=complete job/\(name)-migrate-\(release)\n")\
            kubectl apply -f kubernetes.yaml

        The Ingress is of the cluster's default class; its certificate is the secret `\(name)-tls`, as cert-manager makes one.
        \(volumes.isEmpty ? "" : "The claims ask for 10 GiB of a storage class that several machines can write to.\n")\
        The autoscaler needs metrics-server, and keeps 2 to 10 instances.

        """
    case .kamal:
      return """
        Needs Kamal 2. In `config/deploy.yml` write your machines in the place of 192.0.2.1, and your registry and user; put the
        registry's password\(secrets.isEmpty ? "" : " and the secrets below") into the environment, then:

            VERSION=\(release) kamal setup        # the first time; then: VERSION=\(release) kamal deploy

        Its proxy gets certificates for one machine only; with several, a load balancer in front ends TLS, and `ssl` goes. It takes an app
        for healthy that answers `\(healthPath)` with 200.

        """
    }
  }
}
