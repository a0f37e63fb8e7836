/**
 * Source of the function that rotates a master password, for Node.js on AWS Lambda, whose runtime brings the AWS SDK along. It is the
 * four-step contract of Secrets Manager (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html);
 * each step may be repeated. Kept as text, because it runs elsewhere and has nothing to import from here.
 */
export const ROTATION_FUNCTION = `"use strict";
const secretsManager = require("@aws-sdk/client-secrets-manager");
const rds = require("@aws-sdk/client-rds");
const { setTimeout: wait } = require("node:timers/promises");

const secrets = new secretsManager.SecretsManagerClient({});
const databases = new rds.RDSClient({});
const { TARGET_KIND, TARGET_IDENTIFIER, HOST, PORT, DATABASE, USERNAME } = process.env;

async function hasValue(SecretId, VersionId) {
  try {
    await secrets.send(new secretsManager.GetSecretValueCommand({ SecretId, VersionId, VersionStage: "AWSPENDING" }));
    return true;
  } catch (error) {
    if (error.name === "ResourceNotFoundException") return false;
    throw error;
  }
}

async function createSecret(SecretId, token) {
  if (await hasValue(SecretId, token)) return;
  const { RandomPassword } = await secrets.send(
    new secretsManager.GetRandomPasswordCommand({ PasswordLength: 48, ExcludePunctuation: true }),
  );
  const value = {
    engine: "postgres", host: HOST, port: Number(PORT), dbname: DATABASE, username: USERNAME, password: RandomPassword,
  };
  await secrets.send(new secretsManager.PutSecretValueCommand({
    SecretId, ClientRequestToken: token, SecretString: JSON.stringify(value), VersionStages: ["AWSPENDING"],
  }));
}

async function setSecret(SecretId, token) {
  const { SecretString } = await secrets.send(
    new secretsManager.GetSecretValueCommand({ SecretId, VersionId: token, VersionStage: "AWSPENDING" }),
  );
  const change = { MasterUserPassword: JSON.parse(SecretString).password, ApplyImmediately: true };
  await databases.send(TARGET_KIND === "cluster"
    ? new rds.ModifyDBClusterCommand({ DBClusterIdentifier: TARGET_IDENTIFIER, ...change })
    : new rds.ModifyDBInstanceCommand({ DBInstanceIdentifier: TARGET_IDENTIFIER, ...change }));
}

async function describe() {
  if (TARGET_KIND === "cluster") {
    const answer = await databases.send(new rds.DescribeDBClustersCommand({ DBClusterIdentifier: TARGET_IDENTIFIER }));
    const cluster = answer.DBClusters[0];
    return { status: cluster.Status, pending: cluster.PendingModifiedValues };
  }
  const answer = await databases.send(new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: TARGET_IDENTIFIER }));
  const instance = answer.DBInstances[0];
  return { status: instance.DBInstanceStatus, pending: instance.PendingModifiedValues };
}

// RDS applies the password some time after it took the request; the old one is valid until then.
async function testSecret() {
  const until = Date.now() + 10 * 60 * 1000;
  do {
    await wait(20 * 1000);
    const { status, pending } = await describe();
    if (status === "available" && !pending?.MasterUserPassword) return;
  } while (Date.now() < until);
  throw new Error("RDS has not applied the new master password of " + TARGET_IDENTIFIER + " within ten minutes");
}

async function finishSecret(SecretId, token, versions) {
  const current = Object.keys(versions).find((id) => versions[id].includes("AWSCURRENT"));
  if (current === token) return;
  await secrets.send(new secretsManager.UpdateSecretVersionStageCommand({
    SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: token, RemoveFromVersionId: current,
  }));
}

exports.handler = async ({ Step, SecretId, ClientRequestToken }) => {
  const secret = await secrets.send(new secretsManager.DescribeSecretCommand({ SecretId }));
  const versions = secret.VersionIdsToStages ?? {};
  const stages = versions[ClientRequestToken];
  if (!secret.RotationEnabled || stages === undefined) throw new Error("This version is not being rotated");
  if (stages.includes("AWSCURRENT")) return;
  if (Step === "createSecret") return createSecret(SecretId, ClientRequestToken);
  if (Step === "setSecret") return setSecret(SecretId, ClientRequestToken);
  if (Step === "testSecret") return testSecret();
  if (Step === "finishSecret") return finishSecret(SecretId, ClientRequestToken, versions);
  throw new Error("Unknown step " + Step);
};
`;
