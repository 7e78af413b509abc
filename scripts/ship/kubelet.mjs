// A small stand-in for the kubelet: node scripts/ship/kubelet.mjs FILE NAME PORT [IMAGE]
// Starts one pod of the Deployment in FILE, rendered by Helm, as container NAME, with the Secrets and ConfigMaps in FILE, and asks its readiness probe.
// $(VAR) is expanded, Secrets are variables and files, the security context and the limits are the pod's, init containers run first.
// Two things differ: the pod has the machine's network, so PORT replaces 9090 in ASPNETCORE_URLS, and IMAGE replaces the chart's.
// A field that it does not know is an error, so that nothing is left untried silently.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import https from "node:https";

const [file, name, port, image] = process.argv.slice(2);
const home = `${process.cwd()}/.local/ship/pods/${name}`;
const { parseAllDocuments } = createRequire(`${process.cwd()}/.local/ship/`)("yaml");
const objects = parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" }).map(document => document.toJS()).filter(Boolean);
const podman = (...args) => execFileSync("scripts/ship/podman", args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

function fail(message) {
  console.error(`scripts/ship/kubelet.mjs: ${message}`);
  process.exit(1);
}

function only(what, object, ...fields) {
  const unknown = Object.keys(object).filter(field => !fields.includes(field));
  unknown.length && fail(`${what} has fields that are not known here: ${unknown.join(", ")}.`);
}

// The keys of a Secret or ConfigMap, as buffers.
function read(kind, name, optional) {
  const object = objects.find(candidate => candidate.kind === kind && candidate.metadata.name === name);
  if (!object) {
    return optional ? {} : fail(`there is no ${kind} ${name}.`);
  }
  const decode = (data, encoding) => Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]);
  return Object.fromEntries(kind === "Secret"
    ? [...decode(object.data, "base64"), ...decode(object.stringData, "utf8")]
    : [...decode(object.data, "utf8"), ...decode(object.binaryData, "base64")]);
}

function environment(container) {
  const variables = new Map();
  for (const source of container.envFrom ?? []) {
    only("envFrom", source, "secretRef", "configMapRef", "prefix");
    const [kind, reference] = source.secretRef ? ["Secret", source.secretRef] : ["ConfigMap", source.configMapRef];
    for (const [key, value] of Object.entries(read(kind, reference.name, reference.optional))) {
      variables.set(`${source.prefix ?? ""}${key}`, value.toString());
    }
  }
  for (const variable of container.env ?? []) {
    only(`the variable ${variable.name}`, variable, "name", "value", "valueFrom");
    if (!variable.valueFrom) {
      // $$(NAME) is $(NAME), and a name that is not known stays as it is.
      const expanded = (variable.value ?? "").replace(/\$\$|\$\(([^)]+)\)/g, (text, known) => text === "$$" ? "$" : variables.get(known) ?? text);
      variables.set(variable.name, expanded);
      continue;
    }
    only(`the variable ${variable.name}`, variable.valueFrom, "secretKeyRef", "configMapKeyRef");
    const [kind, reference] = variable.valueFrom.secretKeyRef ? ["Secret", variable.valueFrom.secretKeyRef] : ["ConfigMap", variable.valueFrom.configMapKeyRef];
    const value = read(kind, reference.name, reference.optional)[reference.key];
    value ?? reference.optional ?? fail(`${kind} ${reference.name} has no key ${reference.key}.`);
    value && variables.set(variable.name, value.toString());
  }
  const urls = variables.get("ASPNETCORE_URLS");
  urls && variables.set("ASPNETCORE_URLS", urls.replace("+:9090", `127.0.0.1:${port}`));
  return variables;
}

// Files of a volume lie behind a link that is replaced as a whole, as in a cluster.
function makeVolume(volume) {
  const folder = `${home}/${volume.name}`;
  mkdirSync(`${folder}/..1`, { recursive: true, mode: 0o755 });
  only(`the volume ${volume.name}`, volume, "name", "secret", "configMap", "emptyDir");
  if (volume.emptyDir) {
    rmSync(`${folder}/..1`, { recursive: true });
    chmodSync(folder, 0o777);
    return folder;
  }
  const [kind, source] = volume.secret ? ["Secret", volume.secret] : ["ConfigMap", volume.configMap];
  only(`the volume ${volume.name}`, source, "secretName", "name", "items", "defaultMode", "optional");
  const data = read(kind, source.secretName ?? source.name, source.optional);
  symlinkSync("..1", `${folder}/..data`);
  for (const { key, path } of source.items ?? Object.keys(data).map(key => ({ key, path: key }))) {
    data[key] ?? fail(`${kind} ${source.secretName ?? source.name} has no key ${key}.`);
    writeFileSync(`${folder}/..1/${path}`, data[key], { mode: source.defaultMode ?? 0o644 });
    symlinkSync(`..data/${path}`, `${folder}/${path}`);
  }
  return folder;
}

