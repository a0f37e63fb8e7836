/** What the swap asks of AWS: the requests of {@link awsApi}, one method each, so that a test can answer them. */

export type Colour = "blue" | "green";

export interface Vm {
  readonly instanceId: string;
  readonly targetGroupArn: string;
  readonly imageParameter: string;
}

/** Traffic that a target group got since a moment. */
export interface Traffic {
  readonly requests: number;
  readonly errors: number;
}

/** How a command stands on its VM. */
export type CommandState = "running" | "succeeded" | "failed";

export interface SwapApi {
  /**
   * Takes the lock for `owner` unless another holds it, and returns what the journal says: undefined while another holds it, null when there is no
   * journal yet.
   */
  acquire(owner: string, now: number, expires: number): Promise<string | null | undefined>;
  /** Writes the journal and keeps the lock until `expires`; false when the lock is no longer `owner`'s. */
  save(owner: string, expires: number, journal: string): Promise<boolean>;
  release(owner: string): Promise<void>;
  /** Weight of every target group in the rule's forward action, by ARN. */
  weights(): Promise<Readonly<Record<string, number>>>;
  setWeights(weights: Readonly<Record<string, number>>): Promise<void>;
  isHealthy(vm: Vm): Promise<boolean>;
  traffic(vm: Vm, since: number, until: number): Promise<Traffic>;
  image(vm: Vm): Promise<string>;
  setImage(vm: Vm, image: string): Promise<void>;
  /** Runs the deploy document on the VM; returns the command's id. */
  deploy(vm: Vm): Promise<string>;
  command(vm: Vm, id: string): Promise<CommandState>;
}

/** Sends one request: `send("ssm", "GetParameter", { Name })`. The handler sends it with the SDK of Lambda's runtime. */
export type Send = (service: Service, command: string, input: object) => Promise<unknown>;
export type Service = "cloudwatch" | "codepipeline" | "dynamodb" | "elastic-load-balancing-v2" | "ssm";

export interface AwsNames {
  readonly listenerRuleArn: string;
  readonly lockTable: string;
  readonly deployDocument: string;
}

interface Action {
  Type: string;
  Order?: number;
  TargetGroupArn?: string;
  AuthenticateOidcConfig?: { UseExistingClientSecret?: boolean };
  ForwardConfig?: {
    TargetGroups: { TargetGroupArn: string; Weight?: number }[];
    TargetGroupStickinessConfig?: { Enabled?: boolean };
  };
}
interface Health {
  TargetHealthDescriptions: { Target: { Id: string }; TargetHealth: { State: string } }[];
}

/** Key of the one item in the lock's table. */
const ITEM = { id: { S: "swap" } };
const NAMES = { "#owner": "owner", "#expires": "expires" };
/** Seconds within which the agent must have taken the command. */
const DELIVERY_SECONDS = 300;
const RUNNING = ["Pending", "InProgress", "Delayed", "Cancelling"];

