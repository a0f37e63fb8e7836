import { needsAnyResource } from "../../analysis/authorization/services";
import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { concernsAction, type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { each, notEmpty, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { identityPolicies } from "../catalogue/identity-policies";
import { ATTACHMENTS, IDENTITY_POLICIES, identityAllowing, identityDocuments, isOnlyBoundary, ROLE } from "./documents";

const isEverything = (pattern: string) => /^\*+(:\*+)?$/.test(pattern);
const isWholeService = (pattern: string) => /^[a-z0-9-]+:\*+$/i.test(pattern);

/** `*`, or an ARN that fits every resource of a service. */
const isAnyResource = (resource: string) =>
  /^\*+$/.test(resource) || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$/.test(resource);
const reachesAnyResource = (statement: PolicyStatement) =>
  statement.allResourcesBut || statement.resources.some(isAnyResource);

/**
 * What a Lambda function in a VPC asks EC2 for. AWS: "either specify a unique resource ID in your policy, or give all"; the ids of a function's
 * network interfaces are not known beforehand (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions).
 */
const VPC_FUNCTION = new Set([
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:UnassignPrivateIpAddresses",
]);

/** Conditions that narrow `Resource: "*"` to some resources. */
const isNarrowing = (key: string) =>
  /(^|:)resourcetag\//.test(key) || /^(ecs:cluster|kms:resourcealiases|kms:encryptioncontext:.+)$/.test(key);

/** Decryption, which opens every store behind a key. */
const DECRYPTION = ["kms:Decrypt", "kms:ReEncryptFrom"];
/** `key/*` in any account and Region, or wider. */
const isAnyKey = (resource: string) =>
  isAnyResource(resource) || /^arn:[^:]*:kms:[^:]*:[^:]*:(key|alias)\/\*$/.test(resource);
const isAnyRole = (resource: string) => isAnyResource(resource) || /^arn:[^:]*:iam::[^:]*:role\/\*$/.test(resource);

const FULL_ACCESS = /^(\w*FullAccess|PowerUserAccess|AdministratorAccess.*)$/;

/** Judges the name of an attached policy of AWS. One made in this program is judged where it stands. */
function attached(arn: Property, graph: ResourceGraph, isBad: (name: string) => boolean): Outcome {
  if (graph.resolve(arn, "aws:iam/policy:Policy").nodes.length > 0) return PASS;
  return when(arn, (value) => {
    const name = /^arn:[^:]+:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(String(value))?.[1];
    return name !== undefined && isBad(name) ? fail(`${name} is attached.`, arn) : PASS;
  });
}

function supportRole(graph: ResourceGraph): Outcome {
  const isElsewhere = graph.ofType("palisade:security:AccountBaseline").some((baseline) => {
    const existing = baseline.read("existing");
    return existing.known && Array.isArray(existing.value) && existing.value.includes("supportRole");
  });
  if (isElsewhere) return notApplicable("Another stack declares it.");
  const attached = [
    ...graph.ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment").map((node) => node.property("policyArn")),
    ...graph.ofType(ROLE).flatMap((role) => role.property("managedPolicyArns").items),
    ...graph
      .ofType("aws:iam/policyAttachment:PolicyAttachment")
      .filter((node) => node.property("roles").unknown || node.property("roles").items.length > 0)
      .map((node) => node.property("policyArn")),
  ];
  const missing = fail("No role has AWSSupportAccess.");
  return any(
    // An ARN that is not known yet is that of a policy which the program makes.
    attached
      .filter(({ unknown }) => !unknown)
      .map((arn) => when(arn, (value) => (/:aws:policy\/AWSSupportAccess$/.test(String(value)) ? PASS : missing))),
    missing,
  );
}

/** A user or a group needs a membership that leads to it and to at least one of the others. */
function memberships(
  node: ResourceNode,
  graph: ResourceGraph,
  ofGroup: string,
  ofUser: string,
  message: string,
): Outcome {
  const joins = [
    graph.referring("aws:iam/groupMembership:GroupMembership", ofGroup, node),
    graph.referring("aws:iam/userGroupMembership:UserGroupMembership", ofUser, node),
  ];
  const others = joins.flatMap(({ nodes }) => nodes).map((membership) => otherEnd(membership));
  const uncertain = joins.flatMap((join) => join.uncertain);
  const outcomes = [...others.map((list) => notEmpty(list, message)), ...uncertain.map(undetermined)];
  return any(outcomes, fail(message));
}

function otherEnd(membership: ResourceNode): Property {
  return membership.property(membership.type.endsWith(":GroupMembership") ? "users" : "groups");
}

/** By which a role that may call it is bounded no longer. */
const SHEDDING = "iam:DeleteRolePermissionsBoundary";

/** Denies whatever is outside of something, e.g. of some Regions. */
function isFence({ allow, actions, allActionsBut, resources, allResourcesBut, conditions }: PolicyStatement): boolean {
  if (allow || !(allActionsBut || actions.some(isEverything))) return false;
  return allResourcesBut || (resources.some(isAnyResource) && conditions.length > 0);
}

/** A boundary grants nothing, so it may allow whole services; what it must not do is to leave everything open. */
function bounds(statements: readonly PolicyStatement[]): Outcome {
  const isFenced = statements.some(isFence);
  const holdsOn = statements.some((one) => !one.allow && concernsAction(one, SHEDDING) && !isFence(one));
  return all(
    PASS,
    ...statements
      .filter(({ allow }) => allow)
      .map((statement): Outcome => {
        const { actions, allActionsBut, resources, allResourcesBut, path } = statement;
        if (!isFenced && (allActionsBut || actions.some(isEverything))) return fail("It bounds no action.", path);
        const isOpen = statement.conditions.length === 0 && (allResourcesBut || resources.some(isAnyRole));
        if (isOpen && !holdsOn && concernsAction(statement, SHEDDING)) return fail("A role may shed it.", path);
        if (isFenced || statement.conditions.some(({ key }) => isNarrowing(key))) return PASS;
        const opens = DECRYPTION.some((action) => concernsAction(statement, action));
        if (opens && resources.some(isAnyKey)) return fail("It lets a role decrypt with every key.", path);
        const wide = actions.filter((action) => !needsAnyResource(action) && !VPC_FUNCTION.has(action));
        return reachesAnyResource(statement) && wide.length > 0
          ? fail(`It leaves ${wide.join(", ")} open on every resource, and denies nothing.`, path)
          : PASS;
      }),
  );
}

export const identityPolicyRules: readonly Rule[] = implement(identityPolicies, {
  "iam-no-administrator": {
    types: [...IDENTITY_POLICIES, ...ATTACHMENTS],
    check(node, graph) {
      const administrator = (arn: Property) => attached(arn, graph, (name) => name === "AdministratorAccess");
      if (ATTACHMENTS.includes(node.type)) return administrator(node.property("policyArn"));
      const named = node.type === ROLE ? each(node.property("managedPolicyArns"), administrator) : [];
      const own = identityAllowing(node, graph, (statement) =>
        statement.actions.some(isEverything) && reachesAnyResource(statement)
          ? fail("It allows everything on everything.", statement.path)
          : PASS,
      );
      return all(own, named);
    },
  },
  "iam-no-service-wildcard": {
    types: IDENTITY_POLICIES,
    check(node, graph) {
      return identityAllowing(node, graph, (statement) => {
        if (statement.allActionsBut) return fail("NotAction allows whatever it does not name.", statement.path);
        const wide = statement.actions.filter((action) => isWholeService(action) || isEverything(action));
        return wide.length > 0 ? fail(`It allows ${wide.join(", ")}.`, statement.path) : PASS;
      });
    },
  },
  "iam-exact-actions": {
    types: IDENTITY_POLICIES,
    check(node, graph) {
      return identityAllowing(node, graph, (statement) => {
        const patterns = statement.actions.filter(
          (action) => /[*?]/.test(action) && !isWholeService(action) && !isEverything(action),
        );
        return patterns.length > 0 ? fail(`It allows ${patterns.join(", ")}.`, statement.path) : PASS;
      });
    },
  },
  "iam-named-resources": {
    types: IDENTITY_POLICIES,
    check(node, graph) {
      return identityAllowing(node, graph, (statement) => {
        if (!reachesAnyResource(statement)) return PASS;
        if (statement.conditions.some(({ key }) => isNarrowing(key))) return PASS;
        const narrower = statement.actions.filter((action) => !needsAnyResource(action) && !VPC_FUNCTION.has(action));
        return narrower.length > 0
          ? fail(`${narrower.join(", ")} is allowed on every resource.`, statement.path)
          : PASS;
      });
    },
  },
  "iam-decrypt-named-keys": {
    types: IDENTITY_POLICIES,
    check(node, graph) {
      return identityAllowing(node, graph, (statement) =>
        DECRYPTION.some((action) => concernsAction(statement, action)) &&
        (statement.allResourcesBut || statement.resources.some(isAnyKey)) &&
        !statement.conditions.some(({ key }) => isNarrowing(key))
          ? fail("It may decrypt with every key.", statement.path)
          : PASS,
      );
    },
  },
  "iam-pass-role-bounded": {
    types: IDENTITY_POLICIES,
    check(node, graph) {
      return identityAllowing(node, graph, (statement) => {
        if (!concernsAction(statement, "iam:PassRole")) return PASS;
        const anyRole = statement.allResourcesBut || statement.resources.some(isAnyRole);
        const bound = statement.conditions.some(
          ({ key, operator }) => key === "iam:passedtoservice" && /^String(Equals|Like)/.test(operator),
        );
        return all(
          anyRole ? fail("It may hand every role to a service.", statement.path) : PASS,
          bound ? PASS : fail("It may hand roles to any service.", statement.path),
        );
      });
    },
  },
  "iam-no-broad-managed-policy": {
    types: [...ATTACHMENTS, ROLE],
    check(node, graph) {
      const broad = (arn: Property) => attached(arn, graph, (name) => FULL_ACCESS.test(name));
      if (node.type !== ROLE) return broad(node.property("policyArn"));
      const arns = node.property("managedPolicyArns");
      if (arns.absent) return notApplicable("It names no managed policies itself.");
      return arns.unknown ? undetermined(arns) : all(PASS, ...arns.items.map(broad));
    },
  },
  "iam-boundary-bounds": {
    types: ["aws:iam/policy:Policy"],
    check(node, graph) {
      if (!isOnlyBoundary(node, graph)) return notApplicable("It bounds nobody, or is judged as a permission.");
      const document = statementsOf(node.property("policy"));
      return document.known ? bounds(document.value) : undetermined(document);
    },
  },
  "iam-no-user-policies": {
    types: [
      "aws:iam/userPolicy:UserPolicy",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment",
      "aws:iam/policyAttachment:PolicyAttachment",
    ],
    check(node) {
      if (node.type !== "aws:iam/policyAttachment:PolicyAttachment")
        return fail("A user has a policy of its own.", "user");
      const users = node.property("users");
      if (users.unknown) return undetermined(users);
      return users.items.length > 0 ? fail("Users have the policy themselves.", users) : PASS;
    },
  },
  "iam-no-inline-group-policies": {
    types: ["aws:iam/groupPolicy:GroupPolicy"],
    check: () => fail("A group has a policy inline.", "group"),
  },
  "iam-users-in-groups": {
    types: ["aws:iam/user:User"],
    check: (node, graph) => memberships(node, graph, "users", "user", "The user is in no group."),
  },
  "iam-groups-have-users": {
    types: ["aws:iam/group:Group"],
    check: (node, graph) => memberships(node, graph, "group", "groups", "The group has no users."),
  },
  "iam-no-access-keys": {
    types: ["aws:iam/accessKey:AccessKey"],
    check() {
      return fail("The key stays valid until somebody deletes it, and stands in the state.");
    },
  },
  "iam-support-role": {
    // What only an account's baseline declares.
    types: ["aws:iam/accountPasswordPolicy:AccountPasswordPolicy"],
    check: (_, graph) => graph.once("support role", () => supportRole(graph)),
  },
  "iam-password-policy": {
    types: ["aws:iam/accountPasswordPolicy:AccountPasswordPolicy"],
    settings: ["maximumPasswordDays", "minimumPasswordLength"],
    check(node, _, { maximumPasswordDays, minimumPasswordLength }) {
      const least = (property: string, value: number, message: string) =>
        when(node.property(property), (given) => (Number(given ?? 0) >= value ? PASS : fail(message, property)));
      const required = (property: string) =>
        when(node.property(property), (given) => (given === true ? PASS : fail(`${property} is off.`, property)));
      return all(
        least(
          "minimumPasswordLength",
          minimumPasswordLength,
          `Passwords may be shorter than ${minimumPasswordLength} characters.`,
        ),
        required("requireUppercaseCharacters"),
        required("requireLowercaseCharacters"),
        required("requireNumbers"),
        required("requireSymbols"),
        // PCI DSS asks for 4; Security Hub's IAM.16 for all that IAM can remember.
        least("passwordReusePrevention", 24, "One of the last 24 passwords may be used again."),
        when(node.property("maxPasswordAge"), (days) => {
          const age = Number(days ?? 0);
          return age >= 1 && age <= maximumPasswordDays
            ? PASS
            : fail(`Passwords live longer than ${maximumPasswordDays} days.`, "maxPasswordAge");
        }),
      );
    },
  },
  "iam-event-publishers": {
    types: IDENTITY_POLICIES,
    check(node, graph) {
      const buses = busesByKind(graph);
      return identityAllowing(node, graph, (statement) => {
        if (!concernsAction(statement, PUT_EVENTS) || namesKinds(statement)) return PASS;
        const isTold = statement.resources.some((resource) => buses.has(resource)) || reachesAnyResource(statement);
        return isTold && buses.size > 0
          ? fail("It may put events in another's name on the bus.", statement.path)
          : PASS;
      });
    },
  },
});

const PUT_EVENTS = "events:PutEvents";

/** Does the statement say which events somebody may put on a bus? */
const namesKinds = ({ conditions }: PolicyStatement) =>
  conditions.some(({ key, ifExists }) => !ifExists && /^events:(detail-type|source)$/.test(key));

/** Buses on which somebody may put events of some kinds only. */
function busesByKind(graph: ResourceGraph): ReadonlySet<string> {
  return graph.once("buses by kinds of events", () => {
    const buses = new Set<string>();
    for (const node of graph.ofType(...IDENTITY_POLICIES)) {
      const documents = identityDocuments(node);
      for (const document of documents === "unknown" ? [] : documents) {
        const statements = statementsOf(document);
        for (const statement of statements.known ? statements.value : []) {
          if (!statement.allow || !concernsAction(statement, PUT_EVENTS) || !namesKinds(statement)) continue;
          for (const bus of statement.resources) buses.add(bus);
        }
      }
    }
    return buses;
  });
}
