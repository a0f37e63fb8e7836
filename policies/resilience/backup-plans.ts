import { knownText, type Property, type ResourceGraph, type ResourceNode } from "../../analysis/graph";
import { covers } from "../../analysis/policy-document";
import { joined } from "../checks";
import { fail, type Outcome, PASS } from "../rule";

const SELECTION = "aws:backup/selection:Selection";

/** An ARN of each kind: a pattern that fits it fits all of the kind, also while the real one is not known. */
const SOME_ARN: Readonly<Record<string, string>> = {
  "aws:rds/instance:Instance": "arn:aws:rds:eu-west-1:000000000000:db:some",
  "aws:rds/cluster:Cluster": "arn:aws:rds:eu-west-1:000000000000:cluster:some",
  "aws:dynamodb/table:Table": "arn:aws:dynamodb:eu-west-1:000000000000:table/some",
  "aws:efs/fileSystem:FileSystem": "arn:aws:elasticfilesystem:eu-west-1:000000000000:file-system/fs-some",
  "aws:ebs/volume:Volume": "arn:aws:ec2:eu-west-1:000000000000:volume/vol-some",
  "aws:ec2/instance:Instance": "arn:aws:ec2:eu-west-1:000000000000:instance/i-some",
  "aws:s3/bucket:Bucket": "arn:aws:s3:::some",
  "aws:s3/bucketV2:BucketV2": "arn:aws:s3:::some",
};

/**
 * A selection of AWS Backup must take the resource: by its ARN, by a pattern, or by a tag; what the selection leaves out, it does not take
 * (https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html).
 */
export function inBackupPlan(node: ResourceNode, graph: ResourceGraph): Outcome {
  const missing = fail("No backup plan takes it.");
  const near = graph.ofType(SELECTION).filter(({ region }) => region === node.region || region === undefined);
  if (near.some((selection) => takes(selection, node, graph))) return PASS;
  const named = graph.referring(SELECTION, "resources", node);
  return joined({ nodes: [], uncertain: named.uncertain }, () => missing);
}

function takes(selection: ResourceNode, node: ResourceNode, graph: ResourceGraph): boolean {
  const arns = [knownText(node.outputs.arn), SOME_ARN[node.type]].filter((arn) => arn !== undefined);
  const names = (list: Property): boolean =>
    graph.resolve(list, node.type).nodes.includes(node) ||
    list.items.some(({ fact }) => fact.known && arns.some((arn) => covers(String(fact.value), arn)));
  const without = selection.property("notResources");
  if (without.unknown || names(without)) return false;
  const conditions = selection.property("conditions");
  if (conditions.unknown || !conditions.items.every((condition) => holds(condition, node))) return false;
  const byTag = selection.property("selectionTags").items.some((tag) => {
    const [key, value] = [tag.at("key").fact, tag.at("value").fact];
    return key.known && value.known && node.tag(String(key.value)) === value.value;
  });
  return byTag || names(selection.property("resources"));
}

/** Conditions on tags, all of which must hold; one that is not known yet does not. */
function holds(condition: Property, node: ResourceNode): boolean {
  const every = (kind: string, test: (own: string | undefined, wanted: string) => boolean): boolean => {
    const list = condition.at(kind);
    return (
      !list.unknown &&
      list.items.every((item) => {
        const [key, value] = [item.at("key").fact, item.at("value").fact];
        if (!key.known || !value.known) return false;
        return test(node.tag(String(key.value).replace(/^aws:ResourceTag\//, "")), String(value.value));
      })
    );
  };
  return (
    !condition.unknown &&
    every("stringEquals", (own, wanted) => own === wanted) &&
    every("stringNotEquals", (own, wanted) => own !== wanted) &&
    every("stringLikes", (own, wanted) => own !== undefined && covers(wanted, own)) &&
    every("stringNotLikes", (own, wanted) => own === undefined || !covers(wanted, own))
  );
}
