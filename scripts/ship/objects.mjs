// Checks rendered objects: node scripts/ship/objects.mjs FILE…
// No field may be null or an empty map, list or string, which keeps Argo CD out of sync; each object must have the fields of its type and no others;
// pods keep to the restricted Pod Security Standard, and have rights in the cluster only where they watch it, and then no more than that needs.
// Leaves in .local/ship/objects.yaml those that Kubernetes 1.20 knows.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";

const tools = `${process.cwd()}/.local/ship`;
const require = createRequire(`${tools}/`);
const { parseAllDocuments, stringify } = require("yaml");

// What the watch needs, as docs/watch.md says it.
const watchRules = [
  { apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"] },
  { apiGroups: ["apps"], resources: ["replicasets", "deployments", "statefulsets", "daemonsets"], verbs: ["get"] },
  { apiGroups: [""], resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] },
];

const objects = process.argv.slice(2).flatMap(file =>
  parseAllDocuments(readFileSync(file, "utf8"), { uniqueKeys: true, version: "1.1" }).flatMap(document => {
    if (document.errors.length) {
      throw document.errors[0];
    }
    const object = document.toJS();
    return object ? [{ object, file, name: `${file.split("/").at(-1)}: ${object.kind} ${object.metadata?.name}` }] : [];
  }));

const complaints = [];
function findEmpty(value, path, name) {
  if (/\.apiGroups\.\d+$/.test(path) && value === "") {
    return; // the core group's name
  }
  if (value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0)) {
    complaints.push(`${name}: ${path} is ${value === null ? "null" : "empty"}.`);
  } else if (typeof value === "object") {
    Object.entries(value).forEach(([key, child]) => findEmpty(child, `${path}.${key}`, name));
  }
}

const watches = spec => spec.containers.some(container => (container.env ?? []).some(({ name, value }) => name === "Kubernetes__Watch" && value === "true"));

// The rights of the pods of a file: none, or the watch's, bound to the account that the pods have.
function checkRights(file, all) {
  const must = (holds, rule) => holds || complaints.push(`${file.split("/").at(-1)}: ${rule}`);
  const of = kind => all.filter(({ object }) => object.kind === kind).map(({ object }) => object);
  const [deployment] = of("Deployment");
  const roles = of("ClusterRole");
  const bindings = of("ClusterRoleBinding");
  must(of("Role").length + of("RoleBinding").length === 0, "there is a Role or a RoleBinding.");
  if (!watches(deployment.spec.template.spec)) {
    must(roles.length + bindings.length === 0, "there are rights, and nobody watches.");
    return;
  }
  must(isDeepStrictEqual(roles.map(({ rules }) => rules), [watchRules]), "the rights are not those that the watch needs.");
  const { roleRef, subjects } = bindings.length === 1 ? bindings[0] : {};
  must(isDeepStrictEqual(roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roles[0]?.metadata.name }), "another role than that of the watch is bound.");
  must(subjects?.length === 1 && subjects[0].kind === "ServiceAccount" && subjects[0].name === deployment.spec.template.spec.serviceAccountName && subjects[0].namespace,
    "the rights are not those of the pods' service account.");
}

// The restricted Pod Security Standard, and a root file system that cannot be written.
function checkSecurity({ spec }, name) {
  const must = (holds, rule) => holds || complaints.push(`${name}: ${rule}`);
  must(spec.automountServiceAccountToken === watches(spec), "the pod mounts a service account's token without watching the cluster, or watches it without a token.");
  must(!(spec.volumes ?? []).some(volume => volume.projected), "the pod mounts a token of its own.");
  must(spec.securityContext?.runAsNonRoot && spec.securityContext?.seccompProfile?.type === "RuntimeDefault", "the pod may run as root, or without seccomp.");
  must(!(spec.volumes ?? []).some(volume => volume.hostPath) && !spec.hostNetwork && !spec.hostPID && !spec.hostIPC, "the pod uses its host.");
  for (const { securityContext: context, resources, ...container } of [...(spec.initContainers ?? []), ...spec.containers]) {
    must(context?.allowPrivilegeEscalation === false && context.capabilities?.drop?.includes("ALL") && !context.capabilities.add && !context.privileged,
      `${container.name} has privileges.`);
    must(context?.readOnlyRootFilesystem, `${container.name} can write to its root file system.`);
    must(resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory, `${container.name} has no requests or no limit.`);
  }
}

for (const file of new Set(objects.map(({ file }) => file))) {
  checkRights(file, objects.filter(object => object.file === file));
}

const declarations = [];
for (const { object, name } of objects) {
  findEmpty(object, object.kind, name);
  if (object.kind === "Deployment") {
    checkSecurity(object.spec.template, name);
  }
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
  const library = group === "monitoring.coreos.com" ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
  const module = [library, group, version, object.kind].filter(Boolean).join("/");
  try {
    new (require(module)[object.kind])(object).validate();
  } catch (error) {
    complaints.push(`${name}: ${error.message}`);
  }
  declarations.push({ name, code: `export const o${declarations.length}: import("${module}").I${object.kind} = ${JSON.stringify(object)};` });
}

// The library's validation takes any field; TypeScript knows no others than a literal's type has.
writeFileSync(`${tools}/objects.ts`, declarations.map(declaration => `${declaration.code}\n`).join(""));
try {
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext", "--pretty", "false"];
  execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), ...options, `${tools}/objects.ts`], { encoding: "utf8", cwd: tools });
} catch (error) {
  for (const line of (error.stdout ?? String(error)).trim().split("\n")) {
    const place = /objects\.ts\((\d+),\d+\): (?:error )?(.*)/.exec(line);
    complaints.push(place ? `${declarations[place[1] - 1].name}: ${place[2]}` : line);
  }
}

if (complaints.length) {
  console.error([...new Set(complaints)].join("\n"));
  process.exit(1);
}

const old = objects
  .filter(({ object }) => !object.apiVersion.startsWith("monitoring."))
  .map(({ object }) => ({ ...object, apiVersion: object.apiVersion.replace(/^policy\/v1$/, "policy/v1beta1") })); // the same fields
writeFileSync(`${tools}/objects.yaml`, old.map(object => stringify(object, { version: "1.1" })).join("---\n"));
console.log(`${objects.length} objects`);
