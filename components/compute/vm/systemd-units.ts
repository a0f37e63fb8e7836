/** What one of a machine's containers runs with. */
export interface ContainerUnit {
  /** 1, 2, ...: it runs as `app-<number>`. */
  readonly number: number;
  /** Port on the loopback address that leads to it. */
  readonly hostPort: number;
  /** Port on which it listens inside. */
  readonly containerPort: number;
  /** MiB that it may use, all of it memory: it never swaps. */
  readonly memoryMiB: number;
  /** `<user>:<group>`, by number. */
  readonly user: string;
  readonly region: string;
  readonly logGroup: string;
}

/** Files that a machine's units read; the deployment writes them. */
export const MACHINE_FOLDER = "/etc/palisade";
export const IMAGE_FILE = `${MACHINE_FOLDER}/image.env`;
export const SETTINGS_FILE = `${MACHINE_FOLDER}/app.env`;

/** Seconds that a container has to finish its requests. */
const STOP_SECONDS = 30;

export const unitName = (number: number): string => `app-${number}.service`;

/**
 * The systemd unit of one container: it starts with the machine, is started anew whenever it ends, and runs the image that the last deployment chose. It may
 * write to `/tmp` alone, holds no capability, and cannot gain any. Its output goes to CloudWatch Logs; where that cannot be reached it is dropped, so
 * that no request waits for a log line.
 */
export function containerUnit(unit: ContainerUnit): string {
  const name = `app-${unit.number}`;
  const run = [
    "/usr/bin/docker run",
    `--name ${name} --rm --pull never`,
    `--publish 127.0.0.1:${unit.hostPort}:${unit.containerPort}`,
    `--env-file ${SETTINGS_FILE}`,
    `--user ${unit.user} --read-only --tmpfs /tmp:rw,noexec,nosuid,nodev,size=64m`,
    "--cap-drop ALL --security-opt no-new-privileges --pids-limit 512",
    `--memory ${unit.memoryMiB}m --memory-swap ${unit.memoryMiB}m`,
    `--stop-timeout ${STOP_SECONDS}`,
    "--log-driver awslogs --log-opt mode=non-blocking --log-opt max-buffer-size=4m",
    `--log-opt awslogs-region=${unit.region} --log-opt awslogs-group=${unit.logGroup}`,
    `--log-opt awslogs-stream=%H/${name}`,
    "${IMAGE}",
  ];
  return `[Unit]
Description=Application container ${unit.number}
Wants=network-online.target
After=network-online.target docker.service
Requires=docker.service
StartLimitIntervalSec=0

[Service]
EnvironmentFile=${IMAGE_FILE}
ExecStartPre=-/usr/bin/docker rm --force ${name}
ExecStart=${run.join(" \\\n  ")}
ExecStop=/usr/bin/docker stop -t ${STOP_SECONDS} ${name}
Restart=always
RestartSec=2
TimeoutStartSec=60
TimeoutStopSec=${STOP_SECONDS + 15}

[Install]
WantedBy=multi-user.target
`;
}
