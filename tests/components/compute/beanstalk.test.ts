import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Beanstalk, type BeanstalkArgs } from "../../../components/compute/beanstalk";
import { Bucket } from "../../../components/data/bucket";
import { Secret } from "../../../components/security/secret";
import { record, type RecordedResource, type Recording } from "../../../simulator";
import { CERTIFICATE, testApplicationLoadBalancer, testKey } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const OIDC = {
  issuer: "https://login.example.com",
  authorizationEndpoint: "https://login.example.com/authorize",
  tokenEndpoint: "https://login.example.com/token",
  userInfoEndpoint: "https://login.example.com/userinfo",
  clientId: "ui",
  clientSecret: "a-secret-of-the-client",
};

function testBeanstalk(name: string, args: Partial<BeanstalkArgs> = {}, opts = {}): Beanstalk {
  const vpc = args.vpc ?? new TestNetwork(`${name}-vpc`, opts);
  return new Beanstalk(
    name,
    {
      vpc,
      key: args.key ?? testKey(`${name}-key`, opts),
      balancer: testApplicationLoadBalancer(`${name}-alb`, { vpc, signIn: { oidc: OIDC } }, opts),
      certificateArn: CERTIFICATE,
      rule: { priority: 100, when: { hosts: ["ui.example.com"] } },
      ...args,
    },
    opts,
  );
}

const wrong = (args: Partial<BeanstalkArgs>, message: RegExp) => ({
  build: (name: string) => testBeanstalk(name, args),
  message,
});

const environment = (recording: Recording): RecordedResource =>
  ofType(recording, "aws:elasticbeanstalk/environment:Environment")[0]!;

/** Option settings as `namespace name` -> value. */
function settings(recording: Recording): Record<string, string> {
  const listed = environment(recording).inputs.settings as Array<{ namespace: string; name: string; value: string }>;
  const keys = listed.map(({ namespace, name }) => `${namespace} ${name}`);
  assert.equal(new Set(keys).size, keys.length, "a setting stands twice");
  return Object.fromEntries(listed.map(({ namespace, name, value }) => [`${namespace} ${name}`, value]));
}

const recorded = (args: Partial<BeanstalkArgs> = {}): Promise<Recording> =>
  recordProgram(() => void testBeanstalk("ui", args));

