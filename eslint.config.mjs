import tseslint from "typescript-eslint";

/** Who may import whom (docs/design.md). Each room lists the rooms it must not reach into. */
const ROOMS = ["analysis", "cli", "components", "policies", "simulator", "stacks"];
const MAY_IMPORT = {
  analysis: [],
  components: [],
  simulator: [],
  policies: ["analysis"],
  stacks: ["components"],
};

const boundaries = Object.entries(MAY_IMPORT).map(([room, allowed]) => {
  const closed = ROOMS.filter((other) => other !== room && !allowed.includes(other));
  return {
    files: [`${room}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${closed.join("|")})(/|$)`,
              message: `${room} may import ${allowed.length > 0 ? allowed.join(", ") : "no other room"}.`,
            },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ["dist/**", "dist.*/**", "build/**", "node_modules/**"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"] }],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/no-unused-expressions": "off" },
  },
  { files: ["**/*.cjs", "stacks/index.js"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  {
    // They load what most runs do without when it is first asked for.
    files: ["analysis/authorization/managed-policies.ts", "policies/adapter.ts"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // Loads only the system that a stack picks.
    files: ["stacks/systems.ts"],
    rules: {
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
    },
  },
  ...boundaries,
);
