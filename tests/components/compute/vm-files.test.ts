import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { agentConfig } from "../../../components/compute/vm/agent-config";
import { deployDocument, deployScript } from "../../../components/compute/vm/deploy-script";
import { nginxConfig } from "../../../components/compute/vm/nginx-config";
import { containerUnit } from "../../../components/compute/vm/systemd-units";
import { fetchAndDeploy, userData } from "../../../components/compute/vm/user-data";

const REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/lending";
const IMAGE = `${REPOSITORY}@sha256:${"0a".repeat(32)}`;
const OLD_IMAGE = `${REPOSITORY}@sha256:${"0b".repeat(32)}`;

const unit = (number: number): string =>
  containerUnit({
    number,
    hostPort: 8080 + number,
    containerPort: 8080,
    memoryMiB: 1024,
    user: "10001:10001",
    region: "eu-west-1",
    logGroup: "/prod/lending-logs",
  });
const nginx = nginxConfig({
  upstreamPorts: [8081, 8082],
  trustedRanges: ["10.20.0.0/16"],
  healthCheckPath: "/health",
  responseSeconds: 55,
  maxBodyMiB: 1,
});
const script = (ports: Record<number, number> = { 1: 8081, 2: 8082 }): string =>
  deployScript({ repositoryUrl: REPOSITORY, ports, healthCheckPath: "/health", startSeconds: 2 });

