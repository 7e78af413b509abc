// Prints the table of the chart's values, from the comments of values.yaml that begin with two dashes.
// Fails when a value has no comment, when the schema knows a value that is not there, or when no value set in ci/ changes a value.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";

const { parse } = createRequire(`${process.cwd()}/.local/ship/`)("yaml");
const chart = "charts/pod-metadata";
const text = readFileSync(`${chart}/values.yaml`, "utf8");
const at = (values, path) => path.split(".").reduce((value, key) => value?.[key], values);

const documented = new Map();
const parents = [];
let comment;
for (const line of text.split("\n")) {
  const key = /^( *)([A-Za-z]\w*):/.exec(line);
  if (key) {
    parents.splice(key[1].length / 2, Infinity, key[2]);
    if (comment) {
      documented.set(parents.join("."), comment);
    }
  }
  comment = /^ *# -- (.*)/.exec(line)?.[1];
}

const values = parse(text);
const complaints = [];
const isMap = value => value && typeof value === "object" && !Array.isArray(value);

(function visit(map, path) {
  for (const [key, value] of Object.entries(map)) {
    const name = [...path, key].join(".");
    if (!documented.has(name)) {
      isMap(value) && Object.keys(value).length ? visit(value, [...path, key]) : complaints.push(`values.yaml: ${name} has no comment.`);
    }
  }
})(values, []);

(function visit(schema, path) {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const name = [...path, key].join(".");
    if (name !== "global" && !documented.has(name)) {
      at(values, name) === undefined ? complaints.push(`values.schema.json: ${name} is not in values.yaml.`) : visit(property, [...path, key]);
    }
  }
})(JSON.parse(readFileSync(`${chart}/values.schema.json`, "utf8")), []);

const sets = readdirSync(`${chart}/ci`).map(file => parse(readFileSync(`${chart}/ci/${file}`, "utf8")));
for (const name of documented.keys()) {
  if (!sets.some(set => at(set, name) !== undefined && !isDeepStrictEqual(at(set, name), at(values, name)))) {
    complaints.push(`ci: no value set changes ${name}.`);
  }
}

if (complaints.length) {
  console.error(complaints.join("\n"));
  process.exit(1);
}

console.log("| Value | Default | Meaning |\n|---|---|---|");
for (const [name, meaning] of documented) {
  const value = at(values, name);
  const empty = value === "" || (typeof value === "object" && Object.keys(value).length === 0);
  const shown = typeof value === "string" ? value : JSON.stringify(value).replaceAll(/"((?![\d.]+"|true"|false")[^"]*)"/g, "$1").replaceAll(/([,:])(?=\S)/g, "$1 ");
  console.log(`| \`${name}\` | ${empty ? "" : `\`${shown}\``} | ${meaning.replaceAll("|", "\\|")} |`);
}
