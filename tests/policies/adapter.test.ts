import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import type { PolicyResource } from "@pulumi/policy";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ResourceGraph } from "../../analysis/graph";
import {
  COMMON,
  describe as inWords,
  policyResources,
  runPolicies,
  stackPolicies,
  UNDETERMINED,
} from "../../policies/adapter";
import { packs } from "../../policies/packs";
import { evaluate, isViolation, type Pack } from "../../policies/rule";
import { recordProgram } from "../support/record";
import { ROOT } from "../support/stack-file";
import { builtPacks } from "./built-packs";
import { graphOf, type Fixture, UNKNOWN } from "./fixture-graph";
import { insecureShop } from "./programs/insecure";
import { secureShop } from "./programs/secure";
import { unknownCheckingProxy } from "./sdk-proxy";

const FOLDERS: Readonly<Record<string, string>> = {
  "palisade-pci-dss": "pci-dss",
  "palisade-least-privilege": "least-privilege",
  "palisade-resilience": "resilience",
};

/** What the engine would hand over: every property object behind the SDK's proxy. */
function engineResources(graph: ResourceGraph): PolicyResource[] {
  const resources = policyResources(graph);
  for (const resource of resources) resource.props = unknownCheckingProxy(resource.props);
  return resources;
}

/** What must stop the update by the rules themselves. */
function violations(pack: Pack, graph: ResourceGraph): string[] {
  const found = evaluate(pack.rules, graph).filter(isViolation);
  return found.map((finding) => `${finding.rule.id} ${finding.resource.urn} ${inWords(finding)}`).sort();
}

describe("the policies of a pack", () => {
  for (const [name, program] of Object.entries({ insecureShop, secureShop })) {
    for (const preview of [false, true]) {
      it(`${name}, ${preview ? "preview" : "update"}: Pulumi's policies say what the rules say`, async () => {
        const graph = ResourceGraph.fromRecording(await recordProgram(program, { preview }));
        const resources = engineResources(graph);
        for (const pack of packs) {
          const reported = await runPolicies(stackPolicies(pack), resources);
          const mandatory = reported.filter(({ policy }) => policy !== UNDETERMINED);
          assert.deepEqual(
            mandatory.map(({ policy, urn, message }) => `${policy} ${urn} ${message}`).sort(),
            violations(pack, graph),
          );
        }
      });
    }
  }

  const unknownKey = (dataClass: string): Fixture => ({
    secret: {
      type: "aws:secretsmanager/secret:Secret",
      inputs: {
        kmsKeyId: UNKNOWN,
        tags: { "palisade:data-class": dataClass, "palisade:rotated-by": "its owner every 90 days" },
      },
    },
  });

  it("an unknown value in the cardholder data environment is a violation that names it", async () => {
    const graph = graphOf(unknownKey("cardholder"), "preview", { "secret.kmsKeyId": UNKNOWN });
    const reported = await runPolicies(stackPolicies(packs[0]!), engineResources(graph));
    assert.deepEqual(
      reported.map(({ policy }) => policy),
      ["secret-customer-key"],
    );
    assert.match(reported[0]!.message, /hangs on kmsKeyId, which is not known yet; it comes from stranger/);
  });

  it("elsewhere it is advice", async () => {
    const graph = graphOf(unknownKey("internal"), "preview", { "secret.kmsKeyId": UNKNOWN });
    const reported = await runPolicies(stackPolicies(packs[0]!), engineResources(graph));
    assert.deepEqual(
      reported.map(({ policy }) => policy),
      [UNDETERMINED],
    );
    const advice = stackPolicies(packs[0]!).find(({ name }) => name === UNDETERMINED);
    assert.equal(advice?.enforcementLevel, "advisory");
  });

  it("an unknown value hides no violation of the same rule", async () => {
    const open = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22 };
    const type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
    const graph = graphOf(
      { first: { type, inputs: open }, second: { type, inputs: { ...open, cidrIpv4: "0.0.0.0/0" } } },
      "preview",
      { "first.cidrIpv4": UNKNOWN },
    );
    const reported = await runPolicies(stackPolicies(packs[0]!), engineResources(graph));
    assert.ok(reported.some(({ policy, urn }) => policy === "sg-no-open-administration" && urn?.endsWith("::second")));
  });

  it("the same policies judge a second stack anew, though its resources have the same names", async () => {
    const policies = stackPolicies(packs[0]!);
    const queue = (key?: string): Fixture => ({
      queue: { type: "aws:sqs/queue:Queue", inputs: key === undefined ? {} : { kmsMasterKeyId: key } },
    });
    const violated = async (fixture: Fixture) =>
      (await runPolicies(policies, engineResources(graphOf(fixture, "update")))).map(({ policy }) => policy);
    const encrypted = await violated(queue("alias/mine"));
    const plain = await violated(queue());
    assert.deepEqual(
      plain.filter((policy) => !encrypted.includes(policy)),
      ["sqs-customer-key"],
    );
    assert.deepEqual(await violated(queue("alias/mine")), encrypted);
  });

  it("are mandatory and carry the PCI DSS requirements, the severity and the fix", () => {
    for (const pack of packs) {
      for (const policy of stackPolicies(pack).filter(({ name }) => !COMMON.includes(name))) {
        assert.equal(policy.enforcementLevel, "mandatory");
        assert.ok(policy.severity && policy.remediationSteps && policy.url && policy.tags?.length, policy.name);
        assert.ok(policy.framework?.reference, policy.name);
      }
    }
  });
});