describe("Beanstalk", () => {
  componentContract("compute", "Beanstalk", {
    minimal: (name, opts) => testBeanstalk(name, {}, opts),
    complete: (name, opts) => {
      const key = testKey(`${name}-key`, opts);
      return testBeanstalk(
        name,
        {
          key,
          python: "3.13",
          instanceTypes: ["m7i.large", "m6i.large"],
          architecture: "x86_64",
          scaling: { min: 2, max: 8, upperCpuPercent: 70, lowerCpuPercent: 30, breachMinutes: 2, cooldownSeconds: 120 },
          volumeGiB: 30,
          port: 8443,
          target: { healthCheckPath: "/ready", healthCheckIntervalSeconds: 5, alarms: { p95Seconds: 2 } },
          release: { label: "1.4.2", bucket: new Bucket(`${name}-releases`, { key }, opts), key: "ui-1.4.2.zip" },
          keepVersions: 20,
          variables: { MODE: "live" },
          secrets: { SESSION_KEY: new Secret(`${name}-session`, { key, description: "Session key" }, opts) },
          wsgi: "ui:app",
          updateWindow: "Tue:02:30",
          updateLevel: "patch",
          logRetentionInDays: 400,
          options: { "aws:elasticbeanstalk:container:python": { NumProcesses: "2", NumThreads: "20" } },
          environment: "development",
          transform: {
            application: { description: "UI" },
            environment: { pollInterval: "30s" },
            instanceRole: { maxSessionDuration: 7200 },
            serviceRole: { path: "/beanstalk/" },
            securityGroup: { revokeRulesOnDelete: true },
          },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors('Beanstalk "one"', (name, key) => testBeanstalk(name, { key }), ["logs"]),
      "an old Python": wrong({ python: "3.9" as never }, /python = "3\.9" .* 3\.14, 3\.13/),
      "an unknown architecture": wrong({ architecture: "arm" as never }, /architecture = "arm"/),
      "an instance type twice": wrong({ instanceTypes: ["t4g.small", "t4g.small"] }, /"t4g\.small" stands twice/),
      "an instance type that is none": wrong({ instanceTypes: ["small"] }, /InstanceTypes"\] = "small"/),
      "no instance": wrong({ scaling: { min: 0, max: 1 } }, /scaling\.min = 0/),
      "less at most than at least": wrong({ scaling: { min: 3, max: 2 } }, /scaling\.max = 2 .* from 3/),
      "a threshold out of range": wrong({ scaling: { min: 1, max: 2, upperCpuPercent: 101 } }, /upperCpuPercent = 101/),
      "thresholds that cross": wrong(
        { scaling: { min: 1, max: 2, upperCpuPercent: 50, lowerCpuPercent: 60 } },
        /lowerCpuPercent = 60 .* from 1 to 49/,
      ),
      "a breach of no time": wrong({ scaling: { min: 1, max: 2, breachMinutes: 0 } }, /breachMinutes = 0/),
      "a cooldown out of range": wrong({ scaling: { min: 1, max: 2, cooldownSeconds: -1 } }, /cooldownSeconds = -1/),
      "a volume that is too small": wrong({ volumeGiB: 5 }, /volumeGiB = 5 .* from 10/),
      "a port out of range": wrong({ port: 0 }, /port = 0/),
      "no version kept": wrong({ keepVersions: 0 }, /keepVersions = 0/),
      "a window that is none": wrong({ updateWindow: "sunday" }, /updateWindow = "sunday" .* Sun:03:00/),
      "an unknown update level": wrong({ updateLevel: "major" as never }, /updateLevel = "major"/),
      "a variable given twice": wrong(
        {
          variables: { A: "1" },
          secrets: { A: { arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf" } },
        },
        /variables and secrets .* "A" stands twice/,
      ),
      "a variable whose name no shell takes": wrong({ variables: { "A-B": "1" } }, /"A-B" .* letters, digits/),
      "a namespace that AWS does not have": wrong(
        { options: { "aws:elasticbeanstalk:python": { X: "1" } } as never },
        /options = "aws:elasticbeanstalk:python" .* Use one of/,
      ),
      "an option that AWS does not have": wrong(
        { options: { "aws:autoscaling:asg": { Minimum: "1" } } as never },
        /\["Minimum"\] = "1" .* no such option\. Use one of: Cooldown/,
      ),
      "a value that AWS does not take": wrong(
        { options: { "aws:elasticbeanstalk:container:python": { NumThreads: "many" } } },
        /NumThreads"\] = null/,
      ),
      "a choice that AWS does not have": wrong(
        { options: { "aws:elasticbeanstalk:environment:proxy": { ProxyServer: "caddy" } } },
        /ProxyServer"\] = "caddy" .* nginx, apache, none/,
      ),
    },
  });

  it("begins with the newest platform of its branch, and leaves it to managed updates from then on", async () => {
    const made = environment(await recorded());
    assert.match(
      String(made.inputs.solutionStackName),
      /^64bit Amazon Linux 2023 v\d+\.\d+\.\d+ running Python 3\.14$/,
    );
    assert.deepEqual(made.ignoreChanges, ["platformArn", "solutionStackName", "version"]);
    assert.equal(made.name, "ui-environment-python-3-14");
    const options = settings(await recorded());
    assert.equal(options["aws:elasticbeanstalk:managedactions ManagedActionsEnabled"], "true");
    assert.equal(options["aws:elasticbeanstalk:managedactions PreferredStartTime"], "Sun:03:00");
    assert.equal(options["aws:elasticbeanstalk:managedactions:platformupdate UpdateLevel"], "minor");
  });

  it("stands beside itself while it moves to another branch", async () => {
    const [now, next] = [environment(await recorded({ python: "3.13" })), environment(await recorded())];
    assert.notEqual(now.urn, next.urn);
    assert.notEqual(now.inputs.name, next.inputs.name);
    assert.ok(String(next.inputs.name).length <= 40);
  });

  it("runs private instances without keys, with session tokens only, that grow no default security group", async () => {
    const options = settings(await recorded());
    const launch = (name: string) => options[`aws:autoscaling:launchconfiguration ${name}`];
    assert.equal(launch("DisableIMDSv1"), "true");
    assert.equal(launch("DisableDefaultEC2SecurityGroup"), "true");
    assert.equal(launch("EC2KeyName"), undefined);
    assert.equal(launch("RootVolumeType"), "gp3");
    assert.equal(options["aws:ec2:vpc AssociatePublicIpAddress"], "false");
    assert.equal(options["aws:ec2:vpc ELBScheme"], "internal");
    const subnets = ["a2", "b2", "c2"].map((end) => `subnet-0a0000000000000${end}`).join(",");
    assert.equal(options["aws:ec2:vpc Subnets"], subnets);
    assert.equal(options["aws:autoscaling:asg MinSize"], "3");
    assert.equal(options["aws:elasticbeanstalk:command DeploymentPolicy"], "Immutable");
    assert.equal(options["aws:autoscaling:updatepolicy:rollingupdate RollingUpdateType"], "Immutable");
    assert.equal(options["aws:elasticbeanstalk:healthreporting:system SystemType"], "enhanced");
  });

  it("can be reached through the load balancer that signs people in, and by no other way", async () => {
    const recording = await recorded();
    const options = settings(recording);
    const inner = named(recording, "ui-inner-sg").id;
    assert.equal(options["aws:elbv2:loadbalancer SecurityGroups"], inner);
    assert.equal(options["aws:elbv2:loadbalancer ManagedSecurityGroup"], inner);
    assert.equal(options["aws:elbv2:listener:default ListenerEnabled"], "false");
    assert.equal(options["aws:elbv2:listener:443 Protocol"], "HTTPS");
    const ingress = ofType(recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(
      ({ inputs }) => inputs,
    );
    assert.deepEqual(
      ingress.filter(({ securityGroupId }) => securityGroupId === inner),
      [],
    );
    const instances = named(recording, "ui-sg").id;
    assert.deepEqual(
      ingress
        .filter(({ securityGroupId }) => securityGroupId === instances)
        .map(({ referencedSecurityGroupId, fromPort, toPort }) => [referencedSecurityGroupId, fromPort, toPort])
        .sort(),
      [
        [inner, 443, 443],
        [named(recording, "ui-alb-sg").id, 443, 443],
      ].sort(),
    );
    const attachment = ofType(recording, "aws:autoscaling/attachment:Attachment")[0]!.inputs;
    assert.equal(attachment.lbTargetGroupArn, named(recording, "ui-alb-ui-targets").outputs.arn);
    assert.equal(attachment.autoscalingGroupName, (environment(recording).outputs.autoscalingGroups as string[])[0]);
    const [first] = named(recording, "ui-alb-ui-rule").inputs.actions as Array<{ type: string }>;
    assert.equal(first!.type, "authenticate-oidc");
    assert.equal(named(recording, "ui-alb-ui-targets").inputs.protocol, "HTTPS");
  });

  it("keeps its logs under the customer key, in groups that stand before Beanstalk would make them", async () => {
    const recording = await recorded();
    const made = environment(recording);
    const prefix = `/aws/elasticbeanstalk/${String(made.inputs.name)}/`;
    const groups = ofType(recording, "aws:cloudwatch/logGroup:LogGroup").filter(({ inputs }) =>
      String(inputs.name).startsWith(prefix),
    );
    assert.deepEqual(groups.map(({ inputs }) => String(inputs.name).slice(prefix.length)).sort(), [
      "environment-health.log",
      "var/log/eb-engine.log",
      "var/log/eb-hooks.log",
      "var/log/nginx/access.log",
      "var/log/nginx/error.log",
      "var/log/web.stdout.log",
    ]);
    for (const group of groups) {
      assert.equal(group.inputs.kmsKeyId, named(recording, "ui-key-key").outputs.arn);
      assert.equal(group.inputs.retentionInDays, 365);
      assert.ok(made.dependencies.includes(group.urn));
    }
    const options = settings(recording);
    assert.equal(options["aws:elasticbeanstalk:cloudwatch:logs StreamLogs"], "true");
    assert.equal(options["aws:elasticbeanstalk:cloudwatch:logs RetentionInDays"], "365");
    assert.equal(options["aws:elasticbeanstalk:cloudwatch:logs DeleteOnTerminate"], "false");
  });

  it("gives the instances exactly what their agents call, and Beanstalk exactly what it looks at", async () => {
    const recording = await recorded();
    const instance = statements(named(recording, "ui-instance").inputs.policy);
    const bucket = "arn:aws:s3:::elasticbeanstalk-eu-west-1-123456789012";
    assert.deepEqual(
      instance.map(({ Action, Resource }) => [Action, Resource]),
      [
        [["s3:GetObject", "s3:GetObjectVersion"], `${bucket}/*`],
        ["s3:ListBucket", bucket],
        ["s3:PutObject", `${bucket}/resources/environments/logs/*`],
        [
          "elasticbeanstalk:PutInstanceStatistics",
          [
            "arn:aws:elasticbeanstalk:eu-west-1:123456789012:application/test-ui",
            "arn:aws:elasticbeanstalk:eu-west-1:123456789012:environment/test-ui/test-ui-py314",
          ],
        ],
        [
          ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/elasticbeanstalk/test-ui-py314/*",
        ],
      ],
    );
    const looks = statements(named(recording, "ui-service").inputs.policy)[0]!;
    for (const action of looks.Action as string[])
      assert.match(action, /^(autoscaling|ec2|elasticloadbalancing):Describe/);
    assert.deepEqual(statements(named(recording, "ui-service-role").inputs.assumeRolePolicy), [
      {
        Effect: "Allow",
        Principal: { Service: "elasticbeanstalk.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "elasticbeanstalk" } },
      },
    ]);
  });

  it("takes secrets by their ARN, and none as a plain variable", async () => {
    const recording = await recordProgram(() => {
      const key = testKey("secret-key");
      testBeanstalk("ui", {
        variables: { MODE: "live" },
        secrets: { SESSION_KEY: new Secret("session", { key, description: "Session key" }) },
      });
    });
    const secret = named(recording, "session-secret").outputs.arn;
    const options = settings(recording);
    assert.equal(options["aws:elasticbeanstalk:application:environment MODE"], "live");
    assert.equal(options["aws:elasticbeanstalk:application:environmentsecrets SESSION_KEY"], secret);
    const reads = statements(named(recording, "ui-instance").inputs.policy).find(({ Sid }) => Sid === "ReadSecrets")!;
    assert.deepEqual(reads.Resource, [secret]);
    const leaking = await record(() => void testBeanstalk("ui", { variables: { TOKEN: pulumi.secret("x") } }), {
      project: "palisade",
      stack: "test",
      config: { "aws:region": "eu-west-1" },
    }).then(
      ({ problems }) => JSON.stringify(problems),
      (error: unknown) => String(error),
    );
    assert.match(leaking, /variables\.TOKEN/);
  });

  it("deploys a release when given one, and leaves the version to a pipeline otherwise", async () => {
    const recording = await recordProgram(() => {
      const bucket = new Bucket("releases", { key: testKey("releases-key") });
      testBeanstalk("ui", { release: { label: "1.4.2", bucket, key: "ui-1.4.2.zip" } });
    });
    const version = named(recording, "ui-version-1.4.2").inputs;
    assert.equal(version.name, "1.4.2");
    assert.equal(version.key, "ui-1.4.2.zip");
    assert.equal(environment(recording).inputs.version, "1.4.2");
    assert.deepEqual(environment(recording).ignoreChanges, ["platformArn", "solutionStackName"]);
    assert.equal(environment(await recorded()).inputs.version, undefined);
  });

  it("raises alarms on the environment's health, silence included", async () => {
    const recording = await recorded();
    const { inputs } = named(recording, "ui-degraded");
    assert.deepEqual(inputs.dimensions, { EnvironmentName: environment(recording).inputs.name });
    assert.equal(inputs.metricName, "EnvironmentHealth");
    assert.equal(inputs.threshold, 20);
    assert.equal(inputs.treatMissingData, "breaching");
  });
});
