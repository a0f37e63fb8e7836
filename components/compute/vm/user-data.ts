import { MACHINE_FOLDER } from "./systemd-units";

export interface FirstBoot {
  readonly region: string;
  readonly colour: string;
  /** Path of the parameters that say what the machine runs. */
  readonly parameters: string;
}

/**
 * Fetches the script that brings a machine up to date, and runs it: what the first boot ends with, and what every deployment does. Both therefore set a machine
 * up from the same parameters.
 */
export function fetchAndDeploy(): string {
  return `set -eu
set -a
. ${MACHINE_FOLDER}/machine.env
set +a
script=$(aws ssm get-parameter --name "$PARAMETERS/machine/deploy" --query Parameter.Value --output text)
exec bash -c "$script"
`;
}

/**
 * What a machine does when it first boots. Packages come from Amazon Linux's own repositories, in S3, at the release that the machine image is locked to. All that
 * may change later (units, nginx, settings, image) is left to the deployment: another user data would be another machine.
 */
export function userData({ region, colour, parameters }: FirstBoot): string {
  return `#!/bin/bash
set -euo pipefail
dnf install --assumeyes amazon-cloudwatch-agent audit docker nginx openssl
install --directory --mode 0755 ${MACHINE_FOLDER}
cat > ${MACHINE_FOLDER}/machine.env <<'END'
AWS_REGION=${region}
COLOUR=${colour}
PARAMETERS=${parameters}
END
systemctl enable --now docker
${fetchAndDeploy()}`;
}
