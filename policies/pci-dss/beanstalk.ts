import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { beanstalk } from "../catalogue/beanstalk";
import { isTrue, when } from "../checks";
import { all, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { isStrongElbPolicy } from "./tls-policies";

const ENVIRONMENT = "aws:elasticbeanstalk/environment:Environment";
const TEMPLATE = "aws:elasticbeanstalk/configurationTemplate:ConfigurationTemplate";
const GENERAL = "aws:elasticbeanstalk:environment";

/** Option settings of an environment: its own, and under them those of its configuration template. */
class Options {
  constructor(
    private readonly environment: ResourceNode,
    /** Namespace -> name -> value. */
    private readonly values: ReadonlyMap<string, ReadonlyMap<string, Property>>,
    /** What may hold other settings, unseen. */
    private readonly hidden: Property | undefined,
  ) {}

  get namespaces(): readonly string[] {
    return [...this.values.keys()];
  }

  /** Judges the text of an option; `byDefault` is what Elastic Beanstalk takes otherwise. */
  judge(namespace: string, name: string, byDefault: string, judge: (value: string) => Outcome): Outcome {
    const value = this.values.get(namespace)?.get(name);
    if (value !== undefined) return when(value, (known) => judge(String(known ?? byDefault)));
    return this.hidden === undefined ? judge(byDefault) : undetermined(this.hidden);
  }

  isUnknown(namespace: string, name: string): boolean {
    return this.values.get(namespace)?.get(name)?.unknown ?? false;
  }

  on(namespace: string, name: string, message: string, byDefault = "false"): Outcome {
    return this.judge(namespace, name, byDefault, (value) =>
      isTrue(value.toLowerCase()) ? PASS : fail(message, this.environment.property("settings")),
    );
  }
}

export function withOptions(
  environment: ResourceNode,
  graph: ResourceGraph,
  judge: (options: Options) => Outcome,
): Outcome {
  const name = environment.property("templateName");
  const template = graph.resolve(name, TEMPLATE).nodes[0];
  const hidden = name.absent || template !== undefined ? undefined : name;
  const values = new Map<string, Map<string, Property>>();
  for (const list of [template?.property("settings"), environment.property("settings")]) {
    if (list === undefined) continue;
    if (list.unknown) return undetermined(list);
    for (const setting of list.items) {
      const [namespace, option] = [setting.at("namespace").fact, setting.at("name").fact];
      if (!namespace.known) return undetermined(namespace);
      if (!option.known) return undetermined(option);
      const key = String(namespace.value);
      values.set(key, (values.get(key) ?? new Map()).set(String(option.value), setting.at("value")));
    }
  }
  return judge(new Options(environment, values, hidden));
}

/** How the options of a kind of load balancer name its listeners. */
interface Listeners {
  readonly prefix: string;
  /** The listener on port 80, which is there until it is switched off. */
  readonly standard: string;
  readonly protocol: string;
  readonly plain: string;
}

const LISTENERS: Readonly<Record<string, Listeners>> = {
  application: {
    prefix: "aws:elbv2:listener:",
    standard: "aws:elbv2:listener:default",
    protocol: "Protocol",
    plain: "HTTP",
  },
  network: {
    prefix: "aws:elbv2:listener:",
    standard: "aws:elbv2:listener:default",
    protocol: "Protocol",
    plain: "TCP",
  },
  classic: { prefix: "aws:elb:listener:", standard: "aws:elb:listener", protocol: "ListenerProtocol", plain: "HTTP" },
};

function listens(options: Options, kind: string): Outcome {
  const listeners = LISTENERS[kind];
  if (listeners === undefined) return fail(`There is no load balancer of type ${kind}.`, "settings");
  const { prefix, standard, protocol, plain } = listeners;
  const places = new Set([standard, ...options.namespaces.filter((name) => name.startsWith(prefix))]);
  return all(
    ...[...places].map((place) =>
      options.judge(place, "ListenerEnabled", "true", (enabled) => {
        if (!isTrue(enabled.toLowerCase())) return PASS;
        return options.judge(place, protocol, plain, (own) => {
          if (!["HTTPS", "TLS", "SSL"].includes(own.toUpperCase()))
            return fail(`${place} takes plain ${own}.`, "settings");
          return kind === "classic" ? classicPolicy(options) : strongPolicy(options, place);
        });
      }),
    ),
  );
}

function strongPolicy(options: Options, place: string): Outcome {
  return options.judge(place, "SSLPolicy", "", (policy) =>
    isStrongElbPolicy(policy) ? PASS : fail(`${place} takes TLS older than 1.2, or weak ciphers.`, "settings"),
  );
}

/** A policy of a Classic Load Balancer's listeners that refers to AWS's one for TLS 1.2. */
function classicPolicy(options: Options): Outcome {
  const weak = fail("Its listeners take TLS older than 1.2.", "settings");
  const policies = options.namespaces.filter((name) => name.startsWith("aws:elb:policies:"));
  if (policies.length === 0) return options.judge("aws:elb:policies", "SSLReferencePolicy", "", () => weak);
  return all(
    ...policies.map((name) =>
      options.judge(name, "SSLReferencePolicy", "", (policy) =>
        policy === "ELBSecurityPolicy-TLS-1-2-2017-01" ? PASS : weak,
      ),
    ),
  );
}

export const beanstalkRules: readonly Rule[] = implement(beanstalk, {
  "beanstalk-managed-updates": {
    types: [ENVIRONMENT],
    check(node, graph) {
      return withOptions(node, graph, (options) =>
        options.on(
          "aws:elasticbeanstalk:managedactions",
          "ManagedActionsEnabled",
          "Nobody brings the platform up to date.",
        ),
      );
    },
  },
  "beanstalk-logs": {
    types: [ENVIRONMENT],
    check(node, graph) {
      return withOptions(node, graph, (options) =>
        all(
          options.on("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs", "Logs are gone with their instance."),
          options.judge("aws:elasticbeanstalk:cloudwatch:logs", "DeleteOnTerminate", "false", (deletes) =>
            isTrue(deletes.toLowerCase()) ? fail("Logs are gone with the environment.", "settings") : PASS,
          ),
        ),
      );
    },
  },
  "beanstalk-tls": {
    types: [ENVIRONMENT],
    check(node, graph) {
      const tier = node.property("tier");
      return when(tier, (name) => {
        if (name === "Worker") return notApplicable("A worker has a queue, and no load balancer.");
        return withOptions(node, graph, (options) =>
          options.judge(GENERAL, "EnvironmentType", "LoadBalanced", (environment) => {
            if (environment === "SingleInstance") return fail("No load balancer ends TLS for it.", "settings");
            return options.judge(GENERAL, "LoadBalancerIsShared", "false", (shared) =>
              isTrue(shared)
                ? notApplicable("The rules on listeners judge the load balancer that it shares.")
                : options.judge(GENERAL, "LoadBalancerType", "classic", (kind) => listens(options, kind)),
            );
          }),
        );
      });
    },
  },
  "beanstalk-imdsv2": {
    types: [ENVIRONMENT],
    check(node, graph) {
      const platforms = [node.property("solutionStackName"), node.property("platformArn")];
      const hidden = platforms.find(({ unknown }) => unknown);
      // https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-ec2-imds.html: what runs on Amazon Linux 2023 has version 1 off.
      const isNew = platforms.some(({ fact }) => fact.known && String(fact.value).includes("Amazon Linux 2023"));
      const message = "Whoever can make the application call an address of his choice reads the role's credentials.";
      return withOptions(node, graph, (options) => {
        const off = options.on("aws:autoscaling:launchconfiguration", "DisableIMDSv1", message, String(isNew));
        return hidden !== undefined && all(off).some(({ kind }) => kind === "fail") ? undetermined(hidden) : off;
      });
    },
  },
  "beanstalk-private-instances": {
    types: [ENVIRONMENT],
    check(node, graph) {
      const settings = node.property("settings");
      return withOptions(node, graph, (options) =>
        all(
          // A VPC that is not known yet is a VPC.
          options.isUnknown("aws:ec2:vpc", "VPCId")
            ? PASS
            : options.judge("aws:ec2:vpc", "VPCId", "", (vpc) =>
                vpc === "" ? fail("It stands in the default VPC, whose subnets are public.", settings) : PASS,
              ),
          options.judge("aws:ec2:vpc", "AssociatePublicIpAddress", "", (associates) =>
            associates.toLowerCase() === "false" ? PASS : fail("Its instances may get public addresses.", settings),
          ),
          options.judge(GENERAL, "EnvironmentType", "LoadBalanced", (environment) =>
            environment === "SingleInstance" ? fail("A single instance has an Elastic IP address.", settings) : PASS,
          ),
        ),
      );
    },
  },
  "beanstalk-access-logs": {
    types: [ENVIRONMENT],
    check(node, graph) {
      return when(node.property("tier"), (name) => {
        if (name === "Worker") return notApplicable("A worker has a queue, and no load balancer.");
        return withOptions(node, graph, (options) =>
          options.judge(GENERAL, "EnvironmentType", "LoadBalanced", (environment) => {
            if (environment === "SingleInstance") return notApplicable("It has no load balancer.");
            return options.judge(GENERAL, "LoadBalancerIsShared", "false", (shared) =>
              isTrue(shared)
                ? notApplicable("The rules on load balancers judge the one that it shares.")
                : options.on("aws:elbv2:loadbalancer", "AccessLogsS3Enabled", "Nobody can tell who called."),
            );
          }),
        );
      });
    },
  },
});
