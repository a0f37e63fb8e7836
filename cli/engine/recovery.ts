import { hostname } from "node:os";
import { Cloud, type CloudResource } from "../../simulator/cloud";
import { UsageError } from "../usage-error";
import { EngineFailure } from "./command";
import { isGone } from "./lock";
import {
  adoptable,
  created,
  describe,
  isCreation,
  nameOf,
  orphans,
  pendingOperations,
  physicalNameOf,
  type Settlement,
  withAdopted,
} from "./pending";
import type { Session } from "./session";
import {
  breakLocks,
  type Deployment,
  exportState,
  importState,
  isHeld,
  type PendingOperation,
  type State,
} from "./state";

/** What an operator has decided about interrupted creations. */
export interface Decisions {
  readonly imports?: ReadonlyMap<string, string>;
  readonly drops?: ReadonlySet<string>;
  readonly force?: boolean;
}

export interface Recovery {
  readonly settlements: readonly Settlement[];
  /** Holders of the locks that were taken away. */
  readonly locks: readonly string[];
}

/**
 * Settles what was interrupted and leaves state and cloud in agreement: creations first, by what stands in the simulator's cloud or by the operator's
 * decision, the rest by a refresh.
 * @param cloudFile the simulator's cloud; undefined for AWS, where nothing can be looked up by URN.
 */
export async function recover(
  session: Session,
  project: string,
  cloudFile: string | undefined,
  decisions: Decisions = {},
): Promise<Recovery> {
  const state = await readState(session);
  const { deployment } = state;
  const pending = pendingOperations(deployment);
  const standing = cloudFile === undefined ? [] : orphansIn(cloudFile, deployment, session, project);
  const plan = planned(pending, standing, deployment, decisions, session.stack.name, cloudFile);

  const locks = new Set<string>();
  const locked = <T>(work: () => Promise<T>) => despiteLocks(session, decisions.force ?? false, locks, work);
  if (pending.length > 0 || standing.length > 0) {
    await locked(() => importState(session, { ...state, deployment: plan.deployment }));
  }
  const gone = new Set<string>();
  await locked(() =>
    session.stack.refresh({
      color: "never",
      suppressProgress: true,
      onEvent: ({ resourcePreEvent, resOutputsEvent }) => {
        if (resourcePreEvent || resOutputsEvent) session.command.heard();
        if (resOutputsEvent?.metadata.op === "delete") gone.add(resOutputsEvent.metadata.urn);
      },
    }),
  );
  const wrong = plan.settlements.filter(({ urn, outcome }) => outcome === "adopted" && gone.has(urn));
  if (cloudFile === undefined && wrong.length > 0) {
    throw new UsageError(
      [
        "AWS knows nothing by these ids; the operations are dropped, and the next up creates the resources:",
        ...wrong.map((one) => `  ${describe(one)}  ${one.id ?? ""}`),
        "If they do stand under another id, delete them before the next up, or it makes them twice.",
      ].join("\n"),
    );
  }
  return { settlements: plan.settlements, locks: [...locks] };
}

/**
 * Why the engine must not change a stack yet: it would only warn of interrupted creations and make them again.
 * @returns undefined where nothing was interrupted.
 */
export async function unsettled(
  session: Session,
  project: string,
  cloudFile: string | undefined,
): Promise<string | undefined> {
  const { deployment } = await exportState(session);
  const creations = pendingOperations(deployment).filter(isCreation);
  const standing = cloudFile === undefined ? [] : orphansIn(cloudFile, deployment, session, project);
  if (creations.length === 0 && standing.length === 0) return undefined;
  // What an update that still runs is about to make stands there in the same way. The engine refuses this one by its lock, and says so.
  if (isHeld(session, project)) return undefined;
  const target = cloudFile === undefined ? "" : " --target simulator";
  const urns = new Set([...creations.map(({ resource }) => resource.urn), ...standing.map(({ urn }) => urn)]);
  return [
    `The last update was interrupted while it created ${urns.size === 1 ? "a resource" : `${urns.size} resources`}. Nothing was changed, as it could make them twice:`,
    ...creations.map(({ resource }) => `  ${describe(resource)}`),
    ...standing
      .filter(({ urn }) => !creations.some(({ resource }) => resource.urn === urn))
      .map((one) => `  ${describe(one)}, which stands and is not in the state`),
    `Settle it: palisade recover ${session.stack.name}${target}`,
  ].join("\n");
}

async function readState(session: Session): Promise<State> {
  try {
    return await exportState(session);
  } catch (error) {
    if (!(error instanceof EngineFailure) || !error.stderr.includes("failed to load checkpoint")) throw error;
    throw new UsageError(
      [
        `The engine can not read the state: ${error.stderr.trim()}`,
        "In a backend that is a folder, it was killed while it wrote the metadata beside it, and the state itself is whole:",
        `  delete .pulumi/stacks/<project>/${session.stack.name}.json.attrs there and run this again.`,
        "Where that file is not empty, take the state of .pulumi/stacks/<project>/" + `${session.stack.name}.json.bak.`,
      ].join("\n"),
    );
  }
}

