import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { EngineFailure } from "../../../cli/engine/command";
import { type Decisions, recover, unsettled } from "../../../cli/engine/recovery";
import type { Session } from "../../../cli/engine/session";
import type { PendingOperation, State } from "../../../cli/engine/state";
import { UsageError } from "../../../cli/usage-error";

const urn = (type: string, name: string) => `urn:pulumi:prod::palisade::${type}::${name}`;
const QUEUE = urn("aws:sqs/queue:Queue", "orders");
const RULE = urn("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "from-web");

function pending(type: PendingOperation["type"], of: string, inputs: Record<string, unknown> = {}): PendingOperation {
  return { type, resource: { urn: of, type: of.split("::")[2] ?? "", custom: true, inputs } };
}

/** A session whose engine is this test. */
function session(
  pendings: readonly PendingOperation[],
  { lock, deletes = [] }: { lock?: string; deletes?: readonly string[] } = {},
) {
  const state: State = { version: 3, deployment: { resources: [], pending_operations: pendings } };
  const log: string[] = [];
  let locked = lock;
  let imported: State | undefined;
  const engine = {
    target: "aws",
    command: {
      heard: () => undefined,
      run: async (args: readonly string[]) => {
        log.push(args.slice(0, 2).join(" "));
        if (args[1] === "export") return { stdout: JSON.stringify(state), stderr: "", code: 0 };
        if (args[0] === "cancel") locked = undefined;
        else {
          if (locked !== undefined) throw new EngineFailure("failed", locked, undefined);
          const file = args[args.indexOf("--file") + 1] ?? "";
          assert.ok(existsSync(file));
          imported = JSON.parse(readFileSync(file, "utf8"));
        }
        return { stdout: "", stderr: "", code: 0 };
      },
    },
    stack: {
      name: "prod",
      workspace: { workDir: ".", envVars: {} },
      refresh: async ({ onEvent }: { onEvent: (event: unknown) => void }) => {
        log.push("refresh");
        for (const gone of deletes) onEvent({ resOutputsEvent: { metadata: { op: "delete", urn: gone } } });
      },
    },
  };
  return { session: engine as unknown as Session, log, imported: () => imported };
}

const decide = (decisions: { imports?: [string, string][]; drops?: string[]; force?: boolean }): Decisions => ({
  ...decisions,
  imports: new Map(decisions.imports),
  drops: new Set(decisions.drops),
});

describe("what was interrupted on AWS", () => {
  it("is listed with its physical name, and refused to be guessed", async () => {
    const { session: on, log } = session([
      pending("creating", QUEUE, { name: "prod-orders" }),
      pending("creating", RULE),
    ]);
    await assert.rejects(recover(on, "palisade", undefined), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /sqs\.Queue orders\n {4}urn:\S+::orders\n {4}physical name: prod-orders/);
      assert.match(error.message, /SecurityGroupIngressRule from-web\n.*\n {4}physical name: none; look for its tags/);
      assert.match(error.message, /--import '<urn or name>=<id>' .*\n.*--drop '<urn or name>'/);
      return true;
    });
    assert.deepEqual(log, ["stack export"], "nothing was changed");
  });

  it("stops an update, by name", async () => {
    const message = await unsettled(session([pending("creating", QUEUE)]).session, "palisade", undefined);
    assert.match(message ?? "", /sqs\.Queue orders\nSettle it: palisade recover prod$/);
    // The engine's refresh before an update settles these: their resources are in the state.
    for (const type of ["updating", "deleting", "reading"] as const) {
      assert.equal(await unsettled(session([pending(type, QUEUE)]).session, "palisade", undefined), undefined);
    }
  });

  it("is taken into the state by the id that is given, or dropped, then read anew", async () => {
    const {
      session: on,
      log,
      imported,
    } = session([
      pending("creating", QUEUE, { name: "prod-orders" }),
      pending("creating", RULE),
      pending("updating", urn("aws:sns/topic:Topic", "alerts")),
    ]);
    const id = "https://sqs.eu-west-1.amazonaws.com/1/prod-orders?a=b";
    const { settlements } = await recover(
      on,
      "palisade",
      undefined,
      decide({ imports: [["orders", id]], drops: [RULE] }),
    );
    assert.deepEqual(
      settlements.map(({ name, outcome, id: given }) => [name, outcome, given]),
      [
        ["orders", "adopted", id],
        ["from-web", "dropped", undefined],
        ["alerts", "refreshed", undefined],
      ],
    );
    assert.deepEqual(log, ["stack export", "stack import", "refresh"]);
    assert.deepEqual(imported()?.deployment.resources, [
      { ...pending("creating", QUEUE, { name: "prod-orders" }).resource, id },
    ]);
  });

  it("refuses a decision about what was not interrupted", async () => {
    const { session: on } = session([pending("creating", QUEUE)]);
    await assert.rejects(
      recover(on, "palisade", undefined, decide({ drops: ["orders", "odrers"] })),
      /No interrupted creation of odrers\.\nInterrupted creations:\n {2}urn:\S+::orders/,
    );
  });

  it("says when AWS knows nothing by the id", async () => {
    const { session: on } = session([pending("creating", QUEUE)], { deletes: [QUEUE] });
    await assert.rejects(
      recover(on, "palisade", undefined, decide({ imports: [["orders", "wrong"]] })),
      /AWS knows nothing by these ids.*\n {2}sqs\.Queue orders {2}wrong/,
    );
  });

  const lock = (pid: number, host: string) =>
    `error: the stack is currently locked by 1 lock(s).\n  s3://state/x.json: created by ci@${host} (pid ${pid}) at 2026-11-21T10:00:00Z`;

  it("waits for a lock of another machine, unless forced", async () => {
    const held = { lock: lock(1, "build-7") };
    await assert.rejects(
      recover(session([], held).session, "palisade", undefined, decide({ drops: [] })).then(() =>
        recover(
          session([pending("creating", QUEUE)], held).session,
          "palisade",
          undefined,
          decide({ drops: ["orders"] }),
        ),
      ),
      /process 1 of ci on build-7, since 2026-11-21T10:00:00Z \(another machine: .*palisade recover prod --force/s,
    );
    const forced = session([pending("creating", QUEUE)], held);
    const { locks } = await recover(forced.session, "palisade", undefined, decide({ drops: ["orders"], force: true }));
    assert.deepEqual(locks, ["process 1 of ci on build-7, since 2026-11-21T10:00:00Z"]);
    assert.deepEqual(forced.log, ["stack export", "stack import", "cancel --yes", "stack import", "refresh"]);
  });

  it("breaks the lock of a process of this machine that is gone, not of one that lives", async () => {
    // Process ids end at 2^22 on Linux.
    const dead = session([pending("creating", QUEUE)], { lock: lock(2 ** 22 + 1, hostname()) });
    assert.equal((await recover(dead.session, "palisade", undefined, decide({ drops: ["orders"] }))).locks.length, 1);
    const living = session([pending("creating", QUEUE)], { lock: lock(process.pid, hostname()) });
    await assert.rejects(
      recover(living.session, "palisade", undefined, decide({ drops: ["orders"] })),
      /The stack is locked/,
    );
  });
});
