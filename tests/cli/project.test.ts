import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProject, readStackConfig, stackNames } from "../../cli/project";
import { UsageError } from "../../cli/usage-error";

describe("project files", () => {
  let folder: string;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const refuses = (action: () => unknown, message: RegExp) =>
    assert.throws(action, (error) => error instanceof UsageError && message.test(error.message));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "palisade-project-"));
    write("Pulumi.yaml", "name: demo\nruntime: nodejs\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("finds the project above a folder and its stacks in order", () => {
    write("Pulumi.prod.yaml", "config: {}\n");
    write("Pulumi.dev.yaml", "config: {}\n");
    const project = findProject(folder);
    assert.equal(project.name, "demo");
    assert.deepEqual(stackNames(project), ["dev", "prod"]);
  });

  it("hands values over as the engine does: text as it is, everything else as JSON, secrets closed", () => {
    write(
      "Pulumi.dev.yaml",
      "config:\n  aws:region: eu-west-1\n  count: 3\n  flag: true\n  list: [a, {b: 1}]\n  token:\n    secure: v1:abc\n",
    );
    const { values, secretKeys } = readStackConfig(findProject(folder), "dev");
    assert.deepEqual(values, {
      "aws:region": "eu-west-1",
      "demo:count": "3",
      "demo:flag": "true",
      "demo:list": '["a",{"b":1}]',
      "demo:token": "encrypted-configuration-value",
    });
    assert.deepEqual(secretKeys, ["demo:token"]);
  });

  it("says where no project is", () => refuses(() => findProject(tmpdir()), /No Pulumi\.yaml in/));

  it("lists the stacks when one is missing", () => {
    write("Pulumi.dev.yaml", "config: {}\n");
    refuses(
      () => readStackConfig(findProject(folder), "prod"),
      /No stack file Pulumi\.prod\.yaml .* Stacks here: dev\./,
    );
  });

  const broken: Record<string, [text: string, message: RegExp]> = {
    "an empty file": ["", /Pulumi\.dev\.yaml: the file is empty/],
    "a list": ["- a\n", /must hold a map, not a list/],
    "no config": ["encryptionsalt: x\n", /has no configuration/],
    "config that is no map": ["config: hello\n", /config must be a map/],
    "unreadable YAML, with line and column": [
      "config:\n  a: [1\n  b: 2\n",
      /Pulumi\.dev\.yaml:\d+:\d+: this is not valid YAML/,
    ],
    "a key that stands twice": [
      "config:\n  a: 1\n  a: 2\n",
      /Pulumi\.dev\.yaml:3:3: this is not valid YAML\. Map keys must be unique/,
    ],
  };
  for (const [what, [text, message]] of Object.entries(broken)) {
    it(`refuses ${what}`, () => {
      write("Pulumi.dev.yaml", text);
      refuses(() => readStackConfig(findProject(folder), "dev"), message);
    });
  }
});
