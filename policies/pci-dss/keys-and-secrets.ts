import { X509Certificate } from "node:crypto";
import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import {
  concernsAction,
  isEveryone,
  isPublic,
  type PolicyStatement,
  statementsOf,
} from "../../analysis/policy-document";
import { reach, secretReaders, undeclaredHolder } from "../../analysis/secret-readers";
import { andThen, atLeast, customerKey, each, isGiven, isTrue, joined, oneOf, on, when } from "../checks";
import { publicStatements } from "../policy-statements";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { keysAndSecrets } from "../catalogue/keys-and-secrets";

const KEY = "aws:kms/key:Key";
const SECRET = "aws:secretsmanager/secret:Secret";
const SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";

const REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey";
const KEYS = [KEY, REPLICA_KEY, "aws:kms/externalKey:ExternalKey", "aws:kms/replicaExternalKey:ReplicaExternalKey"];
const KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy";
/** What KMS takes when the program gives nothing. */
const DEFAULT_WINDOW_DAYS = 30;

/** The statements of a policy that stands in the resource itself, in a resource of its own, or in both. */
function withStatements(
  node: ResourceNode,
  graph: ResourceGraph,
  [type, property]: readonly [type: string, property: string],
  judge: (statements: readonly PolicyStatement[], satellites: readonly ResourceNode[]) => Outcome,
): Outcome {
  return joined(graph.referring(type, property, node), (satellites) => {
    const statements: PolicyStatement[] = [];
    for (const holder of [node, ...satellites]) {
      const document = statementsOf(holder.property("policy"));
      if (!document.known) return undetermined(document);
      statements.push(...document.value);
    }
    return judge(statements, satellites);
  });
}

const isRoot = (principal: string) => /^\d{12}$/.test(principal) || /^arn:[^:]+:iam::\d{12}:root$/.test(principal);

const ADMINISTRATION = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey"];
const USE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"];

/** Principals that may both administer and use the key; the account itself, which leaves it to IAM policies, is none. */
function withBothDuties(statements: readonly PolicyStatement[]): string[] {
  const duties = new Map<string, Set<string>>();
  for (const statement of statements.filter(({ allow }) => allow)) {
    const held = [ADMINISTRATION, USE].filter((actions) => actions.some((action) => concernsAction(statement, action)));
    for (const principal of Object.values(statement.principals).flat()) {
      if (isRoot(principal)) continue;
      const own = duties.get(principal) ?? new Set();
      for (const duty of held) own.add(duty === USE ? "use" : "administration");
      duties.set(principal, own);
    }
  }
  return [...duties].filter(([, held]) => held.size > 1).map(([principal]) => principal);
}

const ATTESTATION = "kms:recipientattestation:";

function asksForAttestation({ conditions }: PolicyStatement): boolean {
  return conditions.some(({ key }) => key.startsWith(ATTESTATION));
}

/** Held to the measurements of one image. A debug enclave has zeros for all of them. */
function isAttested({ conditions }: PolicyStatement): boolean {
  return conditions.some(
    ({ key, operator, ifExists, qualifier, values }) =>
      key.startsWith(ATTESTATION) &&
      /^StringEquals(IgnoreCase)?$/.test(operator) &&
      !ifExists &&
      qualifier !== "ForAllValues" &&
      values.every((value) => !/^0+$/.test(value) && !/[*?]/.test(value)),
  );
}

/** Refuses everybody who shows no measurement, or another one. */
function deniesWithoutAttestation(statement: PolicyStatement, action: string): boolean {
  const [condition, ...more] = statement.conditions;
  if (statement.allow || !isEveryone(statement) || !concernsAction(statement, action)) return false;
  if (condition === undefined || more.length > 0 || !condition.key.startsWith(ATTESTATION)) return false;
  return (
    /^StringNotEquals(IgnoreCase)?$/.test(condition.operator) ||
    (condition.operator === "Null" && condition.values.every((value) => value === "true"))
  );
}

