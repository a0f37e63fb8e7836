import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/IAM/latest/UserGuide";

export const escalation = {
  "iam-no-privilege-escalation": {
    title: "No role, user or group can give itself more than all of its policies together say.",
    severity: "critical",
    requirements: ["7.2.1", "7.2.5"],
    controls: ["IAM/no-privilege-escalation"],
    remediation:
      "Name the resources of the permission that decides, and give iam:PassRole the condition iam:PassedToService; where a role must manage IAM, hold it by iam:PermissionsBoundary.",
    url: `${DOCS}/best-practices.html#grant-least-privilege`,
  },
  "iam-no-data-exfiltration": {
    title: "Policies that read or share data, or hand out credentials, name whose.",
    severity: "high",
    requirements: ["7.2.2", "7.2.5"],
    controls: ["IAM/no-data-exfiltration"],
    remediation: "Name the buckets, tables, secrets, parameters, snapshots or roles; Palisade's grants do.",
    url: `${DOCS}/best-practices.html#grant-least-privilege`,
  },
} as const satisfies Catalogue;
