// A stand-in for the API server of a cluster without pods: node scripts/ship/cluster.mjs KUBECONFIG
// Writes the kubeconfig once it listens. Answers what the watch asks: the UID of kube-system, an empty list, and a bookmark each second.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [file] = process.argv.slice(2);
const metadata = { resourceVersion: "1" };

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://cluster");
  const answer = (status, object) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ apiVersion: "v1", ...object }));
  if (pathname === "/api/v1/namespaces/kube-system") {
    answer(200, { kind: "Namespace", metadata: { name: "kube-system", uid: "00000000-0000-0000-0000-000000000001" } });
  } else if (pathname !== "/api/v1/pods") {
    answer(404, { kind: "Status", status: "Failure", reason: "NotFound", code: 404 });
  } else if (!searchParams.has("watch")) {
    answer(200, { kind: "PodList", metadata, items: [] });
  } else {
    response.writeHead(200, { "Content-Type": "application/json" });
    const bookmark = JSON.stringify({ type: "BOOKMARK", object: { kind: "Pod", apiVersion: "v1", metadata } });
    const timer = setInterval(() => response.write(`${bookmark}\n`), 1000);
    const end = setTimeout(() => response.end(), 1000 * (searchParams.get("timeoutSeconds") ?? 300));
    response.on("close", () => { clearInterval(timer); clearTimeout(end); });
  }
});

server.listen(0, "127.0.0.1", () => writeFileSync(file, JSON.stringify({ // which is YAML too
  apiVersion: "v1",
  kind: "Config",
  "current-context": "test",
  clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${server.address().port}` } }],
  users: [{ name: "test", user: { token: "none" } }],
  contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
})));
