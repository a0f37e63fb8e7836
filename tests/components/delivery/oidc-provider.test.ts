import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { OidcProvider } from "../../../components/delivery/oidc-provider";
import { componentContract } from "../../support/contract";
import { named, ofType, recordProgram, statements } from "../../support/record";

const GITHUB = "https://token.actions.githubusercontent.com";

/** The trust policy for `subjects`. */
async function trust(subjects: string[]): Promise<Record<string, unknown>[]> {
  const recording = await recordProgram(() => {
    const provider = new OidcProvider("ci", { issuer: GITHUB });
    new aws.iam.Role("role", { assumeRolePolicy: provider.trust(subjects) });
  });
  return statements(named(recording, "role").inputs.assumeRolePolicy);
}

describe("OidcProvider", () => {
  componentContract("delivery", "OidcProvider", {
    minimal: (name, opts) => new OidcProvider(name, { issuer: GITHUB }, opts),
    complete: (name, opts) =>
      new OidcProvider(
        name,
        {
          issuer: "https://gitlab.example.com/gitlab",
          audience: "https://gitlab.example.com",
          presence: "create",
          owner: "platform",
          transform: { provider: { clientIdLists: ["https://gitlab.example.com"] } },
        },
        opts,
      ),
    errors: {
      "an issuer without https": {
        build: (name) => new OidcProvider(name, { issuer: "token.actions.githubusercontent.com" }),
        message: /issuer = "token.*Give the URL/,
      },
      "an issuer with a slash at its end": {
        build: (name) => new OidcProvider(name, { issuer: `${GITHUB}/` }),
        message: /without a slash at its end/,
      },
      "a role that nobody may take": {
        build: (name) => new OidcProvider(name, { issuer: GITHUB }).trust([]),
        message: /subjects = \[\]/,
      },
      "a role that every project may take": {
        build: (name) => new OidcProvider(name, { issuer: GITHUB }).trust(["repo:*"]),
        message: /subjects = "repo:\*".*every project of the issuer/,
      },
    },
  });

  it("trusts tokens for its audience, of exactly the subjects that are named", async () => {
    assert.deepEqual(await trust(["repo:example/shop:environment:prod"]), [
      {
        Effect: "Allow",
        Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": ["repo:example/shop:environment:prod"],
          },
        },
      },
    ]);
  });

  it("compares by pattern only where a subject has a *", async () => {
    const [statement] = await trust(["project_path:example/shop:ref_type:branch:ref:*"]);
    assert.deepEqual(Object.keys(statement?.Condition ?? {}), ["StringEquals", "StringLike"]);
  });

  it("makes none where the account has one", async () => {
    const recording = await recordProgram(() => void new OidcProvider("ci", { issuer: GITHUB, presence: "existing" }));
    assert.equal(ofType(recording, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", 0).length, 0);
  });
});
