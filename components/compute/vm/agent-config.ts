import { NGINX_LOGS } from "./nginx-config";

/** What the CloudWatch agent reports under; the role may write to no other namespace. */
export const METRIC_NAMESPACE = "CWAgent";

/** Log file -> the part of its stream's name after the machine's id. */
const LOGS: Readonly<Record<string, string>> = {
  [`${NGINX_LOGS}/access.log`]: "nginx-access",
  [`${NGINX_LOGS}/error.log`]: "nginx-error",
  "/var/log/audit/audit.log": "audit",
  "/var/log/cloud-init-output.log": "first-boot",
};

/**
 * The CloudWatch agent's configuration: how full disk and memory are, nginx's logs, the kernel's audit log
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html).
 */
export function agentConfig(logGroup: string): string {
  const config = {
    // The audit log is root's.
    agent: { metrics_collection_interval: 60, run_as_user: "root" },
    metrics: {
      namespace: METRIC_NAMESPACE,
      append_dimensions: { InstanceId: "${aws:InstanceId}" },
      aggregation_dimensions: [["InstanceId"]],
      metrics_collected: {
        disk: { measurement: ["used_percent"], resources: ["/"], drop_device: true },
        mem: { measurement: ["used_percent"] },
      },
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: Object.entries(LOGS).map(([file_path, stream]) => ({
            file_path,
            log_group_name: logGroup,
            log_stream_name: `{instance_id}/${stream}`,
          })),
        },
      },
    },
  };
  return `${JSON.stringify(config, undefined, 1)}\n`;
}
