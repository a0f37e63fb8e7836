import type { Models, RemoteModels } from "../model";
import { apigateway } from "./apigateway";
import { appautoscaling } from "./appautoscaling";
import { athena } from "./athena";
import { backup } from "./backup";
import { cloudfront } from "./cloudfront";
import { cloudtrail } from "./cloudtrail";
import { cloudwatch } from "./cloudwatch";
import { codesuite } from "./codesuite";
import { cognito } from "./cognito";
import { dns } from "./dns";
import { dynamodb } from "./dynamodb";
import { ec2 } from "./ec2";
import { awsxEcr, ecr } from "./ecr";
import { ecs } from "./ecs";
import { eks } from "./eks";
import { elasticache } from "./elasticache";
import { elasticbeanstalk } from "./elasticbeanstalk";
import { globalaccelerator } from "./globalaccelerator";
import { glue } from "./glue";
import { governance } from "./governance";
import { grafana } from "./grafana";
import { iam } from "./iam";
import { kinesis } from "./kinesis";
import { kms } from "./kms";
import { kubernetes } from "./kubernetes";
import { lambda } from "./lambda";
import { lb } from "./lb";
import { location } from "./location";
import { msk } from "./msk";
import { opensearch } from "./opensearch";
import { providers } from "./providers";
import { random } from "./random";
import { rds } from "./rds";
import { s3 } from "./s3";
import { scheduler } from "./scheduler";
import { schemas } from "./schemas";
import { secretsmanager } from "./secretsmanager";
import { shield } from "./shield";
import { sns } from "./sns";
import { sqs } from "./sqs";
import { ssm } from "./ssm";
import { wafv2 } from "./wafv2";

/** Every resource type that the simulator answers for, by service. */
export const models: Models = {
  ...apigateway,
  ...appautoscaling,
  ...athena,
  ...backup,
  ...cloudfront,
  ...cloudtrail,
  ...cloudwatch,
  ...codesuite,
  ...cognito,
  ...dns,
  ...dynamodb,
  ...ec2,
  ...ecr,
  ...ecs,
  ...eks,
  ...elasticache,
  ...elasticbeanstalk,
  ...globalaccelerator,
  ...glue,
  ...governance,
  ...grafana,
  ...iam,
  ...kinesis,
  ...kms,
  ...kubernetes,
  ...lambda,
  ...lb,
  ...location,
  ...msk,
  ...opensearch,
  ...providers,
  ...random,
  ...rds,
  ...s3,
  ...scheduler,
  ...schemas,
  ...secretsmanager,
  ...shield,
  ...sns,
  ...sqs,
  ...ssm,
  ...wafv2,
};

/** Every remote component that the simulator stands in for. */
export const remoteModels: RemoteModels = { ...awsxEcr };
