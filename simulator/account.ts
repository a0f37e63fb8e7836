/** AWS's own documentation account: the one that the simulator answers for. */
export const ACCOUNT = "123456789012";
