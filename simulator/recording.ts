/** Pulumi's wire value for "not known before the update has run". A string that is or holds it is unknown. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Where a resource was declared: the call sites from the innermost outwards. */
export interface SourceFrame {
  /** file: URL of the module that ran; compiled code maps back to TypeScript by its source map. */
  readonly uri: string;
  readonly line: number;
  readonly column: number;
}

/** One registered resource, as the engine would have got it, with what AWS would have answered. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for components. */
  readonly custom: boolean;
  /** True for `Resource.get` and the like: it exists already and is not managed by the program. */
  readonly read: boolean;
  readonly parent?: string;
  readonly id?: string;
  /** Plain values; secrets are unwrapped and their paths listed in `secretPaths`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secretPaths: readonly string[];
  /** For a component: what it registered as outputs. */
  outputs: Readonly<Record<string, unknown>>;
  /** Region it lives in; undefined for components and global services. */
  readonly region?: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly ignoreChanges: readonly string[];
  readonly aliases: number;
  readonly source: readonly SourceFrame[];
}

/** Something that would go wrong or can not be decided, found while recording. */
export interface Problem {
  /** URN of the resource concerned, or undefined for the program as a whole. */
  readonly urn?: string;
  readonly message: string;
}

/** What a program registered, in order of registration. */
export interface Recording {
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Top-level stack outputs that are or contain secrets. */
  readonly secretOutputs: readonly string[];
  readonly problems: readonly Problem[];
}
