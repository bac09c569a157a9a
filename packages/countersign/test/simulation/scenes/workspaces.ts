/** By what the policy of installation.ts asks there: nobody, the one who asks (with a code, for a run), or somebody else as well. */
export const workspaces = { free: 'shop/sandbox', coded: 'shop/dev', pair: 'shop/prod' } as const
