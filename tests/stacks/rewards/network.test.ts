import assert from "node:assert/strict";
import { ENTRANCES } from "../../../stacks/rewards/api";
import { ofType } from "../../support/record";
import { EGRESS, INGRESS, PODS, POLLING, RewardsRecording, sorted } from "../../support/rewards";
import { stackValues } from "../../support/stack-file";

const VPC = "10.80.0.0/16";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}
interface Ports {
  readonly ports: ReadonlyArray<{ readonly protocol: string; readonly port: number }>;
}
interface PolicySpec {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: ReadonlyArray<Ports & { readonly from: readonly Peer[] }>;
  readonly egress?: ReadonlyArray<Ports & { readonly to: readonly Peer[] }>;
}
describe("rewards network", function () {
  this.timeout(180_000);
  let prod: RewardsRecording;
  before(async () => {
    prod = await RewardsRecording.of("rewards");
  });

  describe("reachability", () => {
    it("lets only pods of the users domain reach Aurora, and only Metabase its own database", () => {
      assert.deepEqual(prod.callersOf("rewards-users-primary-group"), ["rewards-users-domain-sg 5432"]);
      assert.deepEqual(prod.callersOf("rewards-analytics-database-group"), ["rewards-analytics-sg 5432"]);
    });

    it("lets only the API gateway's link, and scoring for the rules, reach the internal load balancer", () => {
      assert.deepEqual(prod.callersOf("rewards-nlb-sg"), [
        "rewards-link-security-group 8443",
        "rewards-link-security-group 8444",
        "rewards-link-security-group 8445",
        "rewards-scoring-group 8444",
      ]);
      assert.equal(prod.inputs("rewards-nlb-nlb").internal, true);
    });

    it("lets only the load balancer reach the nodes' node ports", () => {
      const nodePorts = prod.callersOf("rewards-cluster-sg").filter((line) => / 3\d{4}$/.test(line));
      assert.deepEqual(
        nodePorts,
        Object.values(ENTRANCES).map(({ nodePort }) => `rewards-nlb-sg ${nodePort}`),
      );
    });

    it("lets only onboarding, and kubelets' probes, reach user catalogs", () => {
      assert.deepEqual(prod.callersOf("rewards-user-catalogs-sg"), [
        "rewards-cluster-sg 8443",
        "rewards-onboarding-sg 8443",
      ]);
      assert.ok(!Object.keys(ENTRANCES).includes("user-catalogs"));
      const { type } = prod.spec("rewards-user-catalogs-service") as { type: string };
      assert.equal(type, "ClusterIP");
    });

    it("lets nobody connect to a function or to the polling job", () => {
      for (const group of ["rewards-scoring-group", "rewards-identity-check-group", "rewards-catalog-polling-sg"])
        assert.deepEqual(prod.callersOf(group), [], group);
    });

    it("lets the nodes alone call the Kubernetes API, and whom the stack file names", async () => {
      assert.deepEqual(prod.callersOf("rewards-cluster-api-sg"), ["rewards-cluster-sg 443"]);
      const kubernetes = JSON.parse(stackValues("rewards")["palisade:kubernetes"] ?? "");
      const runners = { deployment: "10.80.16.0/28" };
      const open = await RewardsRecording.of("rewards", { "palisade:kubernetes": { ...kubernetes, runners } });
      const rules = ofType(open.recording, INGRESS).filter(({ inputs }) => inputs.cidrIpv4 === runners.deployment);
      assert.deepEqual(
        rules.map(({ inputs }) => [open.securityGroup(inputs.securityGroupId), inputs.fromPort, inputs.toPort]),
        [["rewards-cluster-api-sg", 443, 443]],
      );
    });

    it("opens nothing to an address range but Metabase's load balancer, to the office", () => {
      assert.deepEqual(prod.ranges(INGRESS), [
        "rewards-analytics-alb-sg 192.0.2.0/27 443",
        "rewards-analytics-alb-sg 192.0.2.0/27 80",
      ]);
      const redirect = prod.inputs("rewards-analytics-alb-redirect");
      assert.deepEqual([redirect.port, redirect.protocol], [80, "HTTP"]);
      assert.match(JSON.stringify(redirect.defaultActions), /"type":"redirect".*HTTPS/);
    });

    it("lets out identity-check to the validator, polling to the catalogs, the load balancer to the sign-in provider, and nobody else", () => {
      const outside = prod.ranges(EGRESS).filter((line) => !line.includes(` ${VPC} `));
      assert.deepEqual(outside, [
        // The provider's addresses are its own affair unless the stack file names them.
        "rewards-analytics-alb-sg 0.0.0.0/0 443",
        "rewards-catalog-polling-sg 203.0.113.0/27 443",
        "rewards-catalog-polling-sg 203.0.113.32/27 443",
        "rewards-identity-check-group 198.51.100.0/28 443",
      ]);
    });

    it("names the whole VPC as a goal for GuardDuty's agents alone, whose endpoint no program knows", () => {
      const inside = prod.ranges(EGRESS).filter((line) => line.includes(` ${VPC} `));
      assert.deepEqual(inside, [`rewards-analytics-sg ${VPC} 443`, `rewards-cluster-sg ${VPC} 443`]);
    });

    it("gives a way to AWS's endpoints to everything in the VPC that calls AWS", () => {
      assert.deepEqual(prod.callersOf("rewards-vpc-endpoints"), [
        "rewards-analytics-sg 443",
        "rewards-business-rules-sg 443",
        "rewards-catalog-polling-sg 443",
        "rewards-cluster-sg 443",
        "rewards-identity-check-group 443",
        "rewards-onboarding-sg 443",
        "rewards-scoring-group 443",
        "rewards-user-catalogs-sg 443",
        "rewards-users-domain-sg 443",
      ]);
      const lists = ofType(prod.recording, EGRESS)
        .filter(({ inputs }) => inputs.prefixListId !== undefined)
        .map(({ name }) => name.replace(/^rewards-|-tcp-443$/g, ""))
        .sort();
      assert.deepEqual(lists, [
        "analytics-to-s3",
        "business-rules-to-dynamodb",
        "catalog-polling-to-dynamodb",
        "cluster-to-s3",
        "scoring-to-dynamodb",
        "user-catalogs-to-dynamodb",
        "users-domain-to-dynamodb",
      ]);
    });

    it("writes both sides of every connection", () => {
      const rules = (type: string, from: "securityGroupId" | "referencedSecurityGroupId") =>
        ofType(prod.recording, type)
          .filter(({ inputs }) => inputs.referencedSecurityGroupId !== undefined)
          .map(({ inputs }) => {
            const ends = [inputs.securityGroupId, inputs.referencedSecurityGroupId].map((id) => prod.securityGroup(id));
            const [source, target] = from === "securityGroupId" ? ends : [...ends].reverse();
            return `${source} -> ${target} ${String(inputs.ipProtocol)} ${String(inputs.fromPort)}-${String(inputs.toPort)}`;
          })
          .sort();
      assert.deepEqual(rules(INGRESS, "referencedSecurityGroupId"), rules(EGRESS, "securityGroupId"));
    });

    it("puts a web ACL in front of the API, the sign-in pages, merchants' pictures and Metabase, and TLS on every listener", () => {
      const fronts = ofType(prod.recording, "aws:wafv2/webAclAssociation:WebAclAssociation").map(
        ({ inputs }) => inputs.resourceArn,
      );
      assert.deepEqual(
        [...fronts].sort(),
        ["rewards-api-stage", "rewards-sign-in-pool", "rewards-analytics-alb-alb"].map((name) => prod.arn(name)).sort(),
      );
      const distribution = prod.inputs("rewards-assets-distribution");
      assert.equal(distribution.webAclId, prod.arn("rewards-assets-firewall-acl"));
      const listeners = ofType(prod.recording, "aws:lb/listener:Listener").map(
        ({ inputs }) => `${String(inputs.port)} ${String(inputs.protocol)}`,
      );
      assert.deepEqual(listeners.sort(), ["443 HTTPS", "80 HTTP", "8443 TLS", "8444 TLS", "8445 TLS"]);
    });

    it("gives the database no address on the internet, and a subnet without a route out", () => {
      for (const { inputs, name } of ofType(prod.recording, "aws:rds/clusterInstance:ClusterInstance", 2))
        assert.equal(inputs.publiclyAccessible, false, name);
      const isolated = ofType(prod.recording, "aws:ec2/subnet:Subnet")
        .filter(({ name }) => /isolated/.test(name))
        .map(({ id }) => id);
      assert.deepEqual(prod.inputs("rewards-users-primary-subnets").subnetIds, isolated);
    });
  });

  describe("network policies", () => {
    const app = (who: string) => `rewards-${who}`;
    const policiesOf = (who: string): PolicySpec[] =>
      ofType(prod.recording, NETWORK_POLICY)
        .map(({ inputs }) => inputs.spec as PolicySpec)
        .filter(({ podSelector }) => podSelector.matchLabels?.["app.kubernetes.io/name"] === app(who));

    const peerText = ({ ipBlock, namespaceSelector, podSelector }: Peer): string => {
      if (ipBlock?.cidr === "0.0.0.0/0") {
        assert.deepEqual(ipBlock.except, [VPC]);
        return "outside";
      }
      if (ipBlock) return ipBlock.cidr;
      const labels = podSelector?.matchLabels ?? {};
      const namespace = namespaceSelector?.matchLabels["kubernetes.io/metadata.name"];
      if (namespace === "kube-system") return `names ${String(labels["k8s-app"])}`;
      assert.equal(namespace, "rewards-services");
      return String(labels["app.kubernetes.io/name"]);
    };
    const lines = (direction: "in" | "out", peers: readonly Peer[], { ports }: Ports) =>
      peers.flatMap((peer) =>
        ports.map(({ protocol, port }) => `${direction} ${peerText(peer)} ${protocol.toLowerCase()} ${port}`),
      );
    const toldByPolicies = (who: string) =>
      sorted(
        policiesOf(who).flatMap(({ ingress = [], egress = [] }) => [
          ...ingress.flatMap((rule) => lines("in", rule.from, rule)),
          ...egress.flatMap((rule) => lines("out", rule.to, rule)),
        ]),
      );

    /** What a pod's security group says, in a network policy's words: it knows no security group, only addresses and labels. */
    const toldByGroups = (who: string) => {
      const own = `rewards-${who}-sg`;
      const peer = (inputs: Readonly<Record<string, unknown>>): string => {
        if (inputs.cidrIpv4 !== undefined) return String(inputs.cidrIpv4);
        if (inputs.prefixListId !== undefined) return "outside";
        const group = prod.securityGroup(inputs.referencedSecurityGroupId);
        if (group === "rewards-cluster-sg") return inputs.fromPort === 53 ? "names kube-dns" : "nodes";
        return PODS.some((pod) => group === `rewards-${pod}-sg`) ? group.replace(/-sg$/, "") : VPC;
      };
      const told = (type: string, direction: "in" | "out") =>
        ofType(prod.recording, type)
          .filter(({ inputs }) => prod.securityGroup(inputs.securityGroupId) === own)
          .map(({ inputs }) => `${direction} ${peer(inputs)} ${String(inputs.ipProtocol)} ${String(inputs.fromPort)}`);
      return sorted([...told(INGRESS, "in"), ...told(EGRESS, "out")]);
    };

    it("deny everything in the namespace that is not named", () => {
      assert.deepEqual(prod.spec("rewards-services-deny-all"), { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });

    it("say what the pods' security groups say, and the other way round", () => {
      for (const who of PODS) {
        const entrance = Object.keys(ENTRANCES).includes(who);
        const expected = toldByGroups(who).flatMap((line) => {
          if (line !== "in nodes tcp 8443") return [line];
          // Probes come from the pod's own node, which no policy stops; calls by a node port come from any node.
          return entrance ? [`in ${VPC} tcp 8443`] : [];
        });
        // The agent that hands out the role's credentials is on the node itself, where no security group is.
        assert.deepEqual(toldByPolicies(who), sorted([...expected, "out 169.254.170.23/32 tcp 80"]), who);
      }
    });

    it("are put on by labels that the pods have", () => {
      for (const who of PODS) {
        assert.ok(policiesOf(who).length > 0, who);
        const { spec } = prod.inputs(`rewards-${who}-security-group`) as {
          spec: { podSelector: object; securityGroups: { groupIds: string[] } };
        };
        const labels = { "app.kubernetes.io/name": app(who) };
        assert.deepEqual(spec.podSelector, { matchLabels: labels });
        assert.deepEqual(
          spec.securityGroups.groupIds.map((id) => prod.securityGroup(id)),
          [`rewards-${who}-sg`],
        );
        const template = who === POLLING ? "rewards-catalog-polling-cron-job" : `rewards-${who}-deployment`;
        const text = JSON.stringify(prod.spec(template));
        assert.ok(text.includes(`"labels":${JSON.stringify(labels)}`), who);
      }
    });
  });
});
