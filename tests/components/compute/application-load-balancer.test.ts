import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type ApplicationLoadBalancerArgs,
  applicationLoadBalancerLogStatements,
  type RuleArgs,
  type TargetGroupArgs,
} from "../../../components/compute/application-load-balancer";
import type { SignIn } from "../../../components/compute/sign-in";
import { Bucket } from "../../../components/data/bucket";
import { Firewall } from "../../../components/edge/firewall";
import { tcp } from "../../../components/network/connections";
import type { RecordedResource, Recording } from "../../../simulator";
import { testApplicationLoadBalancer, testKey, testService } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { named, ofType, recordProgram, statements } from "../../support/record";

const OIDC = {
  issuer: "https://login.example.com",
  authorizationEndpoint: "https://login.example.com/authorize",
  tokenEndpoint: "https://login.example.com/token",
  userInfoEndpoint: "https://login.example.com/userinfo",
  clientId: "ui",
  clientSecret: "a-secret-of-the-client",
};
const POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI";
const COGNITO: SignIn = {
  cognito: { userPoolArn: POOL, clientId: "3n4b5urk1ft4fl3mg5e62d9ado", domain: "ui-example" },
};

const firewall = (name: string, opts = {}) =>
  new Firewall(`${name}-firewall`, { scope: "REGIONAL", key: testKey(`${name}-waf-key`, opts) }, opts);

const withTarget = (
  args: Partial<ApplicationLoadBalancerArgs> = {},
  target: Partial<TargetGroupArgs> = {},
  rule: Partial<RuleArgs> = {},
) => {
  const balancer = testApplicationLoadBalancer("lb", args);
  const to = balancer.addTargetGroup("app", { port: 8443, ...target });
  balancer.addRule("app", { priority: 100, when: { paths: ["/*"] }, to, ...rule });
  return balancer;
};

const recorded = (...args: Parameters<typeof withTarget>): Promise<Recording> =>
  recordProgram(() => void withTarget(...args));

interface Action {
  type: string;
  order: number;
  authenticateOidc?: Record<string, unknown>;
  authenticateCognito?: Record<string, unknown>;
  forward?: { targetGroups: Array<{ arn: string; weight: number }> };
}
const actionsOf = (recording: Recording, rule = "lb-app-rule"): Action[] =>
  named(recording, rule).inputs.actions as Action[];

const openings = (recording: Recording): Array<[string, unknown, unknown]> =>
  recording.resources
    .filter(({ type }) => type.includes("SecurityGroupIngressRule") || type.includes("SecurityGroupEgressRule"))
    .map(({ name, inputs }) => [name, inputs.fromPort, inputs.cidrIpv4 ?? "a group"]);

const wrong = (args: Partial<ApplicationLoadBalancerArgs>, message: RegExp) => ({
  build: (name: string) => testApplicationLoadBalancer(name, args),
  message,
});
const wrongTarget = (target: Partial<TargetGroupArgs>, message: RegExp) => ({
  build: (name: string) => testApplicationLoadBalancer(name).addTargetGroup("app", { port: 8443, ...target }),
  message,
});
const wrongRule = (rule: Partial<RuleArgs>, message: RegExp) => ({
  build: (name: string) => {
    const balancer = testApplicationLoadBalancer(name);
    const to = balancer.addTargetGroup("app", { port: 8443 });
    balancer.addRule("app", { priority: 1, when: { paths: ["/*"] }, to, ...rule });
  },
  message,
});

class OneZone extends TestNetwork {
  override readonly zones = ["eu-west-1a"];
}

