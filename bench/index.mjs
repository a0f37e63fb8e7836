import { rules } from "./rules.mjs";
import { scale } from "./scale.mjs";
import { startUp } from "./start-up.mjs";

await startUp();
await scale();
await rules();
