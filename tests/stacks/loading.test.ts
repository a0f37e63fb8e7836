import assert from "node:assert/strict";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../support/stack-file";

/** Packages that a file of ours loads, itself or by what it imports, without what other systems load. */
async function packagesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
    // Systems are loaded when they are picked.
    external: ["./bootstrap", "./book-lending", "./credit-score", "./payments", "./rewards", "./ui-service"],
    logLevel: "silent",
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))];
}

const ofKubernetes = async (entry: string): Promise<string[]> =>
  (await packagesOf(entry)).filter((name) => name.startsWith("@pulumi/kubernetes"));

describe("what a stack loads", () => {
  for (const system of ["bootstrap", "book-lending", "credit-score", "payments", "ui-service"]) {
    it(`${system} loads nothing of Kubernetes`, async () => {
      assert.deepEqual(await ofKubernetes(join("stacks", `${system}.ts`)), []);
    });
  }

  it("nor does the command line, which judges any stack", async () => {
    assert.ok((await packagesOf("cli/main.ts")).includes("commander"));
    assert.deepEqual(await ofKubernetes("cli/main.ts"), []);
  });

  it("rewards loads the groups of kinds that it uses, each kind when it is made; never all of them", async () => {
    const loaded = await ofKubernetes("stacks/rewards.ts");
    assert.ok(loaded.includes("@pulumi/kubernetes/apps/v1"));
    assert.ok(!loaded.includes("@pulumi/kubernetes"));
  });
});
