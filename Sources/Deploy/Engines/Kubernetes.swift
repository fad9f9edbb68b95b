// Kubernetes: instances on several machines, behind a Service and an Ingress.
extension ContainerApp {
  /// All that the app is there, to be applied as often as it changes.
  var kubernetes: EngineFile {
    Self.file("kubernetes.yaml", [deployment, service, ingress, autoscaler, budget])
  }

  /// What the app keeps: apart, so that who deletes the rest does not delete that; nil where it keeps nothing.
  var kubernetesVolumes: EngineFile? { volumes.isEmpty ? nil : Self.file("volumes.yaml", claims) }

  private static func file(_ name: String, _ documents: [JSON]) -> EngineFile {
    EngineFile(name, documents.map(\.yaml).joined(separator: "---\n"))
  }

  /// The job that runs the release command once, before the new release is applied; nil where there is none.
  var kubernetesMigration: EngineFile? {
    if migration == nil { return nil }
    var pod = self.pod
    pod = pod.adding("restartPolicy", "Never")
    pod = pod.adding("containers", [container(named: "migrate").adding("command", .strings(Self.plain(runMigration)))])
    let job: JSON = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata("\(name)-migrate-\(release)"),
      // A migration that failed halfway is for somebody to look at.
      "spec": ["backoffLimit": 0, "template": ["metadata": ["labels": ["job": "\(name)-migrate"]], "spec": pod]],
    ]
    return Self.file("migrate.yaml", [job])
  }

  // MARK: The app

  private var deployment: JSON {
    var container = container(named: name).adding(
      "ports", [["name": "http", "containerPort": .number(Double(Self.port))]]
    )
    .adding("startupProbe", probe(period: 2, failures: max(1, Int((health.timeout / 2).rounded(.up)))))
    .adding("readinessProbe", probe(period: 5, failures: 2))
    .adding("command", .strings(Self.plain(command)))
    // Until the Service and the Ingress have heard that it goes, requests still come.
    if let preStop { container = container.adding("lifecycle", ["preStop": ["exec": ["command": .strings(preStop)]]]) }
    return [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(name),
      "spec": [
        "selector": ["matchLabels": labels],
        // A new one is ready before an old one goes.
        "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]],
        "template": [
          "metadata": ["labels": labels],
          "spec": pod.adding("terminationGracePeriodSeconds", .number(Double(Self.pause + grace)))
            .adding("containers", [container]),
        ],
      ],
    ]
  }

  /// What lets an instance go on serving for a while; nil for Caddy, which does so by itself.
  private var preStop: [String]? {
    site == nil ? [runtime.kind.name, "-e", "setTimeout(() => {}, \(Self.pause * 1000))"] : nil
  }

  private var pod: JSON {
    [
      "automountServiceAccountToken": false,
      // The app is not the first process, which would ignore a SIGTERM that it has no handler for.
      "shareProcessNamespace": true,
      "securityContext": [
        "runAsNonRoot": true, "runAsUser": .number(Double(Self.user)), "runAsGroup": .number(Double(Self.user)),
        "fsGroup": .number(Double(Self.user)), "seccompProfile": ["type": "RuntimeDefault"],
      ],
      "volumes": volumes.isEmpty
        ? nil
        : .array(
          volumes.indices.map { number in
            [
              "name": .string(volumeName(number)),
              "persistentVolumeClaim": ["claimName": "\(name)-\(volumeName(number))"],
            ]
          }),
    ]
  }

  private func container(named name: String) -> JSON {
    [
      "name": .string(name), "image": .string(image), "imagePullPolicy": "IfNotPresent",
      "workingDir": .string(Self.plain(workingDirectory)),
      "env": secrets.isEmpty
        ? nil
        : .array(
          secrets.map {
            ["name": .string($0), "valueFrom": ["secretKeyRef": ["name": .string(self.name), "key": .string($0)]]]
          }),
      "resources": resources,
      "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
      "volumeMounts": volumes.isEmpty
        ? nil
        : .array(
          volumes.enumerated().map { number, path in
            ["name": .string(volumeName(number)), "mountPath": .string(mount(path))]
          }),
    ]
  }

  private func probe(period: Int, failures: Int) -> JSON {
    let often: JSON = [
      "periodSeconds": .number(Double(period)), "timeoutSeconds": 5, "failureThreshold": .number(Double(failures)),
    ]
    let way: (String, JSON)
    // What Kubernetes itself asks for, it takes for healthy from 200 to 399.
    if site != nil || health.status == Self.usualStatus && health.tolerated == nil {
      let headers: JSON = [
        ["name": "Host", "value": .string(origin.authority)],
        ["name": "X-Forwarded-Proto", "value": .string(origin.scheme.rawValue)],
      ]
      way = ("httpGet", ["path": .string(healthPath), "port": "http", "httpHeaders": headers])
    } else {
      way = ("exec", ["command": .strings(healthCheck)])
    }
    return .object([JSON.Member(key: way.0, value: way.1)] + (often.members ?? []))
  }

  /// What is reserved is what the autoscaler counts by: the limit where that is set.
  private var resources: JSON {
    let memory = limits.memory.map { "\($0)i" }
    let cpu = limits.cpu.map { $0.percent * 10 }
    return [
      "requests": ["cpu": "\(min(cpu ?? 250, 250))m", "memory": .string(memory ?? "256Mi")],
      "limits": memory == nil && cpu == nil
        ? nil : ["cpu": cpu.map { "\($0)m" }, "memory": memory.map { .string($0) }],
    ]
  }

  // MARK: Around it

  private var claims: [JSON] {
    volumes.indices.map { number in
      [
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata("\(name)-\(volumeName(number))"),
        "spec": ["accessModes": ["ReadWriteMany"], "resources": ["requests": ["storage": "10Gi"]]],
      ]
    }
  }

  private var service: JSON {
    [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata(name),
      "spec": ["selector": labels, "ports": [["name": "http", "port": 80, "targetPort": "http"]]],
    ]
  }

  private var ingress: JSON {
    let backend: JSON = ["service": ["name": .string(name), "port": ["name": "http"]]]
    let http: JSON = ["paths": [["path": "/", "pathType": "Prefix", "backend": backend]]]
    return [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata(name),
      "spec": [
        "tls": domains.isEmpty
          ? nil : [["hosts": .strings(domains.map(\.description)), "secretName": "\(name)-tls"]],
        "rules": domains.isEmpty
          ? [["http": http]] : .array(domains.map { ["host": .string($0.description), "http": http] }),
      ],
    ]
  }

  private var autoscaler: JSON {
    [
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata(name),
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(name)],
        "minReplicas": 2, "maxReplicas": 10,
        "metrics": [
          [
            "type": "Resource",
            "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 70]],
          ]
        ],
      ],
    ]
  }

  private var budget: JSON {
    [
      "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata(name),
      "spec": ["maxUnavailable": 1, "selector": ["matchLabels": labels]],
    ]
  }

  private var labels: JSON { ["app": .string(name)] }

  private func metadata(_ name: String) -> JSON { ["name": .string(name), "labels": labels] }

  /// Kubernetes puts variables in the place of `$(NAME)`.
  private static func plain(_ text: String) -> String { text.replacing("$(", with: "$$(") }
  private static func plain(_ texts: [String]) -> [String] { texts.map { plain($0) } }
}
