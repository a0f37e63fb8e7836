import type { Property, ResourceGraph, ResourceNode } from "../analysis/graph";
import { each, when } from "./checks";
import { fail, type Outcome, PASS } from "./rule";

/** What rules on environment variables of containers and functions take for a secret in plain text. */

/** Names of variables that hold secrets, as far as a name tells; `..._ARN`, `..._NAME` and the like only point at one. */
const SECRET_NAME = /(password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|credential)s?$/i;
/** AWS access key ids and private keys, whatever the variable is called. */
const SECRET_VALUE = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

const PARAMETER = "aws:ssm/parameter:Parameter";
/** AWS's resources whose outputs hold secrets; SSM parameters do when they are made for it. */
const GIVES_SECRETS = /^aws:(iam\/accessKey|iam\/userLoginProfile|secretsmanager\/secretVersion):/;

/** What the resource gives is an id, an ARN, a name or an endpoint. */
function givesNoSecret(node: ResourceNode | undefined): boolean {
  if (node === undefined) return false;
  // Pulumi names a component's resources beside it.
  if (!node.custom) return true;
  if (node.type === PARAMETER) {
    const type = node.read("type");
    return type.known && type.value !== "SecureString";
  }
  return node.type.startsWith("aws:") && !GIVES_SECRETS.test(node.type);
}

/** Judges an environment variable; `otherwise` is said of one that holds a secret. */
export function isNoPlainSecret(name: string, value: Property, graph: ResourceGraph, otherwise: string): Outcome {
  const isNamedSo = SECRET_NAME.test(name);
  const { producers } = value;
  const isHarmless = producers.length > 0 && producers.every((urn) => givesNoSecret(graph.get(urn)));
  if (value.unknown && isHarmless && !isNamedSo) return PASS;
  return when(value, (known) => {
    const text = String(known ?? "");
    // A value that is an ARN points at the secret, which the program reads by its own role.
    const isSecret = SECRET_VALUE.test(text) || (isNamedSo && text !== "" && !text.startsWith("arn:"));
    return isSecret ? fail(otherwise, value) : PASS;
  });
}

/** Judges a container's list of variables, each with `name` and `value`; `container` is what a person knows it by. */
export function holdsNoPlainSecret(variables: Property, container: string, graph: ResourceGraph): Outcome {
  return each(variables, (variable) =>
    when(variable.at("name"), (name) =>
      isNoPlainSecret(String(name ?? ""), variable.at("value"), graph, `${container} has a secret in plain text.`),
    ),
  );
}
