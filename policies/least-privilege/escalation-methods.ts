/** A way from some permissions to more. */
export interface EscalationMethod {
  /** The permissions that it takes together. */
  readonly actions: readonly string[];
  /**
   * The one of them whose reach decides: a permission to change one named function is the deployer's job, to change any function is a way to any
   * function's role.
   */
  readonly pivot: string;
  /** Who takes the role, where the pivot is iam:PassRole. */
  readonly service?: string;
  /** What it comes to. */
  readonly gain: string;
}

const PASS = "iam:PassRole";

/** Hands a role to a service that then acts, or runs one's own code, under it. */
const pass = (service: string, ...actions: readonly string[]): EscalationMethod => ({
  actions: [PASS, ...actions],
  pivot: PASS,
  service,
  gain: `any role that trusts ${service}`,
});

const own = (gain: string, pivot: string, ...others: readonly string[]): EscalationMethod => ({
  actions: [pivot, ...others],
  pivot,
  gain,
});

/**
 * The published methods: Spencer Gietzen's first 21 (https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/) and the paths that
 * https://pathfinding.cloud has added. Where a path asks for more than another one that leads to the same, the shorter one stands here.
 */
export const ESCALATION_METHODS: readonly EscalationMethod[] = [
  // Changing who one is, or what one may.
  own("any customer policy's permissions rewritten", "iam:CreatePolicyVersion"),
  own("an earlier, wider version of a policy", "iam:SetDefaultPolicyVersion"),
  own("any user's access keys", "iam:CreateAccessKey"),
  own("any user's console password", "iam:CreateLoginProfile"),
  own("any user's console password", "iam:UpdateLoginProfile"),
  own("any user's credentials for a service", "iam:CreateServiceSpecificCredential"),
  own("any user's credentials for a service", "iam:ResetServiceSpecificCredential"),
  own("any policy on a user", "iam:AttachUserPolicy"),
  own("any policy on a group", "iam:AttachGroupPolicy"),
  own("any policy on a role", "iam:AttachRolePolicy"),
  own("any permission on a user", "iam:PutUserPolicy"),
  own("any permission on a group", "iam:PutGroupPolicy"),
  own("any permission on a role", "iam:PutRolePolicy"),
  own("any group's permissions", "iam:AddUserToGroup"),
  own("any role, by a trust policy of one's own", "iam:UpdateAssumeRolePolicy"),
  own("what a permissions boundary held back", "iam:DeleteRolePermissionsBoundary"),
  own("what a permissions boundary held back", "iam:PutRolePermissionsBoundary"),
  own("what a permissions boundary held back", "iam:DeleteUserPermissionsBoundary"),
  own("what a permissions boundary held back", "iam:PutUserPermissionsBoundary"),
  own("any role that trusts the account", "sts:AssumeRole"),
  // Somebody else's role through what runs under it.
  own("any function's role", "lambda:UpdateFunctionCode"),
  own("any function's role, by a layer", "lambda:UpdateFunctionConfiguration"),
  own("any development endpoint's role", "glue:UpdateDevEndpoint"),
  own(
    "any instance's role, by its start script",
    "ec2:ModifyInstanceAttribute",
    "ec2:StopInstances",
    "ec2:StartInstances",
  ),
  own("any group of instances' role", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"),
  own("any instance's role", "ec2-instance-connect:SendSSHPublicKey"),
  own("any instance's role", "ssm:StartSession"),
  own("any instance's role", "ssm:SendCommand"),
  own("any task's role", "ecs:ExecuteCommand"),
  own("any stack's role", "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
  own("any stack's role", "cloudformation:UpdateStack"),
  own("any build's role", "codebuild:StartBuild"),
  own("any build's role", "codebuild:StartBuildBatch"),
  own("any deployment's role", "codedeploy:CreateDeployment"),
  own("any notebook's role", "sagemaker:CreatePresignedNotebookInstanceUrl"),
  own(
    "any notebook's role",
    "sagemaker:UpdateNotebookInstance",
    "sagemaker:CreateNotebookInstanceLifecycleConfig",
    "sagemaker:StopNotebookInstance",
    "sagemaker:StartNotebookInstance",
  ),
  own(
    "any code interpreter's role",
    "bedrock-agentcore:InvokeCodeInterpreter",
    "bedrock-agentcore:StartCodeInterpreterSession",
  ),
  own("any App Runner service's role", "apprunner:UpdateService"),
  own("any job's role", "glue:UpdateJob", "glue:StartJobRun"),
  // A role handed to a service.
  pass("ec2.amazonaws.com", "ec2:RunInstances"),
  pass("ec2.amazonaws.com", "ec2:RequestSpotInstances"),
  pass("ec2.amazonaws.com", "ec2:AssociateIamInstanceProfile"),
  pass("ec2.amazonaws.com", "ec2:ReplaceIamInstanceProfileAssociation"),
  pass("ec2.amazonaws.com", "imagebuilder:CreateInfrastructureConfiguration", "imagebuilder:CreateImage"),
  pass("ec2.amazonaws.com", "autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"),
  pass("lambda.amazonaws.com", "lambda:CreateFunction", "lambda:InvokeFunction"),
  pass("lambda.amazonaws.com", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
  pass("lambda.amazonaws.com", "lambda:CreateFunction", "lambda:AddPermission"),
  pass("lambda.amazonaws.com", "lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"),
  pass("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition", "ecs:RunTask"),
  pass("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition", "ecs:StartTask"),
  pass("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition", "ecs:CreateService"),
  pass("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition", "ecs:UpdateService"),
  pass("ecs-tasks.amazonaws.com", "batch:RegisterJobDefinition", "batch:SubmitJob"),
  pass("cloudformation.amazonaws.com", "cloudformation:CreateStack"),
  pass("cloudformation.amazonaws.com", "cloudformation:UpdateStack"),
  pass("cloudformation.amazonaws.com", "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
  pass("cloudformation.amazonaws.com", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"),
  pass("cloudformation.amazonaws.com", "cloudformation:UpdateStackSet"),
  pass("codebuild.amazonaws.com", "codebuild:CreateProject", "codebuild:StartBuild"),
  pass("codebuild.amazonaws.com", "codebuild:CreateProject", "codebuild:StartBuildBatch"),
  pass("codebuild.amazonaws.com", "codebuild:UpdateProject", "codebuild:StartBuild"),
  pass("codepipeline.amazonaws.com", "codepipeline:CreatePipeline"),
  pass("datapipeline.amazonaws.com", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
  pass("glue.amazonaws.com", "glue:CreateDevEndpoint"),
  pass("glue.amazonaws.com", "glue:CreateSession", "glue:RunStatement"),
  pass("glue.amazonaws.com", "glue:CreateJob", "glue:StartJobRun"),
  pass("glue.amazonaws.com", "glue:CreateJob", "glue:CreateTrigger"),
  pass("glue.amazonaws.com", "glue:UpdateJob", "glue:StartJobRun"),
  pass("glue.amazonaws.com", "glue:UpdateJob", "glue:CreateTrigger"),
  pass("sagemaker.amazonaws.com", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
  pass("sagemaker.amazonaws.com", "sagemaker:CreateTrainingJob"),
  pass("sagemaker.amazonaws.com", "sagemaker:CreateProcessingJob"),
  pass("elasticmapreduce.amazonaws.com", "elasticmapreduce:RunJobFlow"),
  pass("emr-serverless.amazonaws.com", "emr-serverless:StartJobRun"),
  pass("tasks.apprunner.amazonaws.com", "apprunner:CreateService"),
  pass(
    "bedrock-agentcore.amazonaws.com",
    "bedrock-agentcore:CreateCodeInterpreter",
    "bedrock-agentcore:InvokeCodeInterpreter",
  ),
  pass("braket.amazonaws.com", "braket:CreateJob"),
  pass("gamelift.amazonaws.com", "gamelift:CreateFleet", "gamelift:CreateBuild"),
  pass("kinesisanalytics.amazonaws.com", "kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"),
  pass("omics.amazonaws.com", "omics:CreateWorkflow", "omics:StartRun"),
  pass("states.amazonaws.com", "states:CreateStateMachine", "states:StartExecution"),
  pass("states.amazonaws.com", "states:UpdateStateMachine", "states:StartExecution"),
  pass("scheduler.amazonaws.com", "scheduler:CreateSchedule"),
  pass("ssm.amazonaws.com", "ssm:StartAutomationExecution"),
  pass("cognito-identity.amazonaws.com", "cognito-identity:SetIdentityPoolRoles"),
];
