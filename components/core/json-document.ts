import * as pulumi from "@pulumi/pulumi";

/** What each text was made of: see {@link contentOf}. */
const contents = new WeakMap<object, object>();

/** `content` as JSON text, for an argument that AWS takes as one. Policy packs can read it even while the text is unknown: see {@link contentOf}. */
export function jsonDocument(content: object): pulumi.Output<string> {
  const text = pulumi.jsonStringify(content);
  contents.set(text, content);
  return text;
}

/**
 * What {@link jsonDocument} made the text of. One ARN that is not known before the update makes the whole text unknown; of the content only that
 * ARN is.
 */
export function contentOf(text: unknown): object | undefined {
  return typeof text === "object" && text !== null ? contents.get(text) : undefined;
}