describe("ApplicationLoadBalancer", () => {
  componentContract("compute", "ApplicationLoadBalancer", {
    minimal: (name, opts) => testApplicationLoadBalancer(name, {}, opts),
    complete: (name, opts) => {
      const balancer = testApplicationLoadBalancer(
        name,
        {
          internal: false,
          openTo: "internet",
          firewall: firewall(name, opts),
          redirectHttp: true,
          tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
          signIn: {
            oidc: OIDC,
            scopes: ["openid", "email"],
            sessionMinutes: 30,
            providerRanges: { okta: "198.51.100.0/24" },
          },
          idleTimeoutSeconds: 120,
          clientKeepAliveSeconds: 600,
          desyncMitigation: "strictest",
          strictTransportSecurity: "max-age=63072000; includeSubDomains; preload",
          logRetentionDays: 400,
          environment: "development",
          transform: {
            loadBalancer: { enableTlsVersionAndCipherSuiteHeaders: true },
            securityGroup: { revokeRulesOnDelete: true },
            listener: { routingHttpResponseXFrameOptionsHeaderValue: "DENY" },
          },
        },
        opts,
      );
      const blue = balancer.addTargetGroup("blue", {
        port: 8443,
        targetType: "instance",
        protocolVersion: "HTTP2",
        healthCheckPath: "/ready",
        healthCheckCodes: "200-299",
        healthCheckIntervalSeconds: 5,
        deregistrationDelaySeconds: 120,
        algorithm: "round_robin",
        stickySeconds: 900,
        alarms: { errorsPerMinute: 5, p95Seconds: 25, withoutTarget: false },
        transform: { targetGroup: { slowStart: 30 } },
      });
      const green = balancer.addTargetGroup("green", { port: 50_051, protocolVersion: "GRPC" });
      balancer.addRule("colours", {
        priority: 100,
        when: {
          paths: ["/app/*"],
          hosts: ["ui.example.com"],
          methods: ["GET"],
          headers: { "X-Version": ["2"] },
          sources: ["198.51.100.0/24"],
        },
        to: [
          { target: blue, weight: 100 },
          { target: green, weight: 0 },
        ],
        weightsOwnedBy: "deployer",
        unauthenticated: "deny",
        transform: { rule: { tags: { release: "7" } } },
      });
      balancer.addRule("health", { priority: 10, when: { paths: ["/health"] }, to: blue, signIn: "none" });
      return balancer;
    },
    errors: {
      "one zone": {
        build: (name) => testApplicationLoadBalancer(name, { vpc: new OneZone(`${name}-vpc`) }),
        message: /vpc\.zones = \["eu-west-1a"\] .* at least 2 zones/,
      },
      "a public one without a firewall": wrong({ internal: false }, /firewall = undefined .* give a Firewall/i),
      "a firewall of CloudFront": {
        build: (name) =>
          testApplicationLoadBalancer(name, {
            firewall: new Firewall(`${name}-firewall`, {
              scope: "CLOUDFRONT",
              key: testKey(`${name}-edge-key`, {}, "us-east-1"),
            }),
          }),
        message: /firewall = "CLOUDFRONT" .* scope REGIONAL/,
      },
      "the internet as client of an internal one": wrong({ openTo: "internet" }, /openTo = "internet" .* name ranges/),
      "an old TLS policy": wrong({ tlsPolicy: "ELBSecurityPolicy-2016-08" as never }, /tlsPolicy = .*TLS13/),
      "a retention out of range": wrong({ logRetentionDays: 0 }, /logRetentionDays = 0/),
      "an idle timeout out of range": wrong(
        { idleTimeoutSeconds: 4001 },
        /idleTimeoutSeconds = 4001 .* from 1 to 4000/,
      ),
      "a keep-alive out of range": wrong({ clientKeepAliveSeconds: 59 }, /clientKeepAliveSeconds = 59 .* from 60/),
      "an unknown desync mitigation": wrong({ desyncMitigation: "monitor" as never }, /desyncMitigation = "monitor"/),
      "scopes without openid": wrong(
        { signIn: { oidc: OIDC, scopes: ["email"] } },
        /signIn\.scopes = \["email"\] .*openid/,
      ),
      "a session without end": wrong({ signIn: { oidc: OIDC, sessionMinutes: 0 } }, /signIn\.sessionMinutes = 0/),
      "an empty list of provider ranges": wrong(
        { signIn: { oidc: OIDC, providerRanges: {} } },
        /signIn\.providerRanges = \{\} .* or leave it out/,
      ),
      "an endpoint without TLS": wrong(
        { signIn: { oidc: { ...OIDC, tokenEndpoint: "http://login.example.com/token" } } },
        /signIn\.oidc\.tokenEndpoint = "http:.* HTTPS URL/,
      ),
      "a target group key that is taken": {
        build: (name) => {
          const balancer = testApplicationLoadBalancer(name);
          balancer.addTargetGroup("app", { port: 8443 });
          balancer.addTargetGroup("app", { port: 8444 });
        },
        message: /targetGroups\.app = "app" .* use another/,
      },
      "a target port out of range": wrongTarget({ port: 0 }, /targetGroups\.app\.port = 0/),
      "an unknown target type": wrongTarget({ targetType: "alb" as never }, /targetType = "alb" .* ip, instance/),
      "an unknown protocol": wrongTarget({ protocol: "TLS" as never }, /protocol = "TLS" .* HTTPS, HTTP/),
      "an unknown protocol version": wrongTarget({ protocolVersion: "HTTP3" as never }, /protocolVersion = "HTTP3"/),
      "a health check path that is no path": wrongTarget({ healthCheckPath: "up" }, /healthCheckPath = "up"/),
      "a stickiness out of range": wrongTarget({ stickySeconds: 0 }, /stickySeconds = 0/),
      "a response time of nothing": wrongTarget({ alarms: { p95Seconds: 0 } }, /p95Seconds = 0 .* above 0/),
      "a rule key that is taken": {
        build: (name) => {
          const balancer = testApplicationLoadBalancer(name);
          const to = balancer.addTargetGroup("app", { port: 8443 });
          balancer.addRule("app", { priority: 1, when: { paths: ["/*"] }, to });
          balancer.addRule("app", { priority: 2, when: { paths: ["/*"] }, to });
        },
        message: /rules\.app = "app" .* use another/,
      },
      "a priority that is taken": {
        build: (name) => {
          const balancer = testApplicationLoadBalancer(name);
          const to = balancer.addTargetGroup("app", { port: 8443 });
          balancer.addRule("app", { priority: 1, when: { paths: ["/*"] }, to });
          balancer.addRule("web", { priority: 1, when: { paths: ["/*"] }, to });
        },
        message: /rules\.web\.priority = 1 .* "app" has it already/,
      },
      "a priority out of range": wrongRule({ priority: 0 }, /rules\.app\.priority = 0 .* from 1 to 50000/),
      "a rule without a condition": wrongRule({ when: {} }, /rules\.app\.when = 0 .* 1 to 5 values/),
      "more conditions than AWS takes": wrongRule(
        { when: { paths: ["/a", "/b", "/c", "/d"], methods: ["GET", "PUT"] } },
        /rules\.app\.when = 6/,
      ),
      "a path that is no path": wrongRule({ when: { paths: ["app"] } }, /when\.paths = "app" .* begin with \//),
      "a method in small letters": wrongRule({ when: { methods: ["get"] } }, /when\.methods = "get" .* in capitals/),
      "a rule that leads nowhere": wrongRule({ to: [] }, /rules\.app\.to = 0 .* 1 to 5 target groups/),
      "a weight out of range": {
        build: (name) => {
          const balancer = testApplicationLoadBalancer(name);
          const target = balancer.addTargetGroup("app", { port: 8443 });
          balancer.addRule("app", { priority: 1, when: { paths: ["/*"] }, to: [{ target, weight: 1000 }] });
        },
        message: /rules\.app\.to\.app\.weight = 1000/,
      },
    },
  });

  const balancerOf = async (args: Partial<ApplicationLoadBalancerArgs> = {}): Promise<RecordedResource> =>
    named(await recordProgram(() => void testApplicationLoadBalancer("lb", args)), "lb-alb");

  it("stands in the private subnets, and in the public ones only when told", async () => {
    const internal = (await balancerOf()).inputs;
    assert.equal(internal.internal, true);
    assert.deepEqual(
      internal.subnets,
      ["a2", "b2", "c2"].map((end) => `subnet-0a0000000000000${end}`),
    );
    const recording = await recordProgram(
      () => void testApplicationLoadBalancer("lb", { internal: false, firewall: firewall("lb") }),
    );
    const open = named(recording, "lb-alb");
    assert.deepEqual(
      open.inputs.subnets,
      ["a1", "b1", "c1"].map((end) => `subnet-0a0000000000000${end}`),
    );
    const association = ofType(recording, "aws:wafv2/webAclAssociation:WebAclAssociation")[0]!;
    assert.equal(association.inputs.resourceArn, open.outputs.arn);
  });

  it("lets nobody in or out by itself", async () => {
    assert.deepEqual(openings(await recorded()), []);
  });

  it("lets in whom it is opened to, on port 80 only to be sent on", async () => {
    const ranges = { office: "198.51.100.0/24" };
    assert.deepEqual(openings(await recorded({ openTo: ranges })), [["lb-from-office-tcp-443", 443, ranges.office]]);
    const redirecting = await recorded({ openTo: ranges, redirectHttp: true });
    assert.deepEqual(openings(redirecting), [
      ["lb-from-office-tcp-443", 443, ranges.office],
      ["lb-from-office-tcp-80", 80, ranges.office],
    ]);
    assert.deepEqual(named(redirecting, "lb-redirect").inputs.defaultActions, [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
    const open = await recordProgram(
      () => void testApplicationLoadBalancer("lb", { internal: false, openTo: "internet", firewall: firewall("lb") }),
    );
    assert.deepEqual(openings(open), [
      ["lb-from-internet-tcp-443", 443, "0.0.0.0/0"],
      ["lb-from-internet-tcp-80", 80, "0.0.0.0/0"],
    ]);
  });

  it("speaks TLS to clients and to targets, and answers 404 to what no rule fits", async () => {
    const recording = await recorded();
    const { inputs } = named(recording, "lb-listener");
    assert.equal(inputs.protocol, "HTTPS");
    assert.equal(inputs.sslPolicy, "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09");
    assert.equal(inputs.routingHttpResponseStrictTransportSecurityHeaderValue, "max-age=31536000");
    assert.equal(inputs.routingHttpResponseServerEnabled, false);
    assert.deepEqual(
      (inputs.defaultActions as Array<{ type: string }>).map(({ type }) => type),
      ["fixed-response"],
    );
    const targets = named(recording, "lb-app-targets").inputs;
    assert.equal(targets.protocol, "HTTPS");
    assert.equal((targets.healthCheck as Record<string, unknown>).protocol, "HTTPS");
  });

  it("is protected from deletion in production only", async () => {
    assert.equal((await balancerOf()).inputs.enableDeletionProtection, true);
    assert.equal((await balancerOf({ environment: "development" })).inputs.enableDeletionProtection, false);
  });

  it("keeps every kind of log in a bucket that only this account's load balancers can write to", async () => {
    const recording = await recordProgram(() => void testApplicationLoadBalancer("lb"));
    const { inputs, dependencies } = named(recording, "lb-alb");
    const bucket = "test-lb-logs-123456789012-eu-west-1";
    const logs = (kind: string) => ({ enabled: true, bucket, prefix: `lb/${kind}` });
    assert.deepEqual(inputs.accessLogs, logs("access"));
    assert.deepEqual(inputs.connectionLogs, logs("connections"));
    assert.deepEqual(inputs.healthCheckLogs, logs("health-checks"));
    const policy = named(recording, "lb-logs-policy");
    assert.deepEqual(statements(policy.inputs.policy)[2], {
      Sid: "LoadBalancerLogs",
      Effect: "Allow",
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucket}/*/AWSLogs/123456789012/*`,
    });
    assert.ok(dependencies.includes(policy.urn));
    const encryption = named(recording, "lb-logs-encryption").inputs.rules as Array<Record<string, unknown>>;
    assert.deepEqual(encryption[0]!.applyServerSideEncryptionByDefault, { sseAlgorithm: "AES256" });
  });

  it("shares a log bucket when given one", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("vpc");
      const logs = new Bucket("logs", { policyStatements: (arn) => applicationLoadBalancerLogStatements(vpc, arn) });
      testApplicationLoadBalancer("a", { vpc, accessLogs: logs });
      testApplicationLoadBalancer("b", { vpc, accessLogs: logs });
    });
    assert.equal(ofType(recording, "aws:s3/bucket:Bucket").length, 1);
  });

  it("signs people in by OpenID Connect before it forwards, and keeps the client's secret a secret", async () => {
    const recording = await recorded({ signIn: { oidc: OIDC } });
    const [first, second] = actionsOf(recording);
    assert.equal(first!.type, "authenticate-oidc");
    assert.equal(first!.order, 1);
    assert.deepEqual(first!.authenticateOidc, {
      ...OIDC,
      scope: "openid",
      sessionTimeout: 900,
      sessionCookieName: "AWSELBAuthSessionCookie",
      onUnauthenticatedRequest: "authenticate",
    });
    assert.equal(second!.type, "forward");
    assert.equal(second!.order, 2);
    const { secretPaths } = named(recording, "lb-app-rule");
    assert.deepEqual(secretPaths, ["actions[0].authenticateOidc.clientSecret"]);
    assert.deepEqual(openings(recording), [["lb-to-sign-in-tcp-443", 443, "0.0.0.0/0"]]);
  });

  it("signs people in by Cognito, with no secret at all", async () => {
    const recording = await recorded({ signIn: { ...COGNITO, providerRanges: { cognito: "203.0.113.0/24" } } });
    const [first] = actionsOf(recording);
    assert.equal(first!.type, "authenticate-cognito");
    assert.equal(first!.authenticateCognito!.userPoolArn, POOL);
    assert.equal(first!.authenticateCognito!.userPoolDomain, "ui-example");
    assert.deepEqual(named(recording, "lb-app-rule").secretPaths, []);
    assert.deepEqual(openings(recording), [["lb-to-cognito-tcp-443", 443, "203.0.113.0/24"]]);
  });

  it("asks nobody where a rule says so, and answers scripts with 401", async () => {
    const open = actionsOf(await recorded({ signIn: { oidc: OIDC } }, {}, { signIn: "none" }));
    assert.deepEqual(
      open.map(({ type, order }) => [type, order]),
      [["forward", 1]],
    );
    const script = actionsOf(await recorded({ signIn: { oidc: OIDC } }, {}, { unauthenticated: "deny" }));
    assert.equal(script[0]!.authenticateOidc!.onUnauthenticatedRequest, "deny");
  });

  it("leaves weights to a deployer when told, and still updates who signs people in", async () => {
    const owned = await recorded({ signIn: { oidc: OIDC } }, {}, { weightsOwnedBy: "deployer" });
    assert.deepEqual(named(owned, "lb-app-rule").ignoreChanges, ["actions[1].forward"]);
    const open = await recorded({}, {}, { weightsOwnedBy: "deployer" });
    assert.deepEqual(named(open, "lb-app-rule").ignoreChanges, ["actions[0].forward"]);
    assert.deepEqual(named(await recorded(), "lb-app-rule").ignoreChanges, []);
  });

  it("names target groups within 32 characters, and anew when AWS must replace them", async () => {
    const nameFor = async (target: Partial<TargetGroupArgs>) => {
      const build = () =>
        void testApplicationLoadBalancer("ui-service-euw1-web").addTargetGroup("interface", { port: 8443, ...target });
      const recording = await recordProgram(build);
      return String(named(recording, "ui-service-euw1-web-interface-targets").inputs.name);
    };
    const name = await nameFor({});
    assert.match(name, /^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/);
    assert.equal(await nameFor({ healthCheckPath: "/other" }), name);
    for (const change of [
      { port: 8444 },
      { targetType: "instance" },
      { protocol: "HTTP" },
      { protocolVersion: "HTTP2" },
    ]) {
      assert.notEqual(await nameFor(change as Partial<TargetGroupArgs>), name, JSON.stringify(change));
    }
  });

  it("raises alarms on its own errors and on what its targets answer", async () => {
    const recording = await recorded({ signIn: COGNITO }, { alarms: { p95Seconds: 25 } });
    const alarm = (suffix: string) => named(recording, `lb-${suffix}`).inputs;
    const LoadBalancer = named(recording, "lb-alb").outputs.arnSuffix;
    const TargetGroup = named(recording, "lb-app-targets").outputs.arnSuffix;
    for (const [suffix, metricName] of Object.entries({
      "errors-5xx": "HTTPCode_ELB_5XX_Count",
      "rejected-connections": "RejectedConnectionCount",
      "client-tls-errors": "ClientTLSNegotiationErrorCount",
      "sign-in-errors": "ELBAuthError",
    })) {
      assert.equal(alarm(suffix).metricName, metricName);
      assert.equal(alarm(suffix).namespace, "AWS/ApplicationELB");
      assert.deepEqual(alarm(suffix).dimensions, { LoadBalancer });
    }
    for (const [suffix, metricName] of Object.entries({
      "app-errors-5xx": "HTTPCode_Target_5XX_Count",
      "app-unhealthy": "UnHealthyHostCount",
      "app-no-target": "HealthyHostCount",
      "app-slow": "TargetResponseTime",
    })) {
      assert.equal(alarm(suffix).metricName, metricName);
      assert.deepEqual(alarm(suffix).dimensions, { LoadBalancer, TargetGroup });
    }
    assert.equal(alarm("app-slow").extendedStatistic, "p95");
    assert.equal(alarm("app-slow").threshold, 25);
  });

  it("puts a service on Fargate behind a rule of its own, over both security groups", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("vpc");
      const balancer = testApplicationLoadBalancer("lb", { vpc });
      testService("api", {
        vpc,
        port: 8443,
        loadBalancer: {
          applicationLoadBalancer: balancer,
          rule: { priority: 10, when: { paths: ["/api/*"] } },
          healthCheckPath: "/ready",
        },
      });
    });
    const service = named(recording, "api-service");
    const targets = named(recording, "lb-api-targets");
    assert.equal(targets.inputs.targetType, "ip");
    assert.deepEqual(service.inputs.loadBalancers, [
      { targetGroupArn: targets.outputs.arn, containerName: "app", containerPort: 8443 },
    ]);
    assert.ok(service.dependencies.includes(named(recording, "lb-api-rule").urn));
    assert.deepEqual(
      openings(recording).filter(([name]) => name.includes("lb")),
      [
        ["api-from-lb-tcp-8443", 8443, "a group"],
        ["lb-to-api-tcp-8443", 8443, "a group"],
      ],
    );
  });

  it("is an alias target of a zone, and a peer of what it sends to", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("vpc");
      const balancer = testApplicationLoadBalancer("lb", { vpc });
      testService("app", { vpc, port: 8443 }).connections.allowFrom(balancer, tcp(8443));
      pulumi.all([balancer.dnsName, balancer.zoneId]).apply(([dnsName, zoneId]) => {
        assert.match(dnsName, /\.elb\.eu-west-1\.amazonaws\.com$/);
        assert.equal(zoneId, "Z32O12XQLNTSW2");
      });
    });
    assert.equal(named(recording, "lb-to-app-tcp-8443").inputs.fromPort, 8443);
  });
});
