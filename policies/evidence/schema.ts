import { z } from "zod";
import { LEVELS } from "../configuration";

/** What was decided: of a finding, a rule, a control or a requirement. */
export const STATUSES = [
  "fail",
  "undetermined",
  "waived",
  "disabled",
  "pass",
  "not-applicable",
  "verify-at-runtime",
] as const;

const status = z.enum(STATUSES);

const result = z
  .strictObject({
    resource: z.string().describe("URN"),
    type: z.string().describe("short type, e.g. s3.Bucket"),
    name: z.string(),
    status,
    message: z.string().optional().describe("what is wrong, or why the rule does not apply"),
    property: z.string().optional().describe("where to look, e.g. rules[0].sseAlgorithm"),
    producers: z.array(z.string()).optional().describe("resources whose values decide it, when undetermined"),
    fingerprint: z.string().describe("the same from run to run"),
    declaredAt: z.strictObject({ file: z.string(), line: z.int().min(1) }).optional(),
    waiver: z.int().min(0).optional().describe("index in waivers"),
  })
  .describe("the verdict of one rule on one resource");

const rule = z.strictObject({
  id: z.string(),
  pack: z.string(),
  title: z.string(),
  severity: z.enum(["low", "medium", "high", "critical"]),
  requirements: z.array(z.string()),
  controls: z.array(z.string()),
  remediation: z.string(),
  url: z.string(),
  level: z
    .enum(LEVELS)
    .describe("mandatory: a finding stops the update; advisory: it does not; disabled: nothing was judged"),
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.array(z.number())]))
    .optional()
    .describe("what the rule was told, where it takes parameters"),
  status,
  results: z.array(result),
});

const control = z.strictObject({
  id: z.string().describe("AWS Security Hub's id, or Service/slug"),
  title: z.string(),
  service: z.string(),
  decidable: z.enum(["resource", "join", "account", "runtime"]),
  requirements: z.array(z.string()),
  requirementSource: z.string().describe("recalled-verify: not confirmed by a document that was read"),
  sources: z.array(z.string()).describe("published lists that have the control"),
  rules: z.array(z.string()).describe("rules that decide it"),
  status,
});

const requirement = z.strictObject({
  id: z.string().describe("PCI DSS v4.0.1 requirement number"),
  status: status.describe("of what a program can show; verify-at-runtime when it can show nothing"),
  controls: z.array(z.string()),
  verifyAtRuntime: z.array(z.string()).describe("controls that only the running system can show"),
  rules: z.array(z.string()),
  resources: z.int().min(0).describe("how many resources were judged for it"),
});

/** Evidence of one check of one stack: requirement -> controls and rules -> resources -> verdict. Published as docs/evidence.schema.json. */
export const evidenceSchema = z.strictObject({
  schemaVersion: z.literal(1),
  generatedAt: z.iso.datetime(),
  tool: z.strictObject({ name: z.literal("palisade"), version: z.string() }),
  standard: z.strictObject({ name: z.literal("PCI DSS"), version: z.literal("4.0.1") }),
  subject: z.strictObject({
    project: z.string(),
    stack: z.string(),
    commit: z
      .strictObject({ id: z.string(), modified: z.boolean().describe("true when files differ from the commit") })
      .optional(),
    digest: z.string().describe("sha256 over every registered resource and its inputs; equal means the same stack"),
    resources: z.int().min(0),
  }),
  packs: z.array(z.strictObject({ name: z.string(), version: z.string(), rules: z.int() })),
  status,
  requirements: z.array(requirement),
  controls: z.array(control),
  rules: z.array(rule),
  waivers: z.array(
    z.strictObject({
      rule: z.string(),
      resource: z.string(),
      finding: z.string().optional(),
      stacks: z.array(z.string()),
      reason: z.string(),
      owner: z.string(),
      ticket: z.string(),
      granted: z.string(),
      expires: z.string(),
      findings: z.int().min(1).describe("how many findings it covers"),
    }),
  ),
});

export type Evidence = z.infer<typeof evidenceSchema>;
export type Status = (typeof STATUSES)[number];
export type RuleEvidence = Evidence["rules"][number];
export type ResultEvidence = RuleEvidence["results"][number];
