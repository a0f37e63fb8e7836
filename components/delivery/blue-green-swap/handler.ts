import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { awsApi, type AwsNames, type Send } from "./api";
import { type Outcome, type Settings, swap } from "./swap";

/** What CodePipeline hands over: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html */
interface Event {
  "CodePipeline.job": {
    id: string;
    data: { actionConfiguration: { configuration: { UserParameters?: string } }; continuationToken?: string };
  };
}
interface Context {
  getRemainingTimeInMillis(): number;
}
type Configuration = AwsNames & Settings;
type Client = { send(command: object): Promise<unknown> };

const IMAGE = /^[^\s@]+@sha256:[0-9a-f]{64}$/;
/** Kept back to write down where the run is and to answer CodePipeline. */
const MARGIN_MILLISECONDS = 120_000;

const PREFIX = {
  cloudwatch: "CloudWatch",
  codepipeline: "CodePipeline",
  dynamodb: "DynamoDB",
  "elastic-load-balancing-v2": "ElasticLoadBalancingV2",
  ssm: "SSM",
};
const clients: Partial<Record<keyof typeof PREFIX, Client>> = {};

/** Sends a request with the SDK that Lambda's runtime brings along. */
const send: Send = async (service, command, input) => {
  const sdk = (await import(`@aws-sdk/client-${service}`)) as Record<string, new (input: object) => Client>;
  const Client = sdk[`${PREFIX[service]}Client`];
  const Command = sdk[`${command}Command`];
  if (Client === undefined || Command === undefined) throw new Error(`the SDK has no ${command} of ${service}`);
  clients[service] ??= new Client({});
  return clients[service].send(new Command(input));
};

/** The swap as an action of CodePipeline, which calls it again as long as it is not done. */
export async function handler(event: Event, context: Context): Promise<void> {
  const { id: jobId, data } = event["CodePipeline.job"];
  const run = data.continuationToken ?? jobId;
  const result = await outcome(run, data.actionConfiguration.configuration.UserParameters ?? "", context);
  console.log(JSON.stringify({ run, ...result }));
  switch (result.kind) {
    case "live":
      return void (await send("codepipeline", "PutJobSuccessResult", {
        jobId,
        executionDetails: { summary: result.summary },
        outputVariables: { LIVE: result.colour },
      }));
    case "unfinished":
      return void (await send("codepipeline", "PutJobSuccessResult", { jobId, continuationToken: run }));
    case "failed":
      return void (await send("codepipeline", "PutJobFailureResult", {
        jobId,
        failureDetails: { type: "JobFailed", message: result.reason },
      }));
  }
}

async function outcome(run: string, image: string, context: Context): Promise<Outcome> {
  if (!IMAGE.test(image)) return { kind: "failed", reason: `"${image}" names no image by its digest` };
  const configuration = JSON.parse(process.env.SWAP ?? "{}") as Configuration;
  const clock = {
    now: () => Date.now(),
    sleep: (seconds: number) => wait(seconds * 1000),
    id: () => randomUUID(),
  };
  const until = Date.now() + context.getRemainingTimeInMillis() - MARGIN_MILLISECONDS;
  try {
    return await swap(awsApi(send, configuration), configuration, { run, image }, clock, until);
  } catch (error) {
    // To fail here would end the pipeline's stage with a switch half taken back; the journal knows how to go on.
    return { kind: "unfinished", reason: String(error) };
  }
}
