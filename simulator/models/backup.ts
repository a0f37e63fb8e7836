import type { Facts, Models } from "../model";

const vaultArn = (f: Facts): string => f.arn("backup", `backup-vault:${f.text("backupVaultName")}`);

export const backup: Models = {
  "aws:backup/vault:Vault": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("backup", `backup-vault:${f.name}`), recoveryPoints: 0 }),
  },
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": {
    id: (f) => f.text("backupVaultName"),
    outputs: (f) => ({ backupVaultArn: vaultArn(f) }),
  },
  "aws:backup/vaultPolicy:VaultPolicy": {
    id: (f) => f.text("backupVaultName"),
    outputs: (f) => ({ backupVaultArn: vaultArn(f) }),
  },
  "aws:backup/plan:Plan": {
    nameProperty: "name",
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: f.arn("backup", `backup-plan:${f.uuid()}`), version: f.hex(48) }),
  },
  "aws:backup/selection:Selection": { nameProperty: "name", id: (f) => f.uuid() },
};