interface Plan {
  readonly deployment: Deployment;
  readonly settlements: readonly Settlement[];
}

/** The state that is put in place before the refresh. Throws where something needs a decision. */
function planned(
  pending: readonly PendingOperation[],
  standing: readonly CloudResource[],
  deployment: Deployment,
  { imports = new Map<string, string>(), drops = new Set<string>() }: Decisions,
  stack: string,
  cloudFile: string | undefined,
): Plan {
  const creations = pending.filter(isCreation);
  const decided = <T>(urn: string, given: (key: string) => T | undefined) => given(urn) ?? given(nameOf(urn));
  refuseUnknown([...imports.keys(), ...drops], creations);

  let next = deployment;
  const settlements: Settlement[] = [];
  const settle = (resource: { urn: string; type: string }, rest: Pick<Settlement, "what" | "outcome" | "id">) =>
    settlements.push({ urn: resource.urn, type: resource.type, name: nameOf(resource.urn), ...rest });
  const adopted = new Set<CloudResource>();
  const open: PendingOperation[] = [];
  for (const operation of pending) {
    const { resource, type } = operation;
    if (!isCreation(operation)) {
      settle(resource, { what: type, outcome: "refreshed" });
      continue;
    }
    const found = standing.filter(({ urn }) => urn === resource.urn).pop();
    const id = decided(resource.urn, (key) => imports.get(key)) ?? found?.id;
    const dropped = decided(resource.urn, (key) => (drops.has(key) ? true : undefined)) ?? false;
    if (id !== undefined && !dropped) {
      if (found !== undefined) adopted.add(found);
      next = withAdopted(next, created(operation, id));
      settle(resource, { what: type, outcome: "adopted", id });
    } else if (dropped || cloudFile !== undefined) settle(resource, { what: type, outcome: "dropped" });
    else open.push(operation);
  }
  if (open.length > 0) throw new UsageError(undecided(open, stack));

  for (const orphan of standing) {
    if (adopted.has(orphan)) continue;
    const entry = adoptable(orphan, next);
    if (entry === undefined) {
      throw new UsageError(
        `${describe(orphan)} stands in ${cloudFile ?? "the cloud"}, but the state holds nothing to adopt it by: the state was deleted. Delete that file as well.`,
      );
    }
    next = withAdopted(next, entry);
    settle(orphan, { what: "orphan", outcome: "adopted", id: orphan.id });
  }
  return { deployment: next, settlements };
}

function orphansIn(cloudFile: string, deployment: Deployment, session: Session, project: string): CloudResource[] {
  const cloud = new Cloud(cloudFile);
  try {
    return orphans(cloud.all(), deployment, session.stack.name, project);
  } finally {
    cloud.close();
  }
}

function refuseUnknown(given: readonly string[], creations: readonly PendingOperation[]): void {
  const urns = creations.map(({ resource }) => resource.urn);
  const unknown = given.find((key) => !urns.some((urn) => urn === key || nameOf(urn) === key));
  if (unknown === undefined) return;
  const known = urns.length === 0 ? ["There is none."] : ["Interrupted creations:", ...urns.map((urn) => `  ${urn}`)];
  throw new UsageError([`No interrupted creation of ${unknown}.`, ...known].join("\n"));
}

function undecided(open: readonly PendingOperation[], stack: string): string {
  return [
    `The engine was ended while it created these, and only AWS knows whether they stand. Look for each, then decide:`,
    ...open.flatMap(({ resource }) => [
      "",
      `  ${describe(resource)}`,
      `    ${resource.urn}`,
      `    physical name: ${physicalNameOf(resource) ?? "none; look for its tags or what it belongs to"}`,
    ]),
    "",
    `  palisade recover ${stack} --import '<urn or name>=<id>'   it stands: take it into the state`,
    `  palisade recover ${stack} --drop '<urn or name>'          it does not: the next up creates it`,
    "Give one of them for each. Nothing was changed.",
  ].join("\n");
}

const LOCK = /created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g;

/** Runs `work`, and once more without the stack's locks where those who hold them are gone. */
async function despiteLocks<T>(
  session: Session,
  force: boolean,
  broken: Set<string>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const holders = [...error.stderr.matchAll(LOCK)].map(([, user = "", host = "", pid = "", since = ""]) => ({
      text: `process ${pid} of ${user} on ${host}, since ${since}`,
      gone: isGone({ pid: Number(pid), host }),
      here: host === hostname(),
    }));
    if (holders.length === 0) throw error;
    const alive = holders.filter(({ gone }) => !gone);
    if (alive.length > 0 && !force) {
      throw new UsageError(
        [
          "The stack is locked. Nothing was changed:",
          ...alive.map(
            ({ text, here }) =>
              `  ${text}${here ? "" : " (another machine: whether it still runs can not be seen here)"}`,
          ),
          `Wait for it. If its update is over for certain: palisade recover ${session.stack.name} --force`,
        ].join("\n"),
      );
    }
    for (const { text } of holders) broken.add(text);
    await breakLocks(session);
    return work();
  }
}