/** What an enclave can ask of KMS with its attestation document. */
const ENCLAVE_ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey"];

function attestedOnly(statements: readonly PolicyStatement[]): Outcome {
  const open = ENCLAVE_ACTIONS.flatMap((action) => {
    if (statements.some((statement) => deniesWithoutAttestation(statement, action))) return [];
    return statements
      .filter((statement) => statement.allow && concernsAction(statement, action) && !isAttested(statement))
      .map((statement) => fail(`${action} is allowed without the enclave's attestation.`, statement.path));
  });
  return all(PASS, ...open);
}

/** Statements of every key of the program; the policies that are not known yet are left out. */
function someKeyAsksForAttestation(graph: ResourceGraph): boolean {
  return graph.once("keys for enclaves", () =>
    graph.ofType(...KEYS, KEY_POLICY).some((node) => {
      const document = statementsOf(node.property("policy"));
      return document.known && document.value.some(asksForAttestation);
    }),
  );
}

function enclaveHasKey(node: ResourceNode, graph: ResourceGraph): Outcome {
  return when(node.property("enclaveOptions.enabled"), (enabled) => {
    if (!isTrue(enabled)) return notApplicable("It runs no enclave.");
    if (graph.ofType(...KEYS).length === 0) return notApplicable("The keys are made elsewhere.");
    return someKeyAsksForAttestation(graph)
      ? PASS
      : fail("It runs an enclave, but no key of the program asks for its attestation.", "enclaveOptions");
  });
}

/** Longest time in days between two runs of a schedule; undefined when it can not be told. */
function longestInterval(schedule: string): number | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule);
  if (rate) return Number(rate[1]) / { minute: 1440, hour: 24, day: 1 }[rate[2] as "minute" | "hour" | "day"];
  const months = /^cron\(\S+ \S+ \S+ (\S+) \S+ \*\)$/.exec(schedule)?.[1];
  if (months === undefined) return undefined;
  const step = /^(?:\*|1)\/(\d+)$/.exec(months)?.[1];
  if (months === "*" || step !== undefined) return 31 * Number(step ?? 1);
  return undefined;
}

function rotates(rotation: ResourceNode, mostDays: number): Outcome {
  const rules = rotation.property("rotationRules");
  const schedule = rules.at("scheduleExpression");
  return all(
    on(rotation.property("rotationEnabled"), "Rotation is switched off.", true),
    when(rules.at("automaticallyAfterDays"), (days) =>
      when(schedule, (expression) => {
        const interval = typeof expression === "string" ? longestInterval(expression) : Number(days ?? Infinity);
        return interval !== undefined && interval <= mostDays
          ? PASS
          : fail(`It is not rotated every ${mostDays} days.`, rules);
      }),
    ),
  );
}

/** Says who replaces the value where no function can: a certificate, the credentials at a third party. */
const ROTATED_BY = 'tags["palisade:rotated-by"]';

/**
 * PCI DSS 8.6.3 lets a targeted risk analysis say how often the password of a system account is changed. Where a third party gives the value, no function can
 * change it, and the program says who does; the evidence shows it as such, not as passed.
 */
function byHand(secret: ResourceNode): Outcome {
  const tag = secret.property(ROTATED_BY);
  return when(tag, (value) => {
    if (value === undefined) return fail("Nothing rotates it.");
    const days = Number(/ every (\d+) days$/.exec(String(value))?.[1] ?? Infinity);
    return days <= 366
      ? notApplicable(`No function can rotate it; by hand: ${String(value)}.`)
      : fail("The tag does not say who rotates it and how often, within a year.", tag);
  });
}

