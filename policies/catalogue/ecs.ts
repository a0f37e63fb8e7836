import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide";
const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html";

export const ecs = {
  "ecs-no-public-address": {
    title: "ECS services and task sets give their tasks no public address.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["ECS.2", "ECS.16"],
    remediation: "Leave networkConfiguration.assignPublicIp at its default false.",
    url: `${HUB}#ecs-2`,
  },
  "ecs-latest-platform": {
    title: "ECS services run on the latest Fargate platform.",
    severity: "medium",
    requirements: ["6.3.3"],
    controls: ["ECS.10"],
    remediation: "Leave platformVersion at LATEST.",
    url: `${HUB}#ecs-10`,
  },
  "ecs-isolated-tasks": {
    title: "ECS tasks have a network and processes of their own.",
    severity: "high",
    requirements: ["1.4.5", "7.2.1"],
    controls: ["ECS.3", "ECS.17"],
    remediation: "Set networkMode to awsvpc and leave pidMode out.",
    url: `${HUB}#ecs-17`,
  },
  "ecs-unprivileged": {
    title: "ECS containers run without the host's privileges.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["ECS.4"],
    remediation: "Leave `privileged` out of the container definition; Fargate refuses it.",
    url: `${HUB}#ecs-4`,
  },
  "ecs-read-only-root": {
    title: "ECS containers can not write to their root file system.",
    severity: "high",
    requirements: ["7.2.1", "10.3.2"],
    controls: ["ECS.5"],
    remediation: "Set readonlyRootFilesystem to true, and mount a volume where the container must write.",
    url: `${HUB}#ecs-5`,
  },
  "ecs-non-root": {
    title: "ECS containers run as a user other than root.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: ["ECS.20"],
    remediation: "Set `user` to a number other than 0, e.g. 10001:10001.",
    url: `${HUB}#ecs-20`,
  },
  "ecs-no-secrets-in-environment": {
    title: "ECS containers get secrets by reference, not as plain environment variables.",
    severity: "high",
    requirements: ["8.6.2"],
    controls: ["ECS.8"],
    remediation: "Move the value to Secrets Manager and name it in `secrets` by its ARN.",
    url: `${HUB}#ecs-8`,
  },
  "ecs-logs": {
    title: "ECS containers send their output to a log.",
    severity: "high",
    requirements: ["10.2.1"],
    controls: ["ECS.9"],
    remediation: "Set logConfiguration, with awslogs or awsfirelens as the driver.",
    url: `${HUB}#ecs-9`,
  },
  "ecs-efs-tls": {
    title: "ECS tasks speak TLS to EFS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ECS.18"],
    remediation: "Set transitEncryption to ENABLED in efsVolumeConfiguration.",
    url: `${HUB}#ecs-18`,
  },
  "ecs-two-roles": {
    title: "The role that starts a task is not the role that the task has.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: ["ECS/separate-roles"],
    remediation:
      "Give taskRoleArn a role of its own: the execution role reads every secret that the task definition names.",
    url: `${DOCS}/task-iam-roles.html`,
  },
  "ecs-exec-audited": {
    title: "What is typed in ECS Exec sessions is encrypted and logged, or ECS Exec is off.",
    severity: "medium",
    requirements: ["10.2.1", "3.5.1"],
    controls: ["ECS/exec-logging"],
    remediation:
      "Leave enableExecuteCommand out, or give the cluster an executeCommandConfiguration with your key and a log group.",
    url: `${DOCS}/ecs-exec.html`,
  },
  "ecs-ephemeral-storage-key": {
    title: "What Fargate tasks write to their own disks is encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: [],
    remediation:
      "Set configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId; Palisade's Cluster does.",
    url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-storage-encryption.html",
  },
} as const satisfies Catalogue;
