// Checks rendered objects: node scripts/ship/objects.mjs FILE…
// No field may be null or an empty map, list or string, which keeps Argo CD out of sync; each object must have the fields of its type and no others;
// pods keep to the restricted Pod Security Standard.
// Leaves in .local/ship/objects.yaml those that Kubernetes 1.20 knows.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const tools = `${process.cwd()}/.local/ship`;
const require = createRequire(`${tools}/`);
const { parseAllDocuments, stringify } = require("yaml");

const objects = process.argv.slice(2).flatMap(file =>
  parseAllDocuments(readFileSync(file, "utf8"), { uniqueKeys: true, version: "1.1" }).flatMap(document => {
    if (document.errors.length) {
      throw document.errors[0];
    }
    const object = document.toJS();
    return object ? [{ object, name: `${file.split("/").at(-1)}: ${object.kind} ${object.metadata?.name}` }] : [];
  }));

const complaints = [];
function findEmpty(value, path, name) {
  if (value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0)) {
    complaints.push(`${name}: ${path} is ${value === null ? "null" : "empty"}.`);
  } else if (typeof value === "object") {
    Object.entries(value).forEach(([key, child]) => findEmpty(child, `${path}.${key}`, name));
  }
}

// The restricted Pod Security Standard, and a root file system that cannot be written.
function checkSecurity({ spec }, name) {
  const must = (holds, rule) => holds || complaints.push(`${name}: ${rule}`);
  must(spec.automountServiceAccountToken === false, "the pod mounts a service account's token.");
  must(spec.securityContext?.runAsNonRoot && spec.securityContext?.seccompProfile?.type === "RuntimeDefault", "the pod may run as root, or without seccomp.");
  must(!(spec.volumes ?? []).some(volume => volume.hostPath) && !spec.hostNetwork && !spec.hostPID && !spec.hostIPC, "the pod uses its host.");
  for (const { securityContext: context, resources, ...container } of [...(spec.initContainers ?? []), ...spec.containers]) {
    must(context?.allowPrivilegeEscalation === false && context.capabilities?.drop?.includes("ALL") && !context.capabilities.add && !context.privileged,
      `${container.name} has privileges.`);
    must(context?.readOnlyRootFilesystem, `${container.name} can write to its root file system.`);
    must(resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory, `${container.name} has no requests or no limit.`);
  }
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