const bytes = quantity => {
  const [, number, unit] = /^(\d+)(Ki|Mi|Gi|)$/.exec(quantity) ?? fail(`the quantity ${quantity} is not known here.`);
  return Number(number) * 1024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit);
};

// The options of `podman run` for a container.
function options(pod, container, volumes) {
  only(`the container ${container.name}`, container, "name", "image", "imagePullPolicy", "args", "env", "envFrom", "ports", "livenessProbe", "readinessProbe",
    "resources", "securityContext", "volumeMounts");
  const context = { ...pod.securityContext, ...container.securityContext };
  only("the security context", context, "runAsNonRoot", "runAsUser", "runAsGroup", "seccompProfile", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities");
  const user = context.runAsUser ?? Number(podman("image", "inspect", "--format", "{{.User}}", image ?? container.image).trim());
  (user > 0 && context.runAsNonRoot) || fail(`${container.name} may run as root, or its user is not a number.`);
  (context.seccompProfile?.type ?? "RuntimeDefault") === "RuntimeDefault" || fail("the seccomp profile is not known here.");
  const result = ["--network", "host", "--user", `${user}:${context.runAsGroup ?? 0}`, "--read-only-tmpfs=false", `--read-only=${context.readOnlyRootFilesystem ?? false}`];
  context.allowPrivilegeEscalation === false && result.push("--security-opt", "no-new-privileges");
  context.capabilities?.drop?.forEach(capability => result.push("--cap-drop", capability));
  const { memory, cpu } = container.resources?.limits ?? {};
  memory && result.push("--memory", `${bytes(memory)}`, "--memory-swap", `${bytes(memory)}`);
  cpu && result.push("--cpus", `${cpu.endsWith?.("m") ? parseInt(cpu) / 1000 : cpu}`);
  environment(container).forEach((value, variable) => result.push("--env", `${variable}=${value}`));
  for (const mount of container.volumeMounts ?? []) {
    only(`the mount ${mount.name}`, mount, "name", "mountPath", "readOnly");
    result.push("--volume", `${volumes[mount.name]}:${mount.mountPath}${mount.readOnly ? ":ro" : ""}`);
  }
  return [...result, image ?? container.image, ...(container.args ?? [])];
}

const ask = ({ path, port: named, scheme }, containerPorts) => new Promise(resolve => {
  containerPorts.some(candidate => candidate.name === named || candidate.containerPort === named) || fail(`a probe asks the port ${named}, which the container does not have.`);
  (scheme === "HTTPS" ? https : http)
    .get({ host: "127.0.0.1", port, path, rejectUnauthorized: false, timeout: 2000 }, response => resolve(response.resume().statusCode))
    .on("timeout", function () { this.destroy(); })
    .on("error", () => resolve(0));
});

const pod = objects.find(object => object.kind === "Deployment").spec.template.spec;
only("the pod", pod, "serviceAccountName", "automountServiceAccountToken", "enableServiceLinks", "terminationGracePeriodSeconds", "securityContext", "initContainers",
  "containers", "volumes", "topologySpreadConstraints", "affinity", "nodeSelector", "tolerations", "priorityClassName", "imagePullSecrets");
rmSync(home, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
const volumes = Object.fromEntries((pod.volumes ?? []).map(volume => [volume.name, makeVolume(volume)]));
for (const container of pod.initContainers ?? []) {
  const { status, stdout, stderr } = spawnSync("scripts/ship/podman", ["run", "--rm", "--name", `${name}-${container.name}`, ...options(pod, container, volumes)], { encoding: "utf8" });
  status === 0 || fail(`the init container ${container.name} ended with ${status}: ${stdout}${stderr}`);
  console.log(`scripts/ship/kubelet.mjs: the init container ${container.name} ended with 0: ${JSON.parse(stdout.trim().split("\n").at(-1)).Message}`);
}
const [container] = pod.containers;
podman("run", "--detach", "--name", name, "--stop-timeout", `${pod.terminationGracePeriodSeconds}`, ...options(pod, container, volumes));
const { httpGet, periodSeconds } = container.readinessProbe;
const started = Date.now();
while (await ask(httpGet, container.ports) !== 200) {
  if (Date.now() - started > 60000 || podman("inspect", "--format", "{{.State.Running}}", name).trim() !== "true") {
    spawnSync("scripts/ship/podman", ["logs", name], { stdio: ["ignore", 2, 2] });
    fail(`${name} is not ready.`);
  }
  await new Promise(resolve => setTimeout(resolve, periodSeconds * 1000));
}
await ask(container.livenessProbe.httpGet, container.ports) === 200 || fail(`${name} is ready, but not alive.`);
console.log(`scripts/ship/kubelet.mjs: ${name} is ready`);
