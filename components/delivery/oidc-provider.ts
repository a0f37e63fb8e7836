import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument, type Transform } from "../core";

export interface OidcProviderArgs extends ComponentArgs {
  /** Who signs the tokens, e.g. `https://token.actions.githubusercontent.com` or `https://gitlab.com`. */
  issuer: string;
  /** For whom a token must be made out. Default `sts.amazonaws.com`, as GitHub's own action asks for. */
  audience?: string;
  /** `existing` where the account trusts the issuer already: IAM has one provider for each. Default `create`. */
  presence?: "create" | "existing";
  transform?: { provider?: Transform<aws.iam.OpenIdConnectProviderArgs> };
}

/**
 * Lets an account take the identity of jobs that run elsewhere, such as in GitHub Actions, so that no access key has to lie there.
 * IAM checks the issuer's certificate against its own list of authorities; no thumbprint is kept.
 *
 *     const github = new OidcProvider("ci", { issuer: "https://token.actions.githubusercontent.com" });
 *     new aws.iam.Role("deploy", { assumeRolePolicy: github.trust(["repo:example/shop:environment:prod"]) });
 *
 * Free. Data loss: none.
 */
export class OidcProvider extends Component {
  readonly arn: pulumi.Output<string>;
  readonly nodes: { readonly provider?: aws.iam.OpenIdConnectProvider };
  private readonly host: string;
  private readonly audience: string;

  constructor(name: string, args: OidcProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:delivery:OidcProvider", name, args, opts);
    this.check.matches(
      "issuer",
      args.issuer,
      /^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._~/-]*[A-Za-z0-9_~-])?$/,
      "Give the URL of the issuer without a slash at its end, e.g. https://token.actions.githubusercontent.com.",
    );
    this.host = args.issuer.replace(/^https:\/\//, "");
    this.audience = args.audience ?? "sts.amazonaws.com";
    const provider =
      args.presence === "existing"
        ? undefined
        : new aws.iam.OpenIdConnectProvider(
            this.childName("provider"),
            { url: args.issuer, clientIdLists: [this.audience] },
            this.childOptions({}, args.transform?.provider),
          );
    // Built from the issuer, so that trust policies are known before the provider exists.
    this.arn = this.arnOf("iam", `oidc-provider/${this.host}`, "");
    this.nodes = { provider };
    this.registerOutputs({ arn: this.arn });
  }

  /** Trust policy for jobs whose token has one of `subjects`; a `*` in one stands for any text. */
  trust(subjects: readonly string[]): pulumi.Output<string> {
    this.check.atLeast("subjects", subjects, 1, "subject");
    for (const subject of subjects) {
      this.check.matches(
        "subjects",
        subject,
        /^[^*?]*[:/][^*?]+.*$/,
        "Name the project before the first *: otherwise every project of the issuer is trusted.",
      );
    }
    const exact = subjects.every((subject) => !/[*?]/.test(subject));
    const audience = { [`${this.host}:aud`]: this.audience };
    const subject = { [`${this.host}:sub`]: [...subjects] };
    return policyDocument([
      {
        Effect: "Allow",
        Principal: { Federated: this.arn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: exact
          ? { StringEquals: { ...audience, ...subject } }
          : { StringEquals: audience, StringLike: subject },
      },
    ]);
  }
}