describe("a pack loaded as the engine loads it", function () {
  this.timeout(60_000);
  const running: ChildProcess[] = [];
  after(() => running.forEach((process) => process.kill()));

  /** Somebody's folder with the built packs and what their package.json asks for, and nothing else. */
  let elsewhere: string;
  before(async () => {
    elsewhere = await builtPacks();
  });
  after(() => rmSync(elsewhere, { recursive: true, force: true }));

  /** Starts Pulumi's loader in the pack's folder and returns the port that it serves. */
  async function load(cwd: string): Promise<AnalyzerClient> {
    const loader = createRequire(__filename).resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [loader, "127.0.0.1:1", "."], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    running.push(child);
    const port = await new Promise<string>((resolve, reject) => {
      let errors = "";
      child.stderr.on("data", (data) => (errors += String(data)));
      child.stdout.once("data", (data) => resolve(String(data).trim()));
      child.once("exit", (code) => reject(new Error(`the loader ended with ${code}: ${errors}`)));
    });
    return new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  const forms = { "from source": () => join(ROOT, "policies"), "built, elsewhere": () => elsewhere };
  for (const [pack, form, place] of packs.flatMap((each) =>
    Object.entries(forms).map(([name, folder]) => [each, name, folder] as const),
  )) {
    it(`${pack.name} ${form} serves its rules and gives the verdicts that the check gives`, async () => {
      const client = await load(join(place(), FOLDERS[pack.name] ?? ""));
      const graph = ResourceGraph.fromRecording(await recordProgram(insecureShop, { preview: true }));
      const response = await new Promise<analyzer.AnalyzeResponse>((resolve, reject) =>
        client.analyzeStack(request(graph), (error, answer) => (error ? reject(error) : resolve(answer))),
      );
      const diagnostics = response.getDiagnosticsList().filter((item) => item.getPolicyname() !== UNDETERMINED);
      assert.ok(diagnostics.every((item) => item.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY));
      assert.deepEqual(
        diagnostics.map((item) => `${item.getPolicyname()} ${item.getUrn()}`).sort(),
        evaluate(pack.rules, graph)
          .filter(isViolation)
          .map(({ rule, resource }) => `${rule.id} ${resource.urn}`)
          .sort(),
      );
      client.close();
    });
  }

  it("built, elsewhere, pass on the licences of what they hold", () => {
    const notices = readFileSync(join(elsewhere, "least-privilege", "NOTICES"), "utf8");
    assert.match(notices, /@cloud-copilot\/iam-data [\d.]+\n\nMIT License\n\nCopyright \(c\) 2024 Act Security/);
    for (const folder of Object.values(FOLDERS))
      assert.match(readFileSync(join(elsewhere, folder, "NOTICES"), "utf8"), /zod [\d.]+ \(MIT\)\n\nMIT License/);
  });

  function request(graph: ResourceGraph): analyzer.AnalyzeStackRequest {
    const message = new analyzer.AnalyzeStackRequest();
    message.setResourcesList(
      graph.nodes.map((node) => {
        const resource = new analyzer.AnalyzerResource();
        resource.setUrn(node.urn);
        resource.setType(node.type);
        resource.setName(node.name);
        resource.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(node.outputs))));
        resource.setParent(node.parent?.urn ?? "");
        resource.setDependenciesList([...node.dependencies]);
        resource.setOptions(new analyzer.AnalyzerResourceOptions());
        for (const [property, urns] of Object.entries(node.propertyDependencies)) {
          const dependencies = new analyzer.AnalyzerPropertyDependencies();
          dependencies.setUrnsList([...urns]);
          resource.getPropertydependenciesMap().set(property, dependencies);
        }
        return resource;
      }),
    );
    return message;
  }
});
