import type { BootstrapConfig, DeploymentConfig } from "./config";

/** Who signs the CI's tokens, and what stands in them. */
export interface Subjects {
  readonly issuer: string;
  /** Of jobs that preview: those of pull or merge requests. */
  readonly preview: string[];
  /** Of jobs that deploy. None where a pipeline's roles do. */
  readonly deploy: string[];
}

const GITHUB = "https://token.actions.githubusercontent.com";

/**
 * GitHub: https://docs.github.com/en/actions/reference/security/oidc; a job with an environment has no branch in its subject, so the environment's own rules
 * say which branches deploy. GitLab: https://docs.gitlab.com/ci/secrets/id_token_authentication/; a merge request's pipeline has its branch.
 */
export function subjectsOf(ci: BootstrapConfig["ci"], { environment, branch, roles }: DeploymentConfig): Subjects {
  if (ci.kind === "gitlab") {
    const at = (ref: string) => `project_path:${ci.repository}:ref_type:branch:ref:${ref}`;
    return { issuer: ci.issuer, preview: [at("*")], deploy: roles ? [] : [at(branch ?? "")] };
  }
  const at = (what: string) => `repo:${ci.repository}:${what}`;
  return {
    issuer: GITHUB,
    preview: [at("pull_request")],
    deploy: roles ? [] : [at(environment === undefined ? `ref:refs/heads/${branch}` : `environment:${environment}`)],
  };
}
