import { KINDS, NAME_RULES } from "../../simulator/kubernetes-kinds";
import type { RecordedResource } from "../../simulator";

type Json = Readonly<Record<string, unknown>>;

const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

/** What the API server refuses of a manifest that its schema takes: its validation is in code. The rules that components could break. */
export function ruleProblems({ type, name: logicalName, inputs }: RecordedResource): string[] {
  const problems: string[] = [];
  const hold = (holds: boolean, problem: string) => void (holds || problems.push(`${logicalName}: ${problem}`));
  const { name = "", labels = {}, annotations = {} } = fields(inputs.metadata);
  const { pattern, maxLength } = NAME_RULES[KINDS[type]?.name ?? "subdomain"];
  hold(pattern.test(String(name)) && String(name).length <= maxLength, `metadata.name is ${String(name)}`);
  hold(
    KINDS[type]?.namespaced === "namespace" in fields(inputs.metadata),
    "namespace of what has none, or none of what has",
  );

  const spec = fields(inputs.spec);
  const template = fields(spec.template ?? fields(fields(spec.jobTemplate).spec).template);
  const templateMeta = fields(template.metadata);
  for (const [key, value] of [...entries(labels), ...entries(templateMeta.labels)]) {
    hold(LABEL_KEY.test(key) && LABEL_VALUE.test(String(value)), `label ${key}: ${String(value)}`);
  }
  for (const [key, value] of [...entries(annotations), ...entries(templateMeta.annotations)]) {
    hold(LABEL_KEY.test(key) && typeof value === "string", `annotation ${key}: ${String(value)}`);
  }
  if (type.endsWith(":Deployment")) {
    for (const [key, value] of entries(fields(spec.selector).matchLabels)) {
      hold(fields(templateMeta.labels)[key] === value, `selector ${key} is not among the template's labels`);
    }
  }
  podProblems(fields(template.spec), hold);
  return problems;
}

function podProblems(spec: Json, hold: (holds: boolean, problem: string) => void): void {
  const volumes = new Set(list(spec.volumes).map(({ name }) => name));
  for (const container of list(spec.containers)) {
    const ports = list(container.ports).map(({ name }) => name);
    for (const port of ports) hold(PORT_NAME.test(String(port)), `port's name ${String(port)}`);
    for (const { name } of list(container.volumeMounts)) hold(volumes.has(name), `no volume ${String(name)}`);
    const variables = list(container.env).map(({ name }) => name);
    hold(new Set(variables).size === variables.length, "a variable is given twice");
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
      const { port } = fields(fields(container[probe]).httpGet);
      hold(typeof port !== "string" || ports.includes(port), `${probe} of no port: ${String(port)}`);
    }
    const { requests, limits } = fields(container.resources);
    for (const [resource, value] of entries(limits)) {
      hold(fields(requests)[resource] === value, `limit of ${resource} is not what is asked for`);
    }
  }
}

const fields = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
const entries = (value: unknown): [string, unknown][] => Object.entries(fields(value));
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(fields) : []);