/** Debian's packages `nginx-light` and `systemd`; .ci/run installs what is missing. */
function need(context: Mocha.Context, program: string): void {
  if (spawnSync("sh", ["-c", `command -v ${program}`], { env: withSbin() }).status === 0) return;
  console.log(`${program} is not on this machine: what it says of the rendered files is not tested here.`);
  context.skip();
}
const withSbin = (first = ""): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${first}${process.env.PATH}:/usr/sbin:/sbin`,
});

describe("files of a blue/green machine", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "palisade-vm-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (path: string, text: string, mode = 0o644): string => {
    const file = join(folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };

  describe("units", () => {
    /** systemd-analyze's word on units in a root of their own, where Docker is. */
    function verify(text: string): { status: number | null; stderr: string } {
      write("usr/bin/docker", "#!/bin/sh\n", 0o755);
      write("etc/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/docker\n");
      for (const target of ["network-online", "multi-user", "sysinit", "basic", "shutdown"])
        write(`etc/systemd/system/${target}.target`, "[Unit]\nDescription=Target\n");
      write("etc/systemd/system/app-1.service", text);
      return spawnSync("systemd-analyze", ["verify", `--root=${folder}`, "--man=no", "app-1.service"], {
        encoding: "utf8",
        env: withSbin(),
      });
    }

    it("are right in the eyes of systemd-analyze", function () {
      need(this, "systemd-analyze");
      for (const number of [1, 2]) {
        const { status, stderr } = verify(unit(number));
        assert.equal(stderr, "");
        assert.equal(status, 0);
      }
    });

    it("would not be with a word that systemd does not know, or a program that is not there", function () {
      need(this, "systemd-analyze");
      assert.match(
        verify(unit(1).replace("Restart=always", "Restart=whenever")).stderr,
        /Failed to parse service restart specifier/,
      );
      assert.match(verify(unit(1).replace("RestartSec", "RestartSecs")).stderr, /Unknown key( name)? 'RestartSecs'/);
      assert.notEqual(verify(unit(1).replace("ExecStart=/usr/bin/docker", "ExecStart=/usr/bin/podman")).status, 0);
    });

    it("run a container that nobody outside of the machine reaches, without rights, by the image of the last deployment", () => {
      const text = unit(2).replaceAll(" \\\n ", "");
      for (const part of [
        "--publish 127.0.0.1:8082:8080",
        "--cap-drop ALL --security-opt no-new-privileges",
        "--read-only",
        "--user 10001:10001",
        "EnvironmentFile=/etc/palisade/image.env",
        "Restart=always",
        "--log-opt awslogs-stream=%H/app-2 ${IMAGE}",
      ])
        assert.ok(text.includes(part), part);
    });
  });

  describe("nginx.conf", () => {
    const tls = (): void => {
      mkdirSync(join(folder, "tls"));
      execFileSync(
        "openssl",
        [
          ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
          ...["-subj", "/CN=blue", "-keyout", join(folder, "tls/key.pem"), "-out", join(folder, "tls/certificate.pem")],
        ],
        { stdio: "ignore" },
      );
    };
    /** The rendered file with its folders moved below the test's, and ports of its own. */
    const local = (text: string, ports: Record<string, string> = {}): string =>
      Object.entries(ports)
        .reduce((file, [from, to]) => file.replaceAll(from, to), text)
        .replaceAll("/etc/nginx/tls", join(folder, "tls"))
        .replaceAll("/var/log/nginx", folder)
        .replace("/run/nginx.pid", join(folder, "nginx.pid"))
        .replace("worker_rlimit_nofile 65535;\n", "");
    const test = (text: string) =>
      spawnSync(
        "nginx",
        ["-t", "-e", join(folder, "error.log"), "-p", folder, "-c", write("nginx.conf", local(text))],
        {
          encoding: "utf8",
          env: withSbin(),
        },
      );

    it("is right in the eyes of nginx -t, and would not be with a typing error", function () {
      need(this, "nginx");
      tls();
      const { status, stderr } = test(nginx);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /test is successful/);
      assert.doesNotMatch(stderr, /\[warn\]/);
      assert.match(test(nginx.replace("proxy_pass ", "proxy_pas ")).stderr, /unknown directive "proxy_pas"/);
    });

    it("spreads requests over both containers, and goes on with one when the other is down", async function () {
      need(this, "nginx");
      tls();
      const containers = await Promise.all(["a", "b"].map((name) => answering(name)));
      const front = await freePort();
      const [a, b] = containers.map(({ port }) => String(port));
      const config = local(nginx, { "listen 443": `listen 127.0.0.1:${front}`, "8081": a ?? "", "8082": b ?? "" });
      const file = write("nginx.conf", config);
      const server = execFile(
        "nginx",
        ["-e", join(folder, "error.log"), "-p", folder, "-g", "daemon off;", "-c", file],
        {
          env: withSbin(),
        },
      );
      try {
        const ask = async (path = "/"): Promise<string> => {
          const url = `https://127.0.0.1:${front}${path}`;
          const { stdout } = await promisify(execFile)("curl", [
            "--silent",
            "--insecure",
            "--fail",
            "--retry",
            "20",
            "--retry-connrefused",
            "--retry-delay",
            "0",
            "--retry-max-time",
            "10",
            url,
          ]);
          return stdout;
        };
        const answers = async (): Promise<string[]> => {
          const seen = new Set<string>();
          for (let count = 0; count < 8; count++) seen.add(await ask());
          return [...seen].sort();
        };
        await ask("/health");
        assert.deepEqual(await answers(), ["a", "b"]);
        await containers[0]?.stop();
        assert.deepEqual(await answers(), ["b"]);
        assert.equal(await ask("/health"), "b");
      } finally {
        server.kill();
        await Promise.all(containers.map(({ stop }) => stop()));
      }
    });

    it("believes the load balancer what a client's address is, and writes no query string into the log", () => {
      assert.match(nginx, /set_real_ip_from 10\.20\.0\.0\/16;\n {2}real_ip_header X-Forwarded-For;/);
      assert.ok(!nginx.includes("$request_uri") && !nginx.includes("$args"));
      assert.ok(!nginx.includes("non_idempotent"));
      assert.match(nginx, /ssl_protocols TLSv1\.2 TLSv1\.3;/);
    });
  });

  describe("the deployment", () => {
    interface Machine {
      readonly image: string;
      /** Ports on which nothing answers, whatever runs. */
      readonly dead?: readonly number[];
      /** Image that answers nowhere. */
      readonly bad?: string;
      readonly nginxRefuses?: boolean;
    }

    /** Runs the script on a machine of the test's own: its folders, and programs that write down how they were called. */
    function deploy({ image, dead = [], bad, nginxRefuses = false }: Machine) {
      for (const path of [
        "run",
        "etc/palisade",
        "etc/nginx",
        "etc/systemd/system",
        "opt/aws/amazon-cloudwatch-agent/etc",
      ])
        mkdirSync(join(folder, path), { recursive: true });
      const log = join(folder, "calls");
      const fake = (name: string, body: string) =>
        write(`bin/${name}`, `#!/bin/bash\necho "${name} $*" >> ${log}\n${body}\n`, 0o755);
      fake(
        "aws",
        `[ "$1" = ecr ] && { echo token; exit; }\ncase "$4" in */blue/image) echo '${image}';; *) echo "$4";; esac`,
      );
      fake("docker", `[ "$1" = login ] && cat > /dev/null; exit 0`);
      fake("systemctl", "exit 0");
      fake("sleep", "exit 0");
      fake("nginx", nginxRefuses ? "exit 1" : "exit 0");
      const isDead = dead.map((port) => `[[ "\${*: -1}" = *:${port}/* ]] && exit 7`).join("\n");
      const isBad = bad === undefined ? "" : `grep -q '${bad}' ${folder}/etc/palisade/image.env && exit 22`;
      fake("curl", `${isDead}\n${isBad}\nexit 0`);
      write("opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl", "#!/bin/sh\n", 0o755);
      if (!existsSync(join(folder, "etc/nginx/nginx.conf"))) write("etc/nginx/nginx.conf", "as installed\n");
      const text = script().replaceAll(/(?<![\w.])\/(etc|run|opt)(?=\/| |\))/g, `${folder}/$1`);
      const { status, stdout, stderr } = spawnSync("bash", ["-c", text], {
        encoding: "utf8",
        env: { ...withSbin(`${folder}/bin:`), COLOUR: "blue", PARAMETERS: "/prod/lending", AWS_REGION: "eu-west-1" },
      });
      const calls = readFileSync(log, "utf8").trim().split("\n");
      rmSync(log);
      return { status, stdout, stderr, calls, restarts: calls.filter((call) => /^systemctl restart/.test(call)) };
    }
    const installed = (path: string) => readFileSync(join(folder, path), "utf8");

    it("pulls the image by its digest, restarts one container after the other, each once the one before answers", () => {
      const { status, stderr, calls, restarts } = deploy({ image: IMAGE });
      assert.equal(status, 0, stderr);
      assert.deepEqual(restarts, ["systemctl restart app-1", "systemctl restart app-2"]);
      const order = [
        "docker login",
        `docker pull --quiet ${IMAGE}`,
        "systemctl restart app-1",
        "curl",
        "systemctl restart app-2",
        "curl",
        "systemctl reload-or-restart nginx",
        "curl",
      ];
      let at = -1;
      for (const call of order) {
        at = calls.findIndex((text, index) => index > at && text.startsWith(call));
        assert.ok(at >= 0, `${call} in ${calls.join("\n")}`);
      }
      assert.equal(installed("etc/palisade/image.env"), `IMAGE=${IMAGE}\n`);
      assert.equal(installed("etc/systemd/system/app-2.service"), "/prod/lending/machine/app-2.service\n");
      assert.equal(installed("etc/nginx/nginx.conf"), "/prod/lending/machine/nginx.conf\n");
    });

    it("can be run again with the same result", () => {
      assert.equal(deploy({ image: IMAGE }).status, 0);
      assert.equal(deploy({ image: IMAGE }).status, 0);
    });

    it("leaves the second container alone when the first does not answer, and gives it its old image back", () => {
      assert.equal(deploy({ image: OLD_IMAGE }).status, 0);
      const { status, stderr, restarts } = deploy({ image: IMAGE, bad: IMAGE });
      assert.equal(status, 1);
      assert.match(stderr, /app-1 does not answer with /);
      assert.deepEqual(restarts, ["systemctl restart app-1", "systemctl restart app-1"]);
      assert.equal(installed("etc/palisade/image.env"), `IMAGE=${OLD_IMAGE}\n`);
    });

    it("fails when a container does not answer, or nginx does not", () => {
      assert.equal(deploy({ image: IMAGE, dead: [8082] }).status, 1);
      assert.match(deploy({ image: IMAGE, dead: [8082] }).stderr, /app-2 does not answer/);
    });

    it("keeps nginx as it is when it does not take its configuration", () => {
      const { status, stderr, restarts } = deploy({ image: IMAGE, nginxRefuses: true });
      assert.equal(status, 1);
      assert.match(stderr, /nginx does not take its configuration/);
      assert.deepEqual(restarts, []);
      assert.equal(installed("etc/nginx/nginx.conf"), "as installed\n");
    });

    it("runs nothing before there is an image", () => {
      const { status, restarts, stdout } = deploy({ image: "none" });
      assert.equal(status, 0);
      assert.match(stdout, /no image yet/);
      assert.deepEqual(restarts, []);
    });

    for (const image of [
      `${REPOSITORY}:latest`,
      `evil.example.com/x@sha256:${"0a".repeat(32)}`,
      `${IMAGE} --privileged`,
    ]) {
      it(`refuses ${image.slice(0, 60)}`, () => {
        const { status, stderr, calls } = deploy({ image });
        assert.equal(status, 1);
        assert.match(stderr, /is no image of /);
        assert.ok(!calls.some((call) => call.startsWith("docker")));
      });
    }
  });

  it("are shell that a shell can read", () => {
    const boot = userData({ region: "eu-west-1", colour: "blue", parameters: "/prod/lending" });
    for (const [shell, text] of [
      ["bash", boot],
      ["bash", script()],
      ["sh", fetchAndDeploy()],
    ] as const) {
      const { status, stderr } = spawnSync(shell, ["-n"], { input: text, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    }
    assert.ok(boot.startsWith("#!/bin/bash\n") && boot.length < 16_384);
    assert.ok(boot.includes("COLOUR=blue\nPARAMETERS=/prod/lending\n"));
  });

  it("are fetched by the document as by the first boot", () => {
    const document = deployDocument("Deploys") as { mainSteps: Array<{ inputs: { runCommand: string[] } }> };
    const command = document.mainSteps[0]?.inputs.runCommand.join("\n");
    assert.equal(`${command}\n`, fetchAndDeploy());
    assert.ok(userData({ region: "eu-west-1", colour: "green", parameters: "/p" }).endsWith(fetchAndDeploy()));
    assert.ok(!JSON.stringify(document).includes("{{"), "Systems Manager would take it for a parameter");
  });

  it("are fetched whole before any of it runs, and a failed fetch is a failure", () => {
    write("etc/palisade/machine.env", "PARAMETERS=/prod/lending\n");
    const text = fetchAndDeploy().replace("/etc/palisade", join(folder, "etc/palisade"));
    const run = (answer: string) => {
      write("bin/aws", `#!/bin/sh\n${answer}\n`, 0o755);
      return spawnSync("sh", ["-c", text], { encoding: "utf8", env: withSbin(`${folder}/bin:`) });
    };
    const { status, stdout } = run(`echo 'echo "runs with $PARAMETERS"; exit 3'`);
    assert.deepEqual([status, stdout], [3, "runs with /prod/lending\n"]);
    assert.equal(run("exit 254").status, 254);
  });

  it("tell the CloudWatch agent which logs and metrics to take", () => {
    const config = JSON.parse(agentConfig("/prod/lending-logs"));
    const logs = config.logs.logs_collected.files.collect_list;
    assert.ok(logs.every((each: { log_group_name: string }) => each.log_group_name === "/prod/lending-logs"));
    assert.ok(logs.some((each: { file_path: string }) => each.file_path === "/var/log/audit/audit.log"));
    assert.deepEqual(config.metrics.aggregation_dimensions, [["InstanceId"]]);
  });
});

/** An HTTP server on a port of its own that answers everything with its name. */
async function answering(name: string) {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { port: (server.address() as AddressInfo).port, stop };
}

async function freePort(): Promise<number> {
  const { port, stop } = await answering("");
  await stop();
  return port;
}
