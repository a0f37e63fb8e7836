// Makes tests/support/kubernetes-schemas.json anew, from Go modules in their downloaded folders (Apache-2.0):
//   go mod download -json k8s.io/kubernetes@v1.36.3 github.com/aws/amazon-vpc-resource-controller-k8s@v1.8.2 sigs.k8s.io/secrets-store-csi-driver@v1.4.8
//   node bin/kubernetes-schemas.mjs KUBERNETES_DIR VPC_RESOURCE_CONTROLLER_DIR SECRETS_STORE_DIR
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const [kubernetes, controller, secretsStore] = process.argv.slice(2);
if (secretsStore === undefined) {
  console.error("Give the folders of the three modules: node bin/kubernetes-schemas.mjs KUBERNETES CONTROLLER STORE");
  process.exit(2);
}
const target = join(dirname(dirname(fileURLToPath(import.meta.url))), "tests", "support", "kubernetes-schemas.json");
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The kinds that components make, and their neighbours. */
const KINDS = [
  ...["Namespace", "ConfigMap", "Secret", "Service", "ServiceAccount", "LimitRange", "ResourceQuota"].map(
    (kind) => `core.v1.${kind}`,
  ),
  ...["PersistentVolumeClaim", "Pod"].map((kind) => `core.v1.${kind}`),
  ...["Deployment", "StatefulSet", "DaemonSet"].map((kind) => `apps.v1.${kind}`),
  ...["Job", "CronJob"].map((kind) => `batch.v1.${kind}`),
  ...["Ingress", "NetworkPolicy"].map((kind) => `networking.v1.${kind}`),
  ...["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"].map((kind) => `rbac.v1.${kind}`),
  "policy.v1.PodDisruptionBudget",
  "autoscaling.v2.HorizontalPodAutoscaler",
  "scheduling.v1.PriorityClass",
  "storage.v1.StorageClass",
];
const CUSTOM = [
  join(controller, "config/crd/bases/vpcresources.k8s.aws_securitygrouppolicies.yaml"),
  join(secretsStore, "config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml"),
];

const { definitions } = JSON.parse(readFileSync(join(kubernetes, "api/openapi-spec/swagger.json"), "utf8"));
const kept = {};
const kinds = {};
for (const name of KINDS) keep(`io.k8s.api.${name}`);
for (const name of KINDS) {
  const id = `io.k8s.api.${name}`;
  for (const { group, version, kind } of definitions[id]["x-kubernetes-group-version-kind"]) {
    kinds[`${group === "" ? version : `${group}/${version}`} ${kind}`] = id;
  }
}
for (const file of CUSTOM) {
  const { spec } = parse(readFileSync(file, "utf8"));
  for (const { name: version, schema, deprecated } of spec.versions) {
    if (deprecated) continue;
    const id = `${spec.group}.${version}.${spec.names.kind}`;
    const { openAPIV3Schema } = schema;
    openAPIV3Schema.properties.metadata = { $ref: `#/definitions/${META}` };
    kept[id] = slim(openAPIV3Schema);
    kinds[`${spec.group}/${version} ${spec.names.kind}`] = id;
  }
}

function keep(id) {
  if (id in kept) return;
  const definition = definitions[id];
  if (definition === undefined) throw new Error(`${id} is no definition.`);
  kept[id] = slim(definition);
  for (const [, other] of JSON.stringify(definition).matchAll(/"#\/definitions\/([^"]+)"/g)) keep(other);
}

/** Without what is said to people and to kubectl; a `properties` key is a set of fields, whatever their names. */
function slim(schema) {
  const result = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "description" || key === "default" || key.startsWith("x-kubernetes-")) continue;
    if (key === "properties")
      result[key] = Object.fromEntries(Object.entries(value).map(([field, one]) => [field, slim(one)]));
    else
      result[key] =
        key === "items" || key === "additionalProperties" ? (typeof value === "object" ? slim(value) : value) : value;
  }
  return result;
}

const byName = ([a], [b]) => (a < b ? -1 : 1);
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(byName));
const schemas = { kinds: sorted(kinds), definitions: sorted(kept) };
const table = {
  about: "Kubernetes' own schemas of the kinds that we make, made by bin/kubernetes-schemas.mjs; do not edit.",
  sources: [kubernetes, controller, secretsStore].map((folder) => basename(folder.replace(/\/$/, ""))),
  licence: "Apache-2.0, (c) The Kubernetes Authors; (c) Amazon.com, Inc. or its affiliates",
  sha256: createHash("sha256").update(JSON.stringify(schemas)).digest("hex"),
  ...schemas,
};
writeFileSync(target, `${JSON.stringify(table)}\n`);
console.log(`${Object.keys(kept).length} definitions for ${Object.keys(kinds).length} kinds written to ${target}`);