export function awsApi(send: Send, { listenerRuleArn, lockTable, deployDocument }: AwsNames): SwapApi {
  const actions = async (): Promise<Action[]> => {
    const answer = (await send("elastic-load-balancing-v2", "DescribeRules", { RuleArns: [listenerRuleArn] })) as {
      Rules: { Actions: Action[] }[];
    };
    return answer.Rules[0]?.Actions ?? [];
  };
  const update = (input: object) => send("dynamodb", "UpdateItem", { TableName: lockTable, Key: ITEM, ...input });

  return {
    async acquire(owner, now, expires) {
      const answer = await unlessRefused(() =>
        update({
          UpdateExpression: "SET #owner = :owner, #expires = :expires",
          ConditionExpression: "attribute_not_exists(#owner) OR #expires < :now OR #owner = :owner",
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: {
            ":owner": { S: owner },
            ":now": { N: String(now) },
            ":expires": { N: String(expires) },
          },
          ReturnValues: "ALL_NEW",
        }),
      );
      if (answer === undefined) return undefined;
      return (answer as { Attributes: { journal?: { S: string } } }).Attributes.journal?.S ?? null;
    },

    async save(owner, expires, journal) {
      const answer = await unlessRefused(() =>
        update({
          UpdateExpression: "SET #expires = :expires, journal = :journal",
          ConditionExpression: "#owner = :owner",
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: {
            ":owner": { S: owner },
            ":expires": { N: String(expires) },
            ":journal": { S: journal },
          },
        }),
      );
      return answer !== undefined;
    },

    async release(owner) {
      await unlessRefused(() =>
        update({
          UpdateExpression: "REMOVE #owner, #expires",
          ConditionExpression: "#owner = :owner",
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: { ":owner": { S: owner } },
        }),
      );
    },

    async weights() {
      const groups = (await actions()).flatMap(({ ForwardConfig }) => ForwardConfig?.TargetGroups ?? []);
      return Object.fromEntries(groups.map(({ TargetGroupArn, Weight = 1 }) => [TargetGroupArn, Weight]));
    },

    async setWeights(weights) {
      const changed = (await actions()).map((action) => {
        // AWS never tells the client's secret, and asks for it again unless told to keep it.
        if (action.AuthenticateOidcConfig) {
          const AuthenticateOidcConfig = { ...action.AuthenticateOidcConfig, UseExistingClientSecret: true };
          return { ...action, AuthenticateOidcConfig };
        }
        if (action.Type !== "forward") return action;
        const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }));
        // With one group in the rule AWS tells it twice, and takes it once.
        return { ...action, TargetGroupArn: undefined, ForwardConfig: { ...action.ForwardConfig, TargetGroups } };
      });
      await send("elastic-load-balancing-v2", "ModifyRule", { RuleArn: listenerRuleArn, Actions: changed });
    },

    async isHealthy({ targetGroupArn, instanceId }) {
      const answer = (await send("elastic-load-balancing-v2", "DescribeTargetHealth", {
        TargetGroupArn: targetGroupArn,
      })) as Health;
      const targets = answer.TargetHealthDescriptions;
      return (
        targets.length > 0 &&
        targets.every(({ Target, TargetHealth }) => Target.Id === instanceId && TargetHealth.State === "healthy")
      );
    },

    async traffic({ targetGroupArn }, since, until) {
      const [, loadBalancer = ""] = /:listener-rule\/(app\/[^/]+\/[^/]+)\//.exec(listenerRuleArn) ?? [];
      const Dimensions = [
        { Name: "LoadBalancer", Value: loadBalancer },
        { Name: "TargetGroup", Value: targetGroupArn.slice(targetGroupArn.lastIndexOf(":") + 1) },
      ];
      const metrics = {
        requests: "RequestCount",
        answered: "HTTPCode_Target_5XX_Count",
        unanswered: "TargetConnectionErrorCount",
      };
      const answer = (await send("cloudwatch", "GetMetricData", {
        StartTime: new Date(since),
        EndTime: new Date(until),
        MetricDataQueries: Object.entries(metrics).map(([Id, MetricName]) => ({
          Id,
          MetricStat: { Metric: { Namespace: "AWS/ApplicationELB", MetricName, Dimensions }, Period: 60, Stat: "Sum" },
        })),
      })) as { MetricDataResults: { Id: string; Values: number[] }[] };
      const sum = (id: string) =>
        answer.MetricDataResults.filter(({ Id }) => Id === id)
          .flatMap(({ Values }) => Values)
          .reduce((total, value) => total + value, 0);
      return { requests: sum("requests"), errors: sum("answered") + sum("unanswered") };
    },

    async image({ imageParameter }) {
      const answer = await send("ssm", "GetParameter", { Name: imageParameter });
      return (answer as { Parameter: { Value: string } }).Parameter.Value;
    },

    async setImage({ imageParameter }, image) {
      await send("ssm", "PutParameter", { Name: imageParameter, Value: image, Overwrite: true });
    },

    async deploy({ instanceId }) {
      const answer = await send("ssm", "SendCommand", {
        DocumentName: deployDocument,
        InstanceIds: [instanceId],
        TimeoutSeconds: DELIVERY_SECONDS,
      });
      return (answer as { Command: { CommandId: string } }).Command.CommandId;
    },

    async command({ instanceId }, id) {
      try {
        const answer = await send("ssm", "GetCommandInvocation", { CommandId: id, InstanceId: instanceId });
        const { Status } = answer as { Status: string };
        if (Status === "Success") return "succeeded";
        return RUNNING.includes(Status) ? "running" : "failed";
      } catch (error) {
        // Systems Manager knows of it a moment after it has answered with the id.
        if (named(error) === "InvocationDoesNotExist") return "running";
        throw error;
      }
    },
  };
}

/** Undefined where DynamoDB refuses a write because its condition does not hold. */
async function unlessRefused(write: () => Promise<unknown>): Promise<unknown> {
  try {
    return await write();
  } catch (error) {
    if (named(error) === "ConditionalCheckFailedException") return undefined;
    throw error;
  }
}

function named(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