/** Readers that the secret's own policy lets in: they must be roles of this program, or the account itself, whose IAM policies then decide. */
function policyReaders(statements: readonly PolicyStatement[], graph: ResourceGraph): Outcome {
  const roles = graph.once(
    "names of roles",
    () => new Set(graph.ofType("aws:iam/role:Role").map(({ outputs }) => String(outputs.name))),
  );
  const readers = statements.filter(
    (statement) => statement.allow && concernsAction(statement, "secretsmanager:GetSecretValue"),
  );
  return all(
    PASS,
    ...readers.flatMap((statement): Outcome[] => {
      if (isPublic(statement)) return [fail("Its policy names no reader.", statement.path)];
      return (statement.principals.AWS ?? []).map((principal) => {
        const account = /^\d{12}$/.test(principal) ? principal : principal.split(":")[4];
        if (graph.account === undefined) return { kind: "undetermined", path: statement.path, producers: [] };
        if (account !== graph.account) return fail(`${principal} is of another account.`, statement.path);
        const role = /:role\/(?:.*\/)?([^/]+)$/.exec(principal)?.[1];
        if (isRoot(principal) || (role !== undefined && roles.has(role))) return PASS;
        return fail(`${principal} is no role of this program.`, statement.path);
      });
    }),
  );
}

function identityReaders(secret: ResourceNode, graph: ResourceGraph): Outcome {
  const { statements, hole } = secretReaders(graph);
  const found = statements.flatMap(({ holder, statement }): Outcome[] => {
    const way = reach(statement, secret);
    if (way === "none") return [];
    if (way === "wide")
      return [fail(`${holder.name} lets it be read among others, by a wildcard (${statement.path}).`)];
    const stranger = undeclaredHolder(holder, graph);
    return stranger === undefined ? [] : [fail(`${holder.name} lets it be read by the ${stranger}.`)];
  });
  return all(PASS, ...found, ...(hole === undefined ? [] : [undetermined(hole)]));
}

const CERTIFICATE = "aws:acm/certificate:Certificate";
const SHORTEST_RSA_BITS = 2048;

/** An imported certificate brings its key's length with it; AWS makes the others as keyAlgorithm says. */
function keyLength(node: ResourceNode): Outcome {
  const imported = node.property("certificateBody");
  if (imported.absent) {
    const algorithm = node.property("keyAlgorithm");
    return when(algorithm, (name) =>
      name === "RSA_1024" ? fail("Its key has 1,024 bits, which can be broken.", algorithm) : PASS,
    );
  }
  return when(imported, (pem) => {
    const bits = rsaBits(String(pem));
    if (bits === "unreadable") return fail("It can not be read as a certificate.", imported);
    return bits === undefined || bits >= SHORTEST_RSA_BITS
      ? PASS
      : fail(`Its key has ${bits} bits, which can be broken.`, imported);
  });
}

/** Undefined for a key that is not RSA. */
function rsaBits(pem: string): number | undefined | "unreadable" {
  try {
    return new X509Certificate(pem).publicKey.asymmetricKeyDetails?.modulusLength;
  } catch {
    return "unreadable";
  }
}

