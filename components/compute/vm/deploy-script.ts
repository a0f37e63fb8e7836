import { TLS_FOLDER } from "./nginx-config";
import { IMAGE_FILE, SETTINGS_FILE, unitName } from "./systemd-units";
import { fetchAndDeploy } from "./user-data";

/** What an image parameter holds before the first deployment. */
export const NO_IMAGE = "none";

export interface Deployment {
  /** The only repository whose images may run. */
  readonly repositoryUrl: string;
  /** Number of each container -> its port on the loopback address. */
  readonly ports: Readonly<Record<number, number>>;
  readonly healthCheckPath: string;
  /** Seconds that a container may take until it answers. */
  readonly startSeconds: number;
}

const AGENT = "/opt/aws/amazon-cloudwatch-agent";
const UNITS = "/etc/systemd/system";

/**
 * Brings a machine to what its parameters say: units, nginx, settings, and the image by its digest. Containers are restarted one after the other, each only when the
 * one before answers; where one does not, it gets its old image back and the deployment fails. Without braces in pairs, which a parameter may not hold.
 */
export function deployScript({ repositoryUrl, ports, healthCheckPath, startSeconds }: Deployment): string {
  const numbers = Object.keys(ports).map(Number);
  const units = numbers.map(unitName).join(" ");
  const restarts = numbers.map((number) => `restart ${number} ${ports[number]}`).join("\n");
  return `set -euo pipefail
umask 022
fail() { echo "deploy: $1" >&2; exit 1; }
parameter() { aws ssm get-parameter --name "$PARAMETERS/$1" --query Parameter.Value --output text; }
answers() {
  for _ in $(seq ${startSeconds}); do
    curl --silent --fail --insecure --max-time 2 --output /dev/null "$1" && return 0
    sleep 1
  done
  return 1
}
restart() {
  systemctl restart "app-$1"
  answers "http://127.0.0.1:$2${healthCheckPath}" && return 0
  if [ -n "$before" ]; then
    echo "$before" > ${IMAGE_FILE}
    systemctl restart "app-$1"
  fi
  fail "app-$1 does not answer with $image"
}

exec 9> /run/palisade-deploy.lock
flock --wait 600 9 || fail "another deployment goes on and on"
image=$(parameter "$COLOUR/image")
for unit in ${units}; do parameter "machine/$unit" > "${UNITS}/$unit"; done
parameter machine/app.env > ${SETTINGS_FILE}
parameter machine/agent.json > ${AGENT}/etc/palisade.json
${AGENT}/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:${AGENT}/etc/palisade.json
systemctl enable --now auditd

# The load balancer takes any certificate; the key is this machine's own and leaves it never.
install --directory --mode 0700 ${TLS_FOLDER}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$COLOUR" \\
  -keyout ${TLS_FOLDER}/key.pem -out ${TLS_FOLDER}/certificate.pem 2> /dev/null
cp --force /etc/nginx/nginx.conf /run/palisade-nginx.conf
parameter machine/nginx.conf > /etc/nginx/nginx.conf
if ! nginx -t; then
  cp /run/palisade-nginx.conf /etc/nginx/nginx.conf
  fail "nginx does not take its configuration"
fi
systemctl daemon-reload

if [ "$image" = ${NO_IMAGE} ]; then
  echo "deploy: no image yet"
  exit 0
fi
[[ "$image" =~ ^${repositoryUrl.replaceAll(".", "\\.")}@sha256:[0-9a-f]{64}$ ]] || fail "$image is no image of ${repositoryUrl} by its digest"
DOCKER_CONFIG=$(mktemp --directory --tmpdir=/run)
export DOCKER_CONFIG
trap 'rm -rf "$DOCKER_CONFIG"' EXIT
aws ecr get-login-password | docker login --username AWS --password-stdin "${repositoryUrl.split("/")[0] ?? ""}"
docker pull --quiet "$image"

before=$(cat ${IMAGE_FILE} 2> /dev/null || true)
echo "IMAGE=$image" > ${IMAGE_FILE}
systemctl enable ${units}
${restarts}
systemctl enable nginx
systemctl reload-or-restart nginx
answers "https://127.0.0.1${healthCheckPath}" || fail "nginx does not answer"
docker image prune --all --force --filter until=168h
echo "deploy: $COLOUR runs $image"
`;
}

/** Seconds that a deployment may take in all, the wait for another one included. */
const DEPLOY_SECONDS = 1200;

/** The Systems Manager document that a pipeline runs on one machine, schema 2.2. */
export function deployDocument(description: string): object {
  return {
    schemaVersion: "2.2",
    description,
    mainSteps: [
      {
        action: "aws:runShellScript",
        name: "deploy",
        precondition: { StringEquals: ["platformType", "Linux"] },
        inputs: { timeoutSeconds: String(DEPLOY_SECONDS), runCommand: fetchAndDeploy().trimEnd().split("\n") },
      },
    ],
  };
}
