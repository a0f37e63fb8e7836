export interface NginxConfig {
  /** Ports on the loopback address, one for each container. */
  readonly upstreamPorts: readonly number[];
  /** Ranges that the load balancer calls from: whose word is taken for a client's address. */
  readonly trustedRanges: readonly string[];
  /** Path that tells whether a container can serve. */
  readonly healthCheckPath: string;
  /** Seconds that a container may take to answer. */
  readonly responseSeconds: number;
  /** Largest body of a request, in MiB. */
  readonly maxBodyMiB: number;
}

/** Where the deployment puts the machine's certificate and key. */
export const TLS_FOLDER = "/etc/nginx/tls";
export const NGINX_LOGS = "/var/log/nginx";

/**
 * nginx in front of a machine's containers: TLS to the load balancer, requests spread over the containers, one that does not answer left alone for ten seconds. A
 * request is tried on the other container only where it cannot have been begun: nginx repeats none that changes something (`non_idempotent` is left off).
 */
export function nginxConfig(config: NginxConfig): string {
  const servers = config.upstreamPorts.map((port) => `    server 127.0.0.1:${port} max_fails=2 fail_timeout=10s;`);
  const trusted = config.trustedRanges.map((range) => `  set_real_ip_from ${range};`);
  return `worker_processes auto;
worker_rlimit_nofile 65535;
pid /run/nginx.pid;
error_log ${NGINX_LOGS}/error.log warn;

events {
  worker_connections 8192;
}

http {
  server_tokens off;
  default_type application/octet-stream;
  tcp_nopush on;
  # Longer than a load balancer's longest idle timeout, 4000 s: it is the one that ends idle connections, so that it never sends into one that is closing.
  keepalive_timeout 4060s;
  keepalive_requests 100000;
  client_max_body_size ${config.maxBodyMiB}m;

${trusted.join("\n")}
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;

  # No query string: it may hold what belongs in no log.
  log_format access escape=json
    '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","path":"$uri","status":$status,'
    '"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr","trace":"$http_x_amzn_trace_id"}';
  access_log ${NGINX_LOGS}/access.log access;

  upstream application {
    zone application 64k;
${servers.join("\n")}
    keepalive 64;
  }

  server {
    listen 443 ssl default_server;
    server_name _;

    ssl_certificate ${TLS_FOLDER}/certificate.pem;
    ssl_certificate_key ${TLS_FOLDER}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384;
    ssl_session_cache shared:tls:2m;
    ssl_session_tickets off;

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-Proto https;
    proxy_connect_timeout 2s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries ${config.upstreamPorts.length};

    location / {
      proxy_pass http://application;
      proxy_read_timeout ${config.responseSeconds}s;
    }

    location = ${config.healthCheckPath} {
      access_log off;
      proxy_pass http://application;
      proxy_read_timeout 2s;
    }
  }
}
`;
}
