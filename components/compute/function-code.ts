import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type * as esbuild from "esbuild";
import type { ContainerImageSource } from "./image";

/** What a `Function` runs: {@link bundle} or {@link imageCode} makes one. */
export type FunctionCode = BundledCode | ImageCode;

/** TypeScript of this project as one file for Lambda's Node.js. */
export interface BundledCode {
  readonly kind: "bundle";
  /** File that exports `handler`. */
  readonly entry: string;
}

/** A container image with Lambda's runtime interface, in ECR of the function's own region. */
export interface ImageCode {
  readonly kind: "image";
  readonly image: ContainerImageSource;
  /** What the image starts, in place of its own command, e.g. `["scoring.handler"]`. */
  readonly command: readonly string[] | undefined;
}

/**
 * Code from `entry`, a TypeScript or JavaScript file that exports `handler`, with everything that it imports but the AWS SDK, which
 * Lambda's runtime brings along. `entry` is an absolute path, or one from the project's folder, e.g. `stacks/rewards/qr/handler.ts`.
 */
export function bundle(entry: string): BundledCode {
  return { kind: "bundle", entry };
}

/**
 * Code from a container image: its address with a digest, or a `ContainerImage` with `functions: true`. It is built for the function's
 * architecture, and a release is another address.
 */
export function imageCode(image: ContainerImageSource, options: { command?: readonly string[] } = {}): ImageCode {
  return { kind: "image", image, command: options.command };
}

/** Where a bundle begins. */
export interface Entry {
  readonly folder: string;
  readonly entry: string;
}

/** `entry` in the nearest folder above this file that has it: what runs from `dist/` finds it beside. Undefined where there is none. */
export function findEntry(entry: string): Entry | undefined {
  if (isAbsolute(entry)) return existsSync(entry) ? { folder: dirname(entry), entry } : undefined;
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, entry))) return { folder, entry };
    if (folder === dirname(folder)) break;
  }
  const folder = process.cwd();
  return existsSync(join(folder, entry)) ? { folder, entry } : undefined;
}

const bundled = new Map<string, string>();

/**
 * The bundle's text, the same in every run and on every machine, so that a release is a change of code and nothing else: minified, because what is
 * not tells in comments and names where the packages lie.
 */
export function bundleText(found: Entry): string {
  const at = join(found.folder, found.entry);
  let text = bundled.get(at);
  if (text === undefined) bundled.set(at, (text = build(found.folder, found.entry, { format: "cjs", minify: true })));
  return text;
}

/** One file from `entry` in `folder`, for Node.js on Lambda. */
export function build(folder: string, entry: string, options: Pick<esbuild.BuildOptions, "format" | "minify">): string {
  // Loaded by whoever has a function, and by nobody else.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { buildSync } = require("esbuild") as typeof esbuild;
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    // Its name is in the text.
    absWorkingDir: folder,
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    external: ["@aws-sdk/*", "@smithy/*"],
    legalComments: "none",
    logLevel: "silent",
    ...options,
  });
  return outputFiles[0]?.text ?? "";
}