export const keyAndSecretRules: readonly Rule[] = implement(keysAndSecrets, {
  "kms-key-rotation": {
    types: [KEY],
    check(node) {
      if (!node.property("customKeyStoreId").absent)
        return notApplicable("AWS does not rotate keys of a custom key store: the store's owner does.");
      return when(node.property("customerMasterKeySpec"), (spec) =>
        spec === undefined || spec === "SYMMETRIC_DEFAULT"
          ? on(node.property("enableKeyRotation"), "The key does not rotate.")
          : notApplicable(`AWS does not rotate ${String(spec)} keys.`),
      );
    },
  },
  "kms-key-not-public": {
    types: [...KEYS, KEY_POLICY],
    check(node) {
      const document = statementsOf(node.property("policy"));
      return document.known ? publicStatements(document.value) : undetermined(document);
    },
  },
  "kms-key-duties": {
    types: KEYS,
    check(node, graph) {
      return withStatements(node, graph, [KEY_POLICY, "keyId"], (statements, satellites) => {
        const own = node.property("policy");
        if (satellites.length > 1 || (satellites.length > 0 && isGiven(own)))
          return fail("More than one resource sets its policy: each overwrites the other.", own);
        if (own.absent && satellites.length === 0) return fail("No policy says who administers and who uses it.");
        const both = withBothDuties(statements);
        return both.length === 0 ? PASS : fail(`${both.join(", ")} may both administer and use it.`, own);
      });
    },
  },
  "kms-key-deletion": {
    types: KEYS,
    settings: ["minimumDeletionDays"],
    check(node, _, { minimumDeletionDays }) {
      if (node.protect) return PASS;
      const days = node.property("deletionWindowInDays");
      return atLeast(days, minimumDeletionDays, "A deletion leaves few days to notice it.", DEFAULT_WINDOW_DAYS);
    },
  },
  "kms-enclave-attestation": {
    types: [...KEYS, "aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"],
    check(node, graph) {
      if (!KEYS.includes(node.type)) return enclaveHasKey(node, graph);
      return withStatements(node, graph, [KEY_POLICY, "keyId"], (statements) =>
        statements.some(asksForAttestation) ? attestedOnly(statements) : notApplicable("No enclave uses it."),
      );
    },
  },
  "secret-customer-key": {
    types: [SECRET],
    check(node, graph) {
      return all(
        customerKey(node.property("kmsKeyId"), graph, "The secret has no customer key."),
        each(node.property("replicas"), (replica) =>
          customerKey(replica.at("kmsKeyId"), graph, "A replica has no customer key."),
        ),
      );
    },
  },
  "secret-rotation": {
    types: [SECRET],
    settings: ["maximumRotationDays"],
    check(node, graph, { maximumRotationDays }) {
      const found = graph.referring("aws:secretsmanager/secretRotation:SecretRotation", "secretId", node);
      return joined(found, (rotations) =>
        rotations.length === 0
          ? byHand(node)
          : any(
              rotations.map((rotation) => rotates(rotation, maximumRotationDays)),
              fail("It is not rotated in time."),
            ),
      );
    },
  },
  "secret-declared-readers": {
    types: [SECRET],
    check(node, graph) {
      return all(
        withStatements(node, graph, [SECRET_POLICY, "secretArn"], (statements) => policyReaders(statements, graph)),
        identityReaders(node, graph),
      );
    },
  },
  "acm-key-length": { types: [CERTIFICATE], check: keyLength },
  "secret-not-public": {
    types: [SECRET, SECRET_POLICY],
    check(node) {
      const document = statementsOf(node.property("policy"));
      return document.known ? publicStatements(document.value) : undetermined(document);
    },
  },
  "ecr-customer-key": {
    types: ["aws:ecr/repository:Repository"],
    check(node, graph) {
      const settings = node.property("encryptionConfigurations");
      if (settings.unknown) return undetermined(settings);
      const first = settings.at("[0]");
      return andThen(
        oneOf(first.at("encryptionType"), ["KMS", "KMS_DSSE"], "Images are encrypted with a key that S3 owns."),
        () => customerKey(first.at("kmsKey"), graph, "Images have no customer key."),
      );
    },
  },
  "ecr-scan-on-push": {
    types: ["aws:ecr/repository:Repository"],
    check(node, graph) {
      if (graph.ofType("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration").length > 0) return PASS;
      return on(node.property("imageScanningConfiguration.scanOnPush"), "Images are not scanned.");
    },
  },
  "ecr-immutable-tags": {
    types: ["aws:ecr/repository:Repository"],
    check(node) {
      return oneOf(node.property("imageTagMutability"), ["IMMUTABLE"], "Tags can be overwritten.");
    },
  },
  "ecr-lifecycle": {
    types: ["aws:ecr/repository:Repository"],
    check(node, graph) {
      return joined(graph.referring("aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", node), (policies) =>
        policies.length > 0 ? PASS : fail("Images are kept for ever."),
      );
    },
  },
});
