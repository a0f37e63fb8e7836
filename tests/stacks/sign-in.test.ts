import assert from "node:assert/strict";
import { loadConfig } from "../../stacks/config/load";
import { payments } from "../../stacks/payments";
import type { Recording } from "../../simulator";
import { named, ofType } from "../support/record";
import { recordStack } from "../support/record-stack";
import { stackValues } from "../support/stack-file";

type Body = { paths: Record<string, Record<string, { security?: unknown }>>; components: Record<string, never> };

const body = (recording: Recording, api: string): Body => JSON.parse(String(named(recording, api).inputs.body));
const POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Ab1Cd2Ef3";
const existing = { "palisade:signIn": { userPoolArns: [POOL], origin: "https://sign-in.example.com" } };

function connectSources(recording: Recording): string[] {
  const [policy] = ofType(recording, "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy");
  const text = JSON.stringify(policy?.inputs);
  return (/connect-src ([^;"]*)/.exec(text)?.[1] ?? "").split(" ");
}

describe("sign-in of the payments stack", function () {
  this.timeout(120_000);
  let prod: Recording;
  before(async () => {
    prod = await recordStack("prod");
  });

  for (const [short, name] of [
    ["use1", "us-east-1"],
    ["euw1", "eu-west-1"],
  ] as const) {
    it(`${name}: web servers answer users of the region's own pool, and nothing but the health check is open`, () => {
      const { paths, components } = body(prod, `payments-${short}-api-api`);
      const pool = named(prod, `payments-${short}-sign-in-pool`);
      assert.ok(JSON.stringify(components).includes(String(pool.outputs.arn)), "the authorizer names the pool");
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { security }]) => ({ path, method, security })),
      );
      const web = operations.filter(({ path, method }) => path.startsWith("/web-server") && method !== "options");
      assert.equal(web.length, 2);
      for (const { path, security } of web) assert.deepEqual(security, [{ cognito: [] }], path);
      const open = operations.filter(
        ({ method, security }) => method !== "options" && (!Array.isArray(security) || security.length === 0),
      );
      assert.deepEqual(
        open.map(({ path, method }) => `${method} ${path}`),
        ["get /health"],
      );
    });

    it(`${name}: codes go to the web front, which may call the API and the pool's pages`, () => {
      const { inputs } = named(prod, `payments-${short}-sign-in-client`);
      assert.deepEqual(inputs.callbackUrls, ["https://www.pay.example.com/signed-in"]);
      assert.deepEqual(inputs.logoutUrls, ["https://www.pay.example.com/"]);
      const sources = connectSources(prod);
      const { domain } = named(prod, `payments-${short}-sign-in-domain`).inputs;
      for (const origin of [
        "https://api.pay.example.com",
        `https://${short}.api.pay.example.com`,
        `https://${String(domain)}.auth.${name}.amazoncognito.com`,
      ]) {
        assert.ok(sources.includes(origin), `${origin} is not among ${sources.join(" ")}`);
      }
    });

    it(`${name}: a web ACL of its own stands before the pool, without the leave that API keys have`, () => {
      const pool = named(prod, `payments-${short}-sign-in-pool`);
      const associations = ofType(prod, "aws:wafv2/webAclAssociation:WebAclAssociation").filter(
        ({ inputs }) => inputs.resourceArn === pool.outputs.arn,
      );
      const acl = named(prod, `payments-${short}-sign-in-firewall-acl`);
      assert.deepEqual(
        associations.map(({ inputs }) => inputs.webAclArn),
        [acl.outputs.arn],
      );
      assert.ok(!JSON.stringify(acl.inputs.rules).includes("x-api-key"));
    });
  }

  it("preflights of the web front ask for no token and let it send one", () => {
    const { options } = body(prod, "payments-use1-api-api").paths["/web-server/{proxy+}"] ?? {};
    assert.ok(options, "there is no preflight");
    const text = JSON.stringify(options);
    assert.equal(options.security, undefined);
    assert.match(text, /'https:\/\/www\.pay\.example\.com'/);
    assert.match(text, /'authorization,/);
  });

  it("takes pools that stand already, in every region, and makes none", async () => {
    const recording = await recordStack("prod", existing);
    assert.deepEqual(ofType(recording, "aws:cognito/userPool:UserPool", 0), []);
    for (const short of ["use1", "euw1"]) {
      const text = JSON.stringify(body(recording, `payments-${short}-api-api`).components);
      assert.ok(text.includes(POOL), text);
    }
    assert.ok(connectSources(recording).includes("https://sign-in.example.com"));
  });

  it("sends invitations from a region's own SES identity where one is given", async () => {
    const email = { from: "no-reply@pay.example.com", identity: "pay.example.com" };
    const recording = await recordStack("dev", { "palisade:signIn": { email } });
    assert.deepEqual(named(recording, "payments-euw1-sign-in-pool").inputs.emailConfiguration, {
      emailSendingAccount: "DEVELOPER",
      fromEmailAddress: "no-reply@pay.example.com",
      sourceArn: "arn:aws:ses:eu-west-1:123456789012:identity/pay.example.com",
    });
  });

  const wrong: Record<string, { signIn: unknown; problem: RegExp }> = {
    "pools without the origin of their pages": { signIn: { userPoolArns: [POOL] }, problem: /belong together/ },
    "an origin without pools": { signIn: { origin: "https://a.example.com" }, problem: /belong together/ },
    "a sender for pools that stand already": {
      signIn: { ...existing["palisade:signIn"], email: { from: "a@example.com", identity: "example.com" } },
      problem: /signIn\.email = "a@example.com": Pools that stand already/,
    },
    "an id for an ARN": {
      signIn: { userPoolArns: ["eu-west-1_Ab1Cd2Ef3"], origin: "https://a.example.com" },
      problem: /signIn\.userPoolArns\[0\] = "eu-west-1_Ab1Cd2Ef3": Give the ARN of a user pool/,
    },
    "no pool at all": {
      signIn: { userPoolArns: [], origin: "https://a.example.com" },
      problem: /signIn\.userPoolArns .*at least one pool/,
    },
    "an origin with a path": {
      signIn: { userPoolArns: [POOL], origin: "https://a.example.com/login" },
      problem: /signIn\.origin .*Give an origin/,
    },
  };
  for (const [what, { signIn, problem }] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => loadConfig(payments, stackValues("prod", { "palisade:signIn": signIn }), "prod"), problem);
    });
  }
});
